/** What this process knows of the marks of a partition as they were at one moment. They change together: a new removal is a new moment. */
import { momentIn } from './entry-format.ts';

/** So many names are remembered. */
const MOST_NAMES = 10_000;

export class Marks {
  readonly generation: Buffer;
  /** The moment of the last removal by name. */
  readonly latest: number;
  readonly #moment: Buffer;
  /** When a name was removed last; 0 is never. */
  readonly #removedAt = new Map<string, number>();
  /** What was older than a mark when that was forgotten has ended, unless the server's clock went back since. */
  #forgotten = 0;

  constructor(generation: Buffer, moment: Buffer) {
    this.generation = generation;
    this.#moment = moment;
    this.latest = momentIn(moment, 0);
  }

  /** Whether the marks are still the same. */
  isOf(generation: Buffer, moment: Buffer): boolean {
    return this.#moment.equals(moment) && this.generation.equals(generation);
  }

  /**
   * Notes what was found under `names`, and up to which moment removals may have been forgotten, read together with the generation and the
   * moment.
   */
  learn(names: readonly string[], found: readonly (Buffer | null)[], forgotten: number): void {
    this.#forgotten = forgotten;
    if (this.#removedAt.size + names.length > MOST_NAMES) this.#removedAt.clear();
    names.forEach((name, at) => {
      const mark = found[at];
      this.#removedAt.set(name, mark === null || mark === undefined ? 0 : momentIn(mark, 0));
    });
  }

  /** Whether an entry that was written after `moment` was spared by every removal of its names; `undefined` when one is not known. */
  spare(moment: number, names: readonly string[]): boolean | undefined {
    if (moment < this.#forgotten) return false;
    let isKnown = true;
    for (const name of names) {
      const removedAt = this.#removedAt.get(name);
      if (removedAt === undefined) isKnown = false;
      else if (removedAt > moment) return false;
    }
    return isKnown ? true : undefined;
  }
}
