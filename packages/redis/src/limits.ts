/** Limits on the entries under a term: where they can be judged, and what had to go for them. */
import { CacheError, type EngineTraits, type Limit } from '@cache/core';
import type { Partitions } from './partitions.ts';
import type { Reply } from './port.ts';

export class Limits {
  readonly #partitions: Partitions;
  readonly #evicted: (key: string) => void;
  #evictions = 0;

  /** `evicted` is told of each key whose entry had to go. */
  constructor(partitions: Partitions, evicted: (key: string) => void) {
    this.#partitions = partitions;
    this.#evicted = evicted;
  }

  /** How many entries had to go. */
  get evictions(): number {
    return this.#evictions;
  }

  /** Throws `UNSUPPORTED` when the entries under one term lie in many partitions: a step sees those of one. */
  check(limit: Limit | undefined): void {
    if (limit === undefined || this.#partitions.keepTogether) return;
    const trait: keyof EngineTraits = 'limits';
    throw new CacheError(
      'UNSUPPORTED',
      "the entries under one term lie in several partitions, and a limit is judged in one: give the cache 'colocate', so that they lie together, or redis() partitions: 1",
      { trait },
    );
  }

  /** Counts and tells the keys whose entries a step has taken away. */
  wereEvicted(keys: readonly Reply[]): readonly string[] {
    const evicted = keys.map((key) => (key as Buffer).toString());
    this.#evictions += evicted.length;
    for (const key of evicted) this.#evicted(key);
    return evicted;
  }
}
