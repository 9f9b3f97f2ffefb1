/** The counters behind `stats()`. This file imports nothing. */

/** One read in this many is timed: a clock read on every hit would cost as much as the hit. */
const TIMED_READS_MASK = 63;

/** Reads of which nobody is told one by one, while they are observed. */
export class ReadTally {
  /** Of `get` that ended with a hit or a miss, and those that missed. */
  gets = 0;
  misses = 0;
  /** Of `getOrSet` that found a fresh entry. */
  loadHits = 0;
  getsInFlight = 0;
  loadsInFlight = 0;

  /** Of `get`. */
  get hits(): number {
    return this.gets - this.misses;
  }
}

/** Counts what one cache did. Plain fields: the path of a hit adds one to a number. */
export class Tally {
  hits = 0;
  misses = 0;
  loads = 0;
  loadErrors = 0;
  loadTime = 0;
  /** Loaders that have begun and not ended. */
  loading = 0;
  joins = 0;
  overtaken = 0;
  readonly reads: ReadTally = new ReadTally();
  errors = 0;
  #reads = 0;
  #timedReads = 0;
  #readTime = 0;

  /** Whether the read that begins now is one of those that are timed. */
  isTimed(): boolean {
    return (this.#reads++ & TIMED_READS_MASK) === 0;
  }

  timed(duration: number): void {
    this.#timedReads += 1;
    this.#readTime += duration;
  }

  get averageGetTime(): number {
    return this.#timedReads === 0 ? 0 : this.#readTime / this.#timedReads;
  }

  get averageLoadTime(): number {
    const runs = this.loads + this.loadErrors;
    return runs === 0 ? 0 : this.loadTime / runs;
  }

  get hitRate(): number {
    const reads = this.hits + this.misses;
    return reads === 0 ? 0 : this.hits / reads;
  }
}
