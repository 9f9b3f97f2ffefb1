/**
 * Stamps: one small record for each tag and one for the whole space. An entry carries the ids of its stamps, and is valid as long as they
 * are the same; so an invalidation touches one record, however many entries there are.
 *
 * Invalidation deletes the stamp. That can be repeated, and a late duplicate cannot bring anything back: the next write makes a new id.
 * A missing stamp makes everything that carries it invalid, so a stamp has to outlive its entries.
 */
import type { NextId } from '../ids.ts';
import type { StampRecord, Stamps } from './format.ts';
import type { RecordKeys } from './keys.ts';
import { attempt, sameAs, type Found, type Records } from './records.ts';
import { untilSettled } from './retry.ts';

/** The stamp of the whole space, which `clear` deletes. */
export const SPACE = '*';

export function tagStamp(tag: string): string {
  return `t:${tag}`;
}

/** The stamp records of one look, by name. */
export type SeenStamps = ReadonlyMap<string, Found<StampRecord>>;

/** Beyond what its entries need, so that not every write has to prolong the stamp. */
const SPARE_MS = 60_000;

export class StampKeeper {
  readonly #records: Records;
  readonly #keys: RecordKeys;
  readonly #nextId: NextId;

  constructor(records: Records, keys: RecordKeys, nextId: NextId) {
    this.#records = records;
    this.#keys = keys;
    this.#nextId = nextId;
  }

  async read(names: Iterable<string>): Promise<SeenStamps> {
    const read = await Promise.all([...names].map(async (name) => [name, await this.#find(name)] as const));
    return new Map(read.filter((pair): pair is [string, Found<StampRecord>] => pair[1] !== undefined));
  }

  /** Reads stamps, makes the missing ones, and lets each live for `keptFor` at least. */
  async capture(names: readonly string[], keptFor: number): Promise<Stamps> {
    return new Map(await Promise.all(names.map((name) => untilSettled(() => this.#keep(name, keptFor)))));
  }

  /**
   * Like `capture`, but for an entry that rests on what was just seen: undefined when one of the stamps has moved since. Stamps that live
   * long enough are not read again.
   */
  async renew(names: readonly string[], seen: SeenStamps, keptFor: number): Promise<Stamps | undefined> {
    const { at } = this.#records.now();
    const stamps = new Map<string, string>();
    const short: string[] = [];
    for (const name of names) {
      const found = seen.get(name);
      if (found !== undefined && found.expiresAt >= at + keptFor) stamps.set(name, found.data.id);
      else short.push(name);
    }
    for (const [name, id] of await this.capture(short, keptFor)) {
      if (seen.has(name) && seen.get(name)?.data.id !== id) return undefined;
      stamps.set(name, id);
    }
    return stamps;
  }

  async invalidate(name: string): Promise<void> {
    await this.#records.delete(this.#keys.stamp(name));
  }

  async #find(name: string): Promise<Found<StampRecord> | undefined> {
    return this.#records.get<StampRecord>(this.#keys.stamp(name));
  }

  /** One step of a capture; undefined when the stamp had to be written, which the next step reads. */
  async #keep(name: string, keptFor: number): Promise<readonly [string, string] | undefined> {
    const found = await this.#find(name);
    const { at } = this.#records.now();
    const needed = name === SPACE ? Infinity : at + keptFor;
    if (found !== undefined && found.expiresAt >= needed) return [name, found.data.id];
    const record: StampRecord = { id: found?.data.id ?? this.#nextId() };
    await attempt(() =>
      this.#records.put(this.#keys.stamp(name), record, {
        expiresAt: needed + keptFor + SPARE_MS,
        when: sameAs(found),
      }),
    );
    return undefined;
  }
}

/** Whether everything `carried` is still as it was captured. */
export function holds(carried: Stamps, seen: SeenStamps): boolean {
  return [...carried].every(([name, id]) => seen.get(name)?.data.id === id);
}
