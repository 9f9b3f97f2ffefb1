/** Every metric there is, in one table: what is recorded, exported, drawn, watched and documented is made from it. */
import { CACHE_METRICS, type CacheMetric } from './cache-definitions.ts';
import type { MetricDefinition } from './definition.ts';
import { SESSION_METRICS, type SessionMetric } from './session-definitions.ts';

export type MetricName = CacheMetric | SessionMetric;

export const METRICS: Readonly<Record<MetricName, MetricDefinition>> = {
  ...CACHE_METRICS,
  ...SESSION_METRICS,
};
