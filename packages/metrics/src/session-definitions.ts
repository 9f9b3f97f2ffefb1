/** The metrics of sessions. */
import type { MetricDefinition } from './definition.ts';

export type SessionMetric =
  | 'sessionsCreated'
  | 'sessionValidations'
  | 'sessionRefusals'
  | 'sessionsTouched'
  | 'sessionsRotated'
  | 'sessionsRevoked'
  | 'sessionGroupRevocations'
  | 'sessionLimits'
  | 'sessionsEvicted'
  | 'sessionsExpired'
  | 'sessionBindingChanges'
  | 'sessionErrors';

/** Where a figure is from. */
const PLACE: readonly string[] = ['manager', 'sessions'];

export const SESSION_METRICS: Readonly<Record<SessionMetric, MetricDefinition>> = {
  sessionsCreated: {
    name: 'cache_sessions_created_total',
    dotted: 'cache.sessions.created',
    kind: 'counter',
    unit: 'sessions',
    help: 'Sessions that were made, by the assurance level and by kind: own, or an impersonation.',
    labels: [...PLACE, 'aal', 'kind'],
  },
  sessionValidations: {
    name: 'cache_session_validations_total',
    dotted: 'cache.session.validations',
    kind: 'counter',
    unit: 'calls',
    help: 'Calls that asked for the session of a token, by outcome: valid or refused.',
    labels: [...PLACE, 'outcome'],
  },
  sessionRefusals: {
    name: 'cache_session_refusals_total',
    dotted: 'cache.session.refusals',
    kind: 'counter',
    unit: 'tokens',
    help: 'Calls that asked for the session of a token and were refused, by reason: malformed, unknown (of no session, or of one that is gone), idle or expired (ended, and still kept), late (replaced just now), reused (replaced a while ago) or binding (used from elsewhere).',
    labels: [...PLACE, 'reason'],
  },
  sessionsTouched: {
    name: 'cache_sessions_touched_total',
    dotted: 'cache.sessions.touched',
    kind: 'counter',
    unit: 'sessions',
    help: 'Uses of sessions that were noted.',
    labels: PLACE,
  },
  sessionsRotated: {
    name: 'cache_sessions_rotated_total',
    dotted: 'cache.sessions.rotated',
    kind: 'counter',
    unit: 'sessions',
    help: 'Tokens that were replaced.',
    labels: PLACE,
  },
  sessionsRevoked: {
    name: 'cache_sessions_revoked_total',
    dotted: 'cache.sessions.revoked',
    kind: 'counter',
    unit: 'sessions',
    help: 'Sessions that were revoked, by reason. Those of everybody at once are not among them: nobody counts them.',
    labels: [...PLACE, 'reason'],
  },
  sessionGroupRevocations: {
    name: 'cache_session_group_revocations_total',
    dotted: 'cache.session.group_revocations',
    kind: 'counter',
    unit: 'calls',
    help: "Revocations of all sessions of a subject, or of everybody's, in one step.",
    labels: [...PLACE, 'scope'],
  },
  sessionLimits: {
    name: 'cache_session_limits_total',
    dotted: 'cache.session.limits',
    kind: 'counter',
    unit: 'sessions',
    help: 'Times a subject had as many sessions as it may: a new one was denied, or another one evicted for it.',
    labels: [...PLACE, 'effect'],
  },
  sessionsEvicted: {
    name: 'cache_sessions_evicted_total',
    dotted: 'cache.sessions.evicted',
    kind: 'counter',
    unit: 'sessions',
    help: 'Sessions that had to go, for the limit of their subject or for room.',
    labels: [...PLACE, 'cause'],
  },
  sessionsExpired: {
    name: 'cache_sessions_expired_total',
    dotted: 'cache.sessions.expired',
    kind: 'counter',
    unit: 'sessions',
    help: 'Sessions that this process found ended. Where a server takes them away, nobody finds them.',
    labels: PLACE,
  },
  sessionBindingChanges: {
    name: 'cache_session_binding_changes_total',
    dotted: 'cache.session.binding_changes',
    kind: 'counter',
    unit: 'sessions',
    help: 'Sessions that were used from elsewhere than they were made for, by what had changed.',
    labels: [...PLACE, 'changed'],
  },
  sessionErrors: {
    name: 'cache_session_errors_total',
    dotted: 'cache.session.errors',
    kind: 'counter',
    unit: 'errors',
    help: 'What no caller saw: a record that is no session (corrupt), or a step in the background or a listener that failed (unseen).',
    labels: [...PLACE, 'kind'],
  },
};
