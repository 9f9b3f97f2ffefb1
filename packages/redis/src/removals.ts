/** What removes many entries: tags, clears, terms, patterns; each in every partition. */
import type { Pattern } from '@cache/core';
import { CacheError, isCacheError } from '@cache/core';
import type { Calls } from './calls.ts';
import type { Partition, Partitions } from './partitions.ts';
import { membersOf } from './searches.ts';
import { CLEAR, CLEARED, FENCE, INVALIDATE_TAGS, REAP_TERM, REMOVE, REMOVE_TERM } from './steps.ts';
import { pagesOf, walkMatching } from './walk.ts';

export interface RemovalsOptions {
  readonly calls: Calls;
  readonly partitions: Partitions;
  /** A fresh id: it may have to name a generation. */
  readonly nextId: () => string;
  /** '1': index sets have no end of their own. */
  readonly keeps: '0' | '1';
  /** Something that lives for ever was made invalid, and waits to be swept. */
  readonly owes: () => void;
}

/** Is called when a part of a removal is done. */
export type Progressed = () => void;

export class Removals {
  readonly #calls: Calls;
  readonly #partitions: Partitions;
  readonly #nextId: () => string;
  readonly #keeps: '0' | '1';
  readonly #owes: () => void;

  constructor({ calls, partitions, nextId, keeps, owes }: RemovalsOptions) {
    this.#calls = calls;
    this.#partitions = partitions;
    this.#nextId = nextId;
    this.#keeps = keeps;
    this.#owes = owes;
  }

  async invalidateTags(tags: readonly string[]): Promise<void> {
    const owing = await this.#changeEach((partition) =>
      this.#calls.write(INVALIDATE_TAGS, [partition.marks], [this.#nextId(), this.#count, ...tags]),
    );
    if (owing.includes(1)) this.#owes();
  }

  async clear(): Promise<void> {
    const owing = await this.#changeEach(async (partition) => {
      const reply = (await this.#calls.write(
        CLEAR,
        [partition.marks],
        [this.#nextId(), this.#count],
      )) as number;
      const owes = reply % 2;
      if (reply >= 2)
        await after(() =>
          this.#calls.repeat(CLEARED, [partition.marks], [this.#nextId(), this.#count, owes]),
        );
      return owes;
    });
    if (owing.includes(1)) this.#owes();
  }

  /**
   * First the mark, which makes all of a partition's entries under the term absent in one step and fences running loads. The records are
   * taken away in that step as far as it can, and the others afterwards: nobody finds them any more.
   */
  async removeByTerm(term: string, progressed: Progressed): Promise<number> {
    const counts = await this.#changeEach(async (partition) => {
      const [moment, owes, removed, left] = (await this.#calls.write(
        REMOVE_TERM,
        [partition.marks],
        [this.#nextId(), this.#count, term, this.#keeps, this.#calls.client.isCluster ? '1' : '0'],
      )) as readonly [Buffer, number, number, number];
      // Whoever is cut off here leaves records behind, of which those without an end are swept.
      if (owes === 1) this.#owes();
      if (left === 0) return removed;
      return removed + (await after(() => this.#reap(partition, term, moment, progressed)));
    });
    return sum(counts);
  }

  async #reap(partition: Partition, term: string, moment: Buffer, progressed: Progressed): Promise<number> {
    let removed = 0;
    for (const page of pagesOf(await membersOf(this.#calls, partition, term))) {
      const names = [
        partition.entry(''),
        partition.lease(''),
        partition.marks,
        partition.index(term),
        ...page.map((key) => partition.entry(key)),
      ];
      const [, count] = await this.#calls.writeAll(REAP_TERM, names, [term, moment, this.#keeps, ...page]);
      removed += count as number;
      progressed();
    }
    return removed;
  }

  /** First the fences, then the walk: a load that began before them cannot store an entry behind the walk. */
  async removeByPattern(pattern: Pattern, progressed: Progressed): Promise<number> {
    await this.#changeEach((partition) =>
      this.#calls.write(FENCE, [partition.marks], [this.#nextId(), this.#count]),
    );
    return after(() => this.#removeMatching(pattern, progressed));
  }

  async #removeMatching(pattern: Pattern, progressed: Progressed): Promise<number> {
    let removed = 0;
    // A walk takes many steps that find nothing.
    const isEnough = (): boolean => {
      progressed();
      return false;
    };
    // Each once: what is written behind the walk must stay.
    const seen = new Set<string>();
    for await (const { partition, keys } of walkMatching(pattern, {
      calls: this.#calls,
      partitions: this.#partitions,
      isEnough,
    })) {
      const names = new Map(keys.map((key) => [partition.entry(key), key]));
      for (const name of names.keys()) if (seen.has(name)) names.delete(name);
      for (const name of names.keys()) seen.add(name);
      const gone = await Promise.all(
        [...names].map(([name, key]) =>
          this.#calls.writeAll(
            REMOVE,
            [name, partition.lease(key), partition.marks],
            [key, '0', this.#keeps],
          ),
        ),
      );
      removed += gone.filter(([status]) => status === 1).length;
      progressed();
    }
    return removed;
  }

  /** Waits for every partition. When one of them may have been changed, a failure of another is not one of which nothing came. */
  async #changeEach<X>(step: (partition: Partition) => Promise<X>): Promise<readonly X[]> {
    const ends = await Promise.allSettled(this.#partitions.all.map((partition) => step(partition)));
    const errors = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
    if (errors.length === 0) return ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
    const isUntouched = errors.length === ends.length && errors.every((error) => isUnavailable(error));
    throw isUntouched ? errors[0] : partly(errors.find((error) => !isUnavailable(error)) ?? errors[0]);
  }

  get #count(): number {
    return this.#partitions.all.length;
  }
}

/** What comes after a step that took effect: when it fails, something was changed. */
async function after<X>(work: () => Promise<X>): Promise<X> {
  try {
    return await work();
  } catch (error) {
    throw partly(error);
  }
}

function partly(error: unknown): unknown {
  if (!isUnavailable(error)) return error;
  return new CacheError('UNKNOWN_OUTCOME', `only a part was executed: ${(error as CacheError).message}`, {
    cause: error,
  });
}

function isUnavailable(error: unknown): boolean {
  return isCacheError(error, 'UNAVAILABLE');
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
