/** What finds entries of which the keys are not known: by term, by pattern, by counting. */
import type { Entry, Pattern } from '@cache/core';
import type { Calls } from './calls.ts';
import { entryOf } from './entry-format.ts';
import type { Partition, Partitions } from './partitions.ts';
import type { Reply } from './port.ts';
import { ARE_FRESH, LOOK_UP, MEMBERS, READ_ALL } from './steps.ts';
import { pagesOf, walk, walkMatching } from './walk.ts';

/** So many steps over the servers' keys are worth a count of entries. */
const COUNTED_STEPS = 100;

/** The reply of a look-up that takes more than one step. */
const TOO_MANY = -3;

type Found = readonly (readonly [key: string, entry: Entry])[];

export class Searches {
  readonly #calls: Calls;
  readonly #partitions: Partitions;

  constructor(calls: Calls, partitions: Partitions) {
    this.#calls = calls;
    this.#partitions = partitions;
  }

  /** Within a partition the entries are found as they are together at one instant, unless there are too many for one step. */
  async lookUp(term: string): Promise<Found> {
    const found = await Promise.all(this.#partitions.all.map((partition) => this.#lookUpIn(partition, term)));
    // A set may hold a key whose entry was replaced by hand.
    return found.flat().filter(([, entry]) => entry.terms.includes(term));
  }

  /** The keys of fresh entries that match, each once. */
  async *scan(pattern: Pattern): AsyncGenerator<readonly string[]> {
    const seen = new Set<string>();
    const walking = { calls: this.#calls, partitions: this.#partitions };
    for await (const { partition, keys: found } of walkMatching(pattern, walking)) {
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

  async #lookUpIn(partition: Partition, term: string): Promise<Found> {
    const names = [partition.marks, partition.index(term)];
    const [status, ...found] = await this.#calls.writeAll(LOOK_UP, names, [], 'none');
    if (status === TOO_MANY) {
      const members = await membersOf(this.#calls, partition, term);
      const pages = await Promise.all(pagesOf(members).map((page) => this.#readAll(partition, page)));
      return pages.flat();
    }
    const entries: (readonly [string, Entry])[] = [];
    for (let at = 0; at < found.length; at += 2)
      entries.push([(found[at] as Buffer).toString(), entryOf(found[at + 1] as Buffer)]);
    return entries;
  }

  async #readAll(partition: Partition, keys: readonly string[]): Promise<Found> {
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
}

/** The keys that the index set of a term holds in a partition. Their entries may be gone. */
export async function membersOf(
  calls: Calls,
  partition: Partition,
  term: string,
): Promise<readonly string[]> {
  const members = (await calls.ask(MEMBERS, [partition.index(term)], [])) as readonly Buffer[];
  return members.map((member) => member.toString());
}
