/** Order statistics: what a noisy machine does not move. */

/** The `at`-quantile of `samples`, which need not be sorted; `at` from 0 to 1. */
export function quantile(samples: readonly number[], at: number): number {
  const sorted = samples.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(at * sorted.length))] ?? Number.NaN;
}

export interface Spread {
  readonly median: number;
  /** The quartiles. */
  readonly low: number;
  readonly high: number;
}

export function spread(samples: readonly number[]): Spread {
  return {
    median: rounded(quantile(samples, 0.5)),
    low: rounded(quantile(samples, 0.25)),
    high: rounded(quantile(samples, 0.75)),
  };
}

/** Four digits: more would pretend. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
