/** The metrics of caches. */
import { PLACE, SECONDS, type MetricDefinition } from './definition.ts';

export type CacheMetric =
  | 'operations'
  | 'operationDuration'
  | 'operationsInFlight'
  | 'hits'
  | 'misses'
  | 'loads'
  | 'loadDuration'
  | 'loadsRunning'
  | 'joins'
  | 'loadWaits'
  | 'takeovers'
  | 'refusedCommits'
  | 'hottestKeys'
  | 'updateBatch'
  | 'updateConflicts'
  | 'updateQueue'
  | 'jitter'
  | 'groupDeletions'
  | 'evictions'
  | 'expirations'
  | 'invalidValues'
  | 'migrations'
  | 'errors'
  | 'providerErrors'
  | 'deadlineMisses'
  | 'unknownOutcomes'
  | 'connectionChanges'
  | 'breakerState'
  | 'breakerChanges'
  | 'entries'
  | 'size'
  | 'securityEvents'
  | 'timingProtection';

export const CACHE_METRICS: Readonly<Record<CacheMetric, MetricDefinition>> = {
  operations: {
    name: 'cache_operations_total',
    dotted: 'cache.operations',
    kind: 'counter',
    unit: 'operations',
    help: 'Operations that have ended, by outcome. Exact.',
    labels: [...PLACE, 'operation', 'outcome'],
  },
  operationDuration: {
    name: 'cache_operation_duration_seconds',
    dotted: 'cache.operation.duration',
    kind: 'histogram',
    unit: 'seconds',
    help: 'How long operations took. Of reads that a provider in this process answers at once one in 64 is measured and counts for 64.',
    labels: [...PLACE, 'operation', 'outcome'],
    buckets: SECONDS,
  },
  operationsInFlight: {
    name: 'cache_operations_in_flight',
    dotted: 'cache.operations.in_flight',
    kind: 'gauge',
    unit: 'operations',
    help: 'Operations that have begun and not ended.',
    labels: [...PLACE, 'operation'],
  },
  hits: {
    name: 'cache_hits_total',
    dotted: 'cache.hits',
    kind: 'counter',
    unit: 'reads',
    help: 'Reads that found a fresh entry; in a batch each key is one.',
    labels: PLACE,
  },
  misses: {
    name: 'cache_misses_total',
    dotted: 'cache.misses',
    kind: 'counter',
    unit: 'reads',
    help: 'Reads that found no fresh entry; in a batch each key is one.',
    labels: PLACE,
  },
  loads: {
    name: 'cache_loads_total',
    dotted: 'cache.loads',
    kind: 'counter',
    unit: 'loads',
    help: 'Runs of loaders in this process: stored, missing (the loader gave nothing), overtaken (a write, a removal or an invalidation came before the value was stored) or failed.',
    labels: [...PLACE, 'outcome'],
  },
  loadDuration: {
    name: 'cache_load_duration_seconds',
    dotted: 'cache.load.duration',
    kind: 'histogram',
    unit: 'seconds',
    help: 'How long loaders ran.',
    labels: [...PLACE, 'outcome'],
    buckets: SECONDS,
  },
  loadsRunning: {
    name: 'cache_loads_running',
    dotted: 'cache.loads.running',
    kind: 'gauge',
    unit: 'loads',
    help: 'Loaders that run in this process, those included that nobody waits for any more; in a batch each key is one.',
    labels: PLACE,
  },
  joins: {
    name: 'cache_load_joins_total',
    dotted: 'cache.load.joins',
    kind: 'counter',
    unit: 'calls',
    help: 'Calls that shared a load begun by another call of this process (here) or by another process (elsewhere).',
    labels: [...PLACE, 'where'],
  },
  loadWaits: {
    name: 'cache_load_wait_duration_seconds',
    dotted: 'cache.load.wait.duration',
    kind: 'histogram',
    unit: 'seconds',
    help: 'How long calls waited for a load of another call of this process (here), or for the lease of another process (elsewhere), and how that ended: served, failed, ended (without an outcome for the call), takenOver (the lease ran out without a word of its holder) or left (the caller did).',
    labels: [...PLACE, 'where', 'outcome'],
    buckets: SECONDS,
  },
  takeovers: {
    name: 'cache_load_takeovers_total',
    dotted: 'cache.load.takeovers',
    kind: 'counter',
    unit: 'loads',
    help: 'Loads that a call took over from another process, whose lease had run out without a word of it.',
    labels: PLACE,
  },
  refusedCommits: {
    name: 'cache_commits_refused_total',
    dotted: 'cache.commits.refused',
    kind: 'counter',
    unit: 'commits',
    help: 'Loaded values that the provider refused to store, because the lease had ended: a write, a removal or an invalidation came before, or it ran out.',
    labels: PLACE,
  },
  hottestKeys: {
    name: 'cache_hottest_key_loads',
    dotted: 'cache.hottest_key.loads',
    kind: 'gauge',
    unit: 'loads',
    help: 'Runs of loaders for the keys that had most of them: at most this many. A key may leave and come back.',
    labels: [...PLACE, 'key'],
  },
  updateBatch: {
    name: 'cache_update_batch_calls',
    dotted: 'cache.update.batch.calls',
    kind: 'histogram',
    unit: 'calls',
    help: 'Calls of update that one write answered.',
    labels: PLACE,
    buckets: [1, 2, 4, 8, 16, 32, 64, 128],
  },
  updateConflicts: {
    name: 'cache_update_conflicts_total',
    dotted: 'cache.update.conflicts',
    kind: 'counter',
    unit: 'writes',
    help: 'Writes of update that another process came before, so that the updaters ran again.',
    labels: PLACE,
  },
  updateQueue: {
    name: 'cache_update_queue_calls',
    dotted: 'cache.update.queue.calls',
    kind: 'histogram',
    unit: 'calls',
    help: 'Calls of update for the same key in this process that waited behind a group when it was written.',
    labels: PLACE,
    buckets: [0, 1, 4, 16, 64, 256, 1_024, 4_096],
  },
  jitter: {
    name: 'cache_ttl_jitter_ratio',
    dotted: 'cache.ttl.jitter',
    kind: 'histogram',
    unit: 'ratio',
    help: 'By which part of its ttl jitter shortened the life of an entry that was about to be written.',
    labels: PLACE,
    buckets: [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1],
  },
  groupDeletions: {
    name: 'cache_group_deletions_total',
    dotted: 'cache.group_deletions',
    kind: 'counter',
    unit: 'entries',
    help: 'Fresh entries removed by index or by pattern.',
    labels: [...PLACE, 'by'],
  },
  evictions: {
    name: 'cache_evictions_total',
    dotted: 'cache.evictions',
    kind: 'counter',
    unit: 'entries',
    help: 'Entries removed for room: too many entries, too many bytes, or the limit of an index.',
    labels: [...PLACE, 'cause'],
  },
  expirations: {
    name: 'cache_expirations_total',
    dotted: 'cache.expirations',
    kind: 'counter',
    unit: 'entries',
    help: 'Entries that a provider in this process removed at the end of their life.',
    labels: PLACE,
  },
  invalidValues: {
    name: 'cache_invalid_values_total',
    dotted: 'cache.invalid_values',
    kind: 'counter',
    unit: 'reads',
    help: 'Reads of a stored value that did not fit the schema, was of a newer version of it, or could not be migrated.',
    labels: [...PLACE, 'reason'],
  },
  migrations: {
    name: 'cache_migrations_total',
    dotted: 'cache.migrations',
    kind: 'counter',
    unit: 'entries',
    help: 'Entries of an older schema version that were migrated.',
    labels: PLACE,
  },
  errors: {
    name: 'cache_errors_total',
    dotted: 'cache.errors',
    kind: 'counter',
    unit: 'errors',
    help: 'Failures by code and operation: MISUSE is a TypeError, OTHER is the own error of a loader, an updater, a listener or an observer. Seen by a caller, whose call rejected, or by nobody.',
    labels: [...PLACE, 'code', 'operation', 'seen'],
  },
  providerErrors: {
    name: 'cache_provider_errors_total',
    dotted: 'cache.provider.errors',
    kind: 'counter',
    unit: 'errors',
    help: 'Answers of the provider that failed or did not come, reads that failed open included.',
    labels: PLACE,
  },
  deadlineMisses: {
    name: 'cache_deadline_misses_total',
    dotted: 'cache.deadline_misses',
    kind: 'counter',
    unit: 'answers',
    help: 'Answers of the provider that did not come within the deadline, by the operation that waited for them.',
    labels: [...PLACE, 'operation'],
  },
  unknownOutcomes: {
    name: 'cache_unknown_outcomes_total',
    dotted: 'cache.unknown_outcomes',
    kind: 'counter',
    unit: 'operations',
    help: 'Operations of which nobody knows whether they took effect, because the reply was lost or did not come in time.',
    labels: [...PLACE, 'operation'],
  },
  connectionChanges: {
    name: 'cache_connection_changes_total',
    dotted: 'cache.connection.changes',
    kind: 'counter',
    unit: 'changes',
    help: 'Times the connection of the provider came up or went down.',
    labels: [...PLACE, 'state'],
  },
  breakerState: {
    name: 'cache_breaker_state',
    dotted: 'cache.breaker.state',
    kind: 'gauge',
    unit: 'boolean',
    help: 'Whether the circuit breaker is in this state: 1 for one of closed, half-open and open.',
    labels: [...PLACE, 'state'],
  },
  breakerChanges: {
    name: 'cache_breaker_changes_total',
    dotted: 'cache.breaker.changes',
    kind: 'counter',
    unit: 'changes',
    help: 'Times the circuit breaker went into this state.',
    labels: [...PLACE, 'state'],
  },
  entries: {
    name: 'cache_entries',
    dotted: 'cache.entries',
    kind: 'gauge',
    unit: 'entries',
    help: 'Entries held, expired ones that are not swept yet included. Absent where counting takes too long, or the provider does not answer.',
    labels: PLACE,
  },
  size: {
    name: 'cache_size_bytes',
    dotted: 'cache.size',
    kind: 'gauge',
    unit: 'bytes',
    help: 'Bytes held. Absent where the provider does not know, or does not answer.',
    labels: PLACE,
  },
  securityEvents: {
    name: 'cache_security_events_total',
    dotted: 'cache.security_events',
    kind: 'counter',
    unit: 'events',
    help: 'Security events that the program recorded.',
    labels: ['manager', 'type', 'severity'],
  },
  timingProtection: {
    name: 'cache_timing_protection_seconds',
    dotted: 'cache.timing_protection',
    kind: 'histogram',
    unit: 'seconds',
    help: 'How much longer the program made an operation take, so that its duration tells nothing.',
    labels: ['manager', 'operation'],
    buckets: SECONDS,
  },
};
