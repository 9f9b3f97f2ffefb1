/** Order statistics: what a noisy machine does not move. */

/** The `at`-quantile of `samples`, which need not be sorted; `at` from 0 to 1. */
export function quantile(samples: ArrayLike<number>, at: number): number {
  const sorted = Float64Array.from(samples).toSorted();
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

/** What each round took against what another took in the same round. */
export function ratios(taken: readonly number[], others: readonly number[]): number[] {
  return taken.map((one, round) => one / (others[round] as number));
}

/** Four digits: more would pretend. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
