/** `@cache/metrics`: what caches do, in figures. */
export { METRICS } from './definitions.ts';
export type { MetricDefinition } from './definition.ts';
export type { MetricName } from './definitions.ts';
export type { Family, Sample } from './figures.ts';
export type { LatencyPercentiles } from './latencies.ts';
export { metricsOf } from './metrics.ts';
export type { Metrics, Observable, ReadFigures } from './metrics.ts';
export { operationLog } from './operation-log.ts';
export type { OperationLogOptions } from './operation-log.ts';
export type { MetricsOptions } from './options.ts';
export type { OperationRecord } from './told-operations.ts';
