/** Counts of values by upper bound, as Prometheus keeps them. */

export class Histogram {
  readonly #bounds: readonly number[];
  /** One more than the bounds: the last is for what is above them all. */
  readonly #counts: Float64Array;
  readonly #told: (value: number) => void;
  #sum = 0;

  /** `told` hears of each value, once whatever its weight. */
  constructor(bounds: readonly number[], told: (value: number) => void = () => {}) {
    this.#bounds = bounds;
    this.#told = told;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  /** Adds `value` as often as `weight` says. A value that equals a bound is below it. */
  record(value: number, weight = 1): void {
    // The first bound that is not below it.
    let place = 0;
    for (let end = this.#bounds.length; place < end;) {
      const middle = (place + end) >>> 1;
      if (value <= (this.#bounds[middle] as number)) end = middle;
      else place = middle + 1;
    }
    this.#counts[place] = (this.#counts[place] as number) + weight;
    this.#sum += value * weight;
    this.#told(value);
  }

  get sum(): number {
    return this.#sum;
  }

  get count(): number {
    return this.#counts.reduce((all, count) => all + count, 0);
  }

  /** By upper bound, how many values are not above it. */
  get cumulative(): readonly { readonly bound: number; readonly count: number }[] {
    let count = 0;
    return this.#bounds.map((bound, place) => {
      count += this.#counts[place] as number;
      return { bound, count };
    });
  }
}
