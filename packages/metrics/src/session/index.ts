/** `@cache/metrics/session`: figures of the sessions of `@cache/session`. */
export { sessionMetrics } from './session-figures.ts';
export type {
  CountedSessionEvents,
  SessionCounts,
  SessionMetricsOptions,
  WatchedSessions,
} from './session-figures.ts';
