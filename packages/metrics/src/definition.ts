/** What a metric is, and what most of them have in common. */

export interface MetricDefinition {
  /** As Prometheus knows it: counters end in `_total`, what has a unit says so in its base form. */
  readonly name: string;
  /** As OpenTelemetry knows it, without the unit. */
  readonly dotted: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** What one is. Durations are seconds, memory is bytes. */
  readonly unit: string;
  readonly help: string;
  /** In the order in which their values are given. */
  readonly labels: readonly string[];
  /** The upper bounds of a histogram, in its unit. */
  readonly buckets?: readonly number[];
}

/** From a hit in memory to a loader that takes its time: 1, 2.5 and 5 of each power of ten, from a microsecond to ten seconds. */
export const SECONDS: readonly number[] = [
  0.000001, 0.0000025, 0.000005, 0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
  0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** Where a figure is from. */
export const PLACE: readonly string[] = ['manager', 'cache', 'provider'];
