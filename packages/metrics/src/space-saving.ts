/** The most frequent of any number of names, in bounded memory: the algorithm Space-Saving of Metwally, Agrawal and El Abbadi. */

export interface Frequent {
  readonly name: string;
  /** At least how often it came, and at most `error` more. */
  readonly count: number;
  readonly error: number;
}

interface Counter {
  count: number;
  error: number;
}

/**
 * Counts so many names at a time. A new one takes the place of the rarest and begins at its count. So whatever came more often than once in
 * `capacity` times is here, and nobody is counted too low.
 */
export class SpaceSaving {
  readonly #capacity: number;
  readonly #counters = new Map<string, Counter>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(name: string): void {
    const known = this.#counters.get(name);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    const error = this.#counters.size < this.#capacity ? 0 : this.#dropRarest();
    this.#counters.set(name, { count: error + 1, error });
  }

  /** The most frequent names, so many at most, from the top. */
  top(most: number): readonly Frequent[] {
    return [...this.#counters]
      .map(([name, { count, error }]) => ({ name, count, error }))
      .toSorted((a, b) => b.count - a.count)
      .slice(0, most);
  }

  /** Gives how often it was counted. */
  #dropRarest(): number {
    let rarest = '';
    let least = Infinity;
    for (const [name, { count }] of this.#counters) {
      if (count >= least) continue;
      rarest = name;
      least = count;
    }
    this.#counters.delete(rarest);
    return least;
  }
}
