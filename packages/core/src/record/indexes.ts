/**
 * Index records: for each term the keys that may carry it. A key is listed before its entry appears and taken out after it has gone, so
 * an index record may list too much, never too little; look-ups verify.
 */
import { NOTHING, type EntryRecord, type IndexRecord } from './format.ts';
import type { RecordKeys } from './keys.ts';
import { attempt, sameAs, type Found, type Records } from './records.ts';
import { untilSettled } from './retry.ts';

export class Indexes {
  readonly #records: Records;
  readonly #keys: RecordKeys;

  constructor(records: Records, keys: RecordKeys) {
    this.#records = records;
    this.#keys = keys;
  }

  /** The keys that may carry `term`. */
  async members(term: string): Promise<readonly string[]> {
    const found = await this.#find(term);
    return found === undefined ? [] : [...found.data.members.keys()];
  }

  /** Lists `key` under `term` until `until`, and drops members whose time has passed. */
  async join(term: string, key: string, until: number): Promise<void> {
    await untilSettled(async () => {
      const found = await this.#find(term);
      const { at, skew } = this.#records.now();
      const members = new Map(found?.data.members);
      for (const [member, end] of members) if (end <= at - skew) members.delete(member);
      members.set(key, Math.max(until, members.get(key) ?? 0));
      // Written even when the key is listed already. Otherwise: a pruner sees no entry; we find the key listed and leave the record as it
      // is; the pruner takes the key out; our entry appears, unlisted. The new version makes the pruner's condition fail.
      return this.#write(term, found, members);
    });
  }

  /** Takes out those of `keys` whose record does not carry `term`. Best effort: what fails or comes too late is left to the next look-up. */
  async tidy(term: string, keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await Promise.allSettled([this.#prune(term, keys)]);
  }

  async #prune(term: string, keys: readonly string[]): Promise<void> {
    // The index record is read before the entry records: a key that is listed again meanwhile makes the write below fail.
    const found = await this.#find(term);
    if (found === undefined) return;
    const listed = keys.filter((key) => found.data.members.has(key));
    const unlisted = await Promise.all(
      listed.map(async (key) => ((await this.#carries(key, term)) ? undefined : key)),
    );
    const members = new Map(found.data.members);
    for (const key of unlisted) if (key !== undefined) members.delete(key);
    if (members.size < found.data.members.size) await this.#write(term, found, members);
  }

  /** Whether the record of `key` carries the term, visible or not: a dead entry may be seen alive by a slower clock, an intent is a promise. */
  async #carries(key: string, term: string): Promise<boolean> {
    const found = await this.#records.get<EntryRecord>(this.#keys.entry(key));
    const { entry, intent } = found?.data ?? NOTHING;
    if (entry?.terms.includes(term)) return true;
    if (!intent?.terms.includes(term)) return false;
    const { at, skew } = this.#records.now();
    if (intent.until <= at - skew) {
      // The writer that announced this stopped half-way. It may wake up: its condition has to fail before the key is taken out.
      const rest = { ...(found?.data ?? NOTHING), intent: undefined };
      await attempt(() => this.#records.replace(this.#keys.entry(key), found, rest));
    }
    return true;
  }

  async #find(term: string): Promise<Found<IndexRecord> | undefined> {
    return this.#records.get<IndexRecord>(this.#keys.index(term));
  }

  /** True: written; undefined: something came in between. An index record lives as long as its longest member, and goes with its last. */
  async #write(
    term: string,
    found: Found<IndexRecord> | undefined,
    members: ReadonlyMap<string, number>,
  ): Promise<true | undefined> {
    const key = this.#keys.index(term);
    if (found !== undefined && members.size === 0) {
      const deleted = await attempt(() => this.#records.delete(key, { version: found.version }));
      return deleted || undefined;
    }
    const record: IndexRecord = { members };
    const when = sameAs(found);
    const expiresAt = Math.max(...members.values());
    const version = await attempt(() => this.#records.put(key, record, { expiresAt, when }));
    return version === undefined ? undefined : true;
  }
}
