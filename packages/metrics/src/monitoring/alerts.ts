/** When somebody should be told: rules for Prometheus, made of the table of metrics. */
import { milliseconds, type Duration } from '@cache/core';
import { METRICS } from '../definitions.ts';
import { now, quantile, rate, series } from './series.ts';

export interface AlertOptions {
  /** How often Prometheus scrapes the processes, and evaluates these rules. The windows of the rules grow with it. Default 5 seconds. */
  readonly every?: Duration | undefined;
  /** From when on something is too much. */
  readonly thresholds?: Partial<AlertThresholds> | undefined;
}

export interface AlertThresholds {
  /** Reads, operations or validations per second, from which on a ratio means something. Default 1. */
  readonly leastRate: number;
  /** The hit ratio against that of the last hour. Default 0.5. */
  readonly hitRatioAgainstHour: number;
  /** Of all operations those that failed. Default 0.05. */
  readonly failedOperations: number;
  /** Errors of a provider per second. Default 1. */
  readonly providerErrors: number;
  /** Seconds that one read in a hundred may take without a loader. Default 0.1. */
  readonly slowReads: number;
  /** The entries of a cache against those of a quarter of an hour before. Default 1.5. */
  readonly growth: number;
  /** So many entries are not too many, however fast they came. Default 100,000. */
  readonly growthFrom: number;
  /** Of all tokens those that were refused. Default 0.3. */
  readonly refusedSessions: number;
}

/** One alert. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  /** How long it must hold, in the words of Prometheus. */
  readonly for: string;
  readonly labels: { readonly severity: 'page' | 'ticket' };
  readonly annotations: { readonly summary: string; readonly description: string };
}

/** What a file of rules says. */
export interface AlertRules {
  readonly groups: readonly [
    { readonly name: string; readonly interval: string; readonly rules: readonly AlertRule[] },
  ];
}

const THRESHOLDS: AlertThresholds = {
  leastRate: 1,
  hitRatioAgainstHour: 0.5,
  failedOperations: 0.05,
  providerErrors: 1,
  slowReads: 0.1,
  growth: 1.5,
  growthFrom: 100_000,
  refusedSessions: 0.3,
};

const EVERY = 5_000;
/** Scrapes in a window: two to see an increase, and room for one that is missing. */
const SCRAPES = 4;
/** What happens seldom stays visible for so many scrapes. */
const SELDOM_SCRAPES = 12;

const CACHE = ['manager', 'cache', 'provider'];
const SESSIONS = ['manager', 'sessions'];

/**
 * The rules. Scraped and evaluated every 5 seconds, each fires within 30 seconds of what it is about, and resolves within a minute of its end. Throws a
 * `TypeError` for thresholds there are not.
 */
export function alertRules({ every = EVERY, thresholds = {} }: AlertOptions = {}): AlertRules {
  const unknown = Object.keys(thresholds).find((name) => !Object.hasOwn(THRESHOLDS, name));
  if (unknown !== undefined)
    throw new TypeError(
      `alertRules: there is no threshold '${unknown}': there are ${Object.keys(THRESHOLDS).join(', ')}`,
    );
  const most = { ...THRESHOLDS, ...thresholds };
  const interval = milliseconds(every, 'every');
  const window = seconds(interval * SCRAPES);
  const seldom = seconds(interval * SELDOM_SCRAPES);
  const pause = seconds(interval);

  const hits = (over: string): string => rate('hits', over, { by: CACHE });
  const reads = (over: string): string => `(${hits(over)} + ${rate('misses', over, { by: CACHE })})`;
  const hitRatio = (over: string): string => `${hits(over)} / ${reads(over)}`;
  const operations = rate('operations', window, { by: CACHE });
  const failed = rate('operations', window, { by: CACHE, where: { outcome: 'failed' } });
  const slowReads = quantile(0.99, 'operationDuration', window, {
    by: CACHE,
    where: { outcome: { in: ['hit', 'miss'] } },
  });
  const validations = rate('sessionValidations', window, { by: SESSIONS });
  const refused = rate('sessionValidations', window, { by: SESSIONS, where: { outcome: 'refused' } });
  // Not as an increase: a series that is new has none, and the first one would not be seen.
  const unknownOutcomes = (offset: string): string =>
    now('sum', 'unknownOutcomes', { by: CACHE }).replace(/\)$/, `${offset})`);
  const unknownNow = unknownOutcomes('');
  // Every process that shares a provider counts the same entries.
  const entries = (offset: string): string =>
    now('max', 'entries', { by: CACHE }).replace(/\)$/, `${offset})`);

  const where = 'cache {{ $labels.cache }} of manager {{ $labels.manager }} on {{ $labels.provider }}';
  const rules: readonly AlertRule[] = [
    {
      alert: 'CacheHitRatioDropped',
      expr: `${hitRatio(window)} < ${most.hitRatioAgainstHour} * (${hitRatio('1h')}) and ${reads(window)} > ${most.leastRate}`,
      for: pause,
      labels: { severity: 'ticket' },
      annotations: {
        summary: `The hit ratio of ${where} is {{ $value | humanizePercentage }}, far below that of the last hour`,
        description: `What is behind the cache has the load. Look at ${METRICS.providerErrors.name} (reads that fail open are misses), ${METRICS.evictions.name}, and for a deployment, a clear or an invalidation.`,
      },
    },
    {
      alert: 'CacheOperationsFail',
      expr: `${failed} / ${operations} > ${most.failedOperations} and ${operations} > ${most.leastRate}`,
      for: pause,
      labels: { severity: 'page' },
      annotations: {
        summary: `{{ $value | humanizePercentage }} of the operations of ${where} fail`,
        description: `${METRICS.errors.name} says why, by code. OTHER is the own error of a loader or an updater: look at what is behind it.`,
      },
    },
    {
      alert: 'CacheProviderFails',
      expr: `${rate('providerErrors', window, { by: CACHE })} > ${most.providerErrors}`,
      for: pause,
      labels: { severity: 'page' },
      annotations: {
        summary: `The provider of ${where} fails {{ $value | humanize }} times a second`,
        description: `Reads go on without it, writes fail. Look at the provider, at its network, and at ${METRICS.deadlineMisses.name}: it may be slow rather than gone.`,
      },
    },
    {
      alert: 'CacheReadsSlow',
      expr: `${slowReads} > ${most.slowReads}`,
      for: pause,
      labels: { severity: 'ticket' },
      annotations: {
        summary: `One in a hundred reads of ${where} takes {{ $value | humanizeDuration }} or longer`,
        description:
          'No loader is in it. The provider, the network or the event loop of the process is busy: compare with the latency that the provider itself tells.',
      },
    },
    {
      alert: 'CacheBreakerOpen',
      expr: `max by (${CACHE.join(', ')}) (max_over_time(${series('breakerState', { state: 'open' })}[${window}])) == 1`,
      for: '0s',
      labels: { severity: 'page' },
      annotations: {
        summary: `The circuit breaker of ${where} is open`,
        description:
          'The provider has failed call after call, and is not asked. Reads miss, writes fail. It closes by itself when the provider answers.',
      },
    },
    {
      alert: 'CacheLeaseTakeovers',
      expr: `sum by (${CACHE.join(', ')}) (increase(${series('takeovers')}[${seldom}])) > 0`,
      for: '0s',
      labels: { severity: 'ticket' },
      annotations: {
        summary: `Loads of ${where} were taken over from processes that fell silent`,
        description:
          'Processes die, stand still for longer than the lease, or do not reach the provider. Look for restarts, and for event loops that are blocked.',
      },
    },
    {
      alert: 'CacheOutcomesUnknown',
      expr: `${unknownNow} - (${unknownOutcomes(` offset ${seldom}`)} or 0 * ${unknownNow}) > 0`,
      for: '0s',
      labels: { severity: 'ticket' },
      annotations: {
        summary: `Of operations of ${where} nobody knows whether they took effect`,
        description: 'The reply was lost, or did not come in time. Only a read tells what is there.',
      },
    },
    {
      alert: 'CacheGrows',
      expr: `${entries('')} > ${most.growth} * ${entries(' offset 15m')} and ${entries('')} > ${most.growthFrom}`,
      for: pause,
      labels: { severity: 'ticket' },
      annotations: {
        summary: `${where} has {{ $value | humanize }} entries, many more than a quarter of an hour ago`,
        description:
          "Keys that never come again, with a long ttl or 'forever'; or a limit that is missing. Look at who writes, and at maxEntries or maxmemory.",
      },
    },
    {
      alert: 'CacheSessionsRefused',
      expr: `${refused} / ${validations} > ${most.refusedSessions} and ${validations} > ${most.leastRate}`,
      for: pause,
      labels: { severity: 'page' },
      annotations: {
        summary:
          '{{ $value | humanizePercentage }} of the tokens for {{ $labels.sessions }} of manager {{ $labels.manager }} are refused',
        description: `${METRICS.sessionRefusals.name} says why. Guesses are malformed or unknown; if everybody is refused, the secret or the namespace has changed.`,
      },
    },
  ];
  return { groups: [{ name: 'cache', interval: seconds(interval), rules }] };
}

/** A file of rules as Prometheus reads it. */
export function alertRulesText(options?: AlertOptions): string {
  const [{ name, interval, rules }] = alertRules(options).groups;
  const lines = rules.flatMap(({ alert, expr, for: duration, labels, annotations }) => [
    `      - alert: ${alert}`,
    `        expr: ${quoted(expr)}`,
    `        for: ${duration}`,
    `        labels: { severity: ${labels.severity} }`,
    '        annotations:',
    `          summary: ${quoted(annotations.summary)}`,
    `          description: ${quoted(annotations.description)}`,
  ]);
  return [
    '# Made by alertRulesText of @cache/metrics/monitoring.',
    'groups:',
    `  - name: ${name}`,
    `    interval: ${interval}`,
    '    rules:',
    ...lines,
    '',
  ].join('\n');
}

/** YAML takes the texts of JSON. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

function seconds(ms: number): string {
  return `${Math.max(1, Math.ceil(ms / 1_000))}s`;
}
