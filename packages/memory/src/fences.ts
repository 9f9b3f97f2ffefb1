/**
 * Which names were invalidated after a given moment: kept only while loads run, for those whose entry turns out to carry a name that
 * nobody knew when the load began.
 */
export class Fences {
  readonly #most: number;
  readonly #raisedAt = new Map<string, number>();
  /** Of what was raised up to this moment some has been forgotten. */
  #forgottenUntil = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#raisedAt.size;
  }

  raise(name: string, moment: number): void {
    this.#raisedAt.set(name, moment);
    if (this.#raisedAt.size <= this.#most) return;
    this.#raisedAt.clear();
    this.#forgottenUntil = moment;
  }

  /** Whether `name` may have been raised after `moment`: exact, until so many names were raised that some are forgotten. */
  raisedSince(name: string, moment: number): boolean {
    return moment < this.#forgottenUntil || (this.#raisedAt.get(name) ?? 0) > moment;
  }

  clear(): void {
    this.#raisedAt.clear();
  }
}
