/** What concerns many entries: tags, clears, terms, patterns; each in every partition. */
import type { EngineTraits, Entry, Pattern } from '@cache/core';
import { CacheError, isCacheError } from '@cache/core';
import type { Calls } from './calls.ts';
import { entryOf } from './entry-format.ts';
import type { Partition, Partitions } from './partitions.ts';
import type { Reply } from './port.ts';
import {
  ARE_FRESH,
  CLEAR,
  CLEARED,
  FENCE,
  INVALIDATE_TAGS,
  LOOK_UP,
  MEMBERS,
  READ_ALL,
  REAP_TERM,
  REMOVE,
  REMOVE_TERM,
} from './steps.ts';
import { type Page, walk } from './walk.ts';

/** So many entries are looked at in one step: the server does nothing else meanwhile. */
const PAGE = 256;
/** So many steps over the server's keys are worth a count of entries. */
const COUNTED_STEPS = 100;

/** The reply of a look-up that takes more than one step. */
const TOO_MANY = -3;

export interface GroupsOptions {
  readonly calls: Calls;
  readonly partitions: Partitions;
  /** A fresh id: it may have to name a generation. */
  readonly nextId: () => string;
  /** Why indexes cannot be kept; `undefined`: they can. */
  readonly noIndexes: string | undefined;
  /** '1': index sets must not expire, because a server that evicts looks for keys that do. */
  readonly keeps: '0' | '1';
  /** Something that lives for ever was made invalid, and waits to be swept. */
  readonly owes: () => void;
}

/** Is called when a part of a removal is done. */
type Progressed = () => void;

export class Groups {
  readonly #calls: Calls;
  readonly #partitions: Partitions;
  readonly #nextId: () => string;
  readonly #noIndexes: string | undefined;
  readonly #keeps: '0' | '1';
  readonly #owes: () => void;

  constructor({ calls, partitions, nextId, noIndexes, keeps, owes }: GroupsOptions) {
    this.#calls = calls;
    this.#partitions = partitions;
    this.#nextId = nextId;
    this.#noIndexes = noIndexes;
    this.#keeps = keeps;
    this.#owes = owes;
  }

  /** Throws `UNSUPPORTED` when there are terms and the server might evict an index: a look-up would miss entries without a word. */
  checkTerms(terms: readonly string[]): void {
    if (terms.length > 0 && this.#noIndexes !== undefined) {
      const trait: keyof EngineTraits = 'indexes';
      throw new CacheError('UNSUPPORTED', this.#noIndexes, { trait });
    }
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

  /** Within a partition the entries are found as they are together at one instant, unless there are too many for one step. */
  async lookUp(term: string): Promise<readonly (readonly [key: string, entry: Entry])[]> {
    this.checkTerms([term]);
    const found = await this.#inEach((partition) => this.#lookUpIn(partition, term));
    // A set may hold a key whose entry was replaced by hand.
    return found.flat().filter(([, entry]) => entry.terms.includes(term));
  }

  async #lookUpIn(
    partition: Partition,
    term: string,
  ): Promise<readonly (readonly [key: string, entry: Entry])[]> {
    const names = [partition.marks, partition.index(term)];
    const [status, ...found] = await this.#calls.writeAll(LOOK_UP, names, [], 'none');
    if (status === TOO_MANY) {
      const members = await this.#members(partition, term);
      const pages = await Promise.all(pagesOf(members).map((page) => this.#readAll(partition, page)));
      return pages.flat();
    }
    const entries: (readonly [string, Entry])[] = [];
    for (let at = 0; at < found.length; at += 2)
      entries.push([(found[at] as Buffer).toString(), entryOf(found[at + 1] as Buffer)]);
    return entries;
  }

  /**
   * First the mark, which makes all of a partition's entries under the term absent in one step and fences running loads; then the records
   * are taken away, which nobody finds any more.
   */
  async removeByTerm(term: string, progressed: Progressed): Promise<number> {
    this.checkTerms([term]);
    const counts = await this.#changeEach(async (partition) => {
      const [moment, owes] = (await this.#calls.write(
        REMOVE_TERM,
        [partition.marks],
        [this.#nextId(), this.#count, term],
      )) as readonly [Buffer, number];
      // Whoever is cut off here leaves records behind, of which those without an end are swept.
      if (owes === 1) this.#owes();
      return after(() => this.#reap(partition, term, moment, progressed));
    });
    return sum(counts);
  }

  async #reap(partition: Partition, term: string, moment: Buffer, progressed: Progressed): Promise<number> {
    let removed = 0;
    for (const page of pagesOf(await this.#members(partition, term))) {
      const names = [
        partition.entry(''),
        partition.lease(''),
        partition.marks,
        partition.index(term),
        ...page.flatMap((key) => [partition.entry(key), partition.lease(key)]),
      ];
      const [, count] = await this.#calls.writeAll(REAP_TERM, names, [term, moment, this.#keeps, ...page]);
      removed += count as number;
      progressed();
    }
    return removed;
  }

  /** The keys of fresh entries that match, each once. */
  async *scan(pattern: Pattern): AsyncGenerator<readonly string[]> {
    const seen = new Set<string>();
    for await (const { partition, keys: found } of this.#walk(pattern)) {
      const keys = found.filter((key) => !seen.has(key));
      for (const key of keys) seen.add(key);
      const fresh = await this.#fresh(partition, keys);
      if (fresh.length > 0) yield fresh;
    }
  }

  /** How many entries there are; `undefined` when the walk over the servers would take too long. */
  async count(): Promise<number | undefined> {
    const seen = new Set<string>();
    let steps = 0;
    const isEnough = (): boolean => ++steps > COUNTED_STEPS;
    for await (const { keys } of walk({ calls: this.#calls, partitions: this.#partitions, isEnough })) {
      for (const key of keys) seen.add(key);
    }
    return steps > COUNTED_STEPS ? undefined : seen.size;
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
    // Each once: what is written behind the walk must stay.
    const seen = new Set<string>();
    for await (const { partition, keys } of this.#walk(pattern, progressed)) {
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

  async *#walk(pattern: Pattern, progressed: Progressed = () => {}): AsyncGenerator<Page> {
    const { prefix } = pattern;
    // A walk takes many steps that find nothing.
    const isEnough = (): boolean => {
      progressed();
      return false;
    };
    for await (const page of walk({ calls: this.#calls, partitions: this.#partitions, prefix, isEnough })) {
      const keys = page.keys.filter((key) => pattern.matches(key));
      for (const part of pagesOf(keys)) yield { partition: page.partition, keys: part };
    }
  }

  async #members(partition: Partition, term: string): Promise<readonly string[]> {
    const members = (await this.#calls.ask(MEMBERS, [partition.index(term)], [])) as readonly Buffer[];
    return members.map((member) => member.toString());
  }

  async #readAll(
    partition: Partition,
    keys: readonly string[],
  ): Promise<readonly (readonly [string, Entry])[]> {
    const names = [partition.marks, ...keys.map((key) => partition.entry(key))];
    const records = (await this.#calls.ask(READ_ALL, names, [])) as readonly Reply[];
    return keys.flatMap((key, at) => {
      const record = records[at];
      return record === null || record === undefined ? [] : [[key, entryOf(record as Buffer)] as const];
    });
  }

  async #fresh(partition: Partition, keys: readonly string[]): Promise<readonly string[]> {
    if (keys.length === 0) return [];
    const names = [partition.marks, ...keys.map((key) => partition.entry(key))];
    const fresh = (await this.#calls.ask(ARE_FRESH, names, [])) as readonly Reply[];
    return keys.filter((_, at) => fresh[at] === 1);
  }

  #inEach<X>(step: (partition: Partition) => Promise<X>): Promise<readonly X[]> {
    return Promise.all(this.#partitions.all.map((partition) => step(partition)));
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

function pagesOf(keys: readonly string[]): readonly (readonly string[])[] {
  const pages: (readonly string[])[] = [];
  for (let first = 0; first < keys.length; first += PAGE) pages.push(keys.slice(first, first + PAGE));
  return pages;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
