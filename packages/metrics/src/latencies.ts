/** Durations of one kind of operation, fine enough for their percentiles. */

/** Milliseconds. A percentile is within 2.2 % of the true one, from a tenth of a microsecond to a quarter of an hour. */
export interface LatencyPercentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly 'p99.9': number;
}

/** The shortest duration that is told from shorter ones, in milliseconds. */
const LEAST = 1e-4;
/** Each doubling is cut into so many equal ratios. */
const PER_OCTAVE = 16;
const OCTAVES = 33;
const PLACES = PER_OCTAVE * OCTAVES;

/** A histogram whose buckets grow with their bounds, so that its error is a fraction of the duration. */
export class Latencies {
  readonly #counts = new Float64Array(PLACES);
  #count = 0;

  /** Adds a duration of `ms` as often as `weight` says. */
  record(ms: number, weight = 1): void {
    const place = ms <= LEAST ? 0 : Math.min(PLACES - 1, Math.floor(Math.log2(ms / LEAST) * PER_OCTAVE));
    this.#counts[place] = (this.#counts[place] as number) + weight;
    this.#count += weight;
  }

  /** `undefined` before the first duration. */
  get percentiles(): LatencyPercentiles | undefined {
    if (this.#count === 0) return undefined;
    const at = (fraction: number): number => this.#quantile(fraction);
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99), 'p99.9': at(0.999) };
  }

  /** The middle of the bucket in which the duration of that rank is. */
  #quantile(fraction: number): number {
    const rank = Math.max(1, Math.ceil(fraction * this.#count));
    let seen = 0;
    const place = this.#counts.findIndex((count) => (seen += count) >= rank);
    return LEAST * 2 ** ((place + 0.5) / PER_OCTAVE);
  }
}
