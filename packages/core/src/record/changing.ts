/** Changing a record: look, decide, and put the decision in its place if nothing came in between. */
import { endOf, NOTHING, type EntryRecord, type StoredEntry } from './format.ts';
import type { Indexes } from './indexes.ts';
import type { RecordKeys } from './keys.ts';
import type { Reader, Sight } from './reading.ts';
import { attempt, sameAs, type Found, type Records } from './records.ts';
import { untilSettled } from './retry.ts';

/** What a caller decides after a look. */
export type Decision<T> =
  | { readonly do: 'nothing'; readonly answer: T }
  /** The entry appears, with its terms. Ends lease, intent and failure. */
  | { readonly do: 'place'; readonly entry: StoredEntry; readonly answer: T }
  /** The record takes the other's place, an empty one deletes it. Its entry must have no terms that the old one has not. */
  | { readonly do: 'replace'; readonly record: EntryRecord; readonly answer: T }
  | { readonly do: 'look again' };

export interface Placing {
  /** The write takes effect only before this instant: it rests on an entry that is fresh until then. */
  readonly before?: number | undefined;
  /** Asked when the index records list the key and nothing is left but the entry itself. */
  readonly mayAppear?: () => Promise<boolean>;
}

/** How long a writer may take between announcing an entry and writing it, before look-ups may take its key out of their index. */
export interface ChangeTiming {
  readonly intentMs: number;
}

export interface ChangeParts {
  readonly records: Records;
  readonly keys: RecordKeys;
  readonly reader: Reader;
  readonly indexes: Indexes;
  readonly timing: ChangeTiming;
}

export class Changer {
  readonly #parts: ChangeParts;

  constructor(parts: ChangeParts) {
    this.#parts = parts;
  }

  /**
   * The compare-and-set loop. The last write is sent once: when its outcome is unknown, the call rejects. A decision that rests on the
   * fresh entry takes effect only as long as it is fresh.
   */
  async change<T>(key: string, decide: (sight: Sight) => Decision<T> | Promise<Decision<T>>): Promise<T> {
    const settled = await untilSettled(async () => {
      const sight = await this.#parts.reader.look(key);
      const decision = await decide(sight);
      if (decision.do === 'look again') return undefined;
      const isDone = decision.do === 'nothing' || (await this.#carryOut(sight, decision));
      return isDone ? { answer: decision.answer } : undefined;
    });
    return settled.answer;
  }

  /**
   * Puts `entry` in the place of what was found. Terms that the record did not carry are announced in the record first, then listed in
   * their index records, then the entry appears: so no index record ever lacks a visible entry.
   */
  async place(
    key: string,
    found: Found<EntryRecord> | undefined,
    entry: StoredEntry,
    { before, mayAppear }: Placing,
  ): Promise<'placed' | 'conflict' | 'refused'> {
    const recordKey = this.#parts.keys.entry(key);
    const old = found?.data.entry;
    const isListed = (term: string): boolean =>
      old !== undefined && old.terms.includes(term) && old.indexedUntil >= entry.keptUntil;
    const unlisted = entry.terms.filter((term) => !isListed(term));
    let base = found;
    if (unlisted.length > 0) {
      base = await this.#announce(recordKey, found, entry.terms, before);
      if (base === undefined) return 'conflict';
      await Promise.all(unlisted.map((term) => this.#parts.indexes.join(term, key, entry.keptUntil)));
    }
    if (mayAppear !== undefined && !(await mayAppear())) return 'refused';
    const indexedUntil = unlisted.length > 0 ? entry.keptUntil : (old?.indexedUntil ?? entry.keptUntil);
    const record = { ...NOTHING, entry: { ...entry, indexedUntil } };
    if (!(await this.#parts.records.replace(recordKey, base, record, before))) return 'conflict';
    await this.#forget(key, old, entry.terms);
    return 'placed';
  }

  /** Takes `key` out of the index records of an entry that has gone; `kept` are the terms of the one that took its place. */
  async #forget(key: string, old: StoredEntry | undefined, kept: readonly string[]): Promise<void> {
    const lost = old?.terms.filter((term) => !kept.includes(term)) ?? [];
    await Promise.all(lost.map((term) => this.#parts.indexes.tidy(term, [key])));
  }

  async #carryOut(
    { key, found, fresh }: Sight,
    decision: Exclude<Decision<unknown>, { do: 'nothing' | 'look again' }>,
  ): Promise<boolean> {
    const before = fresh?.freshUntil;
    if (decision.do === 'place') {
      return (await this.place(key, found, decision.entry, { before })) === 'placed';
    }
    const { records, keys } = this.#parts;
    const isReplaced = await records.replace(keys.entry(key), found, decision.record, before);
    if (isReplaced) await this.#forget(key, found?.data.entry, decision.record.entry?.terms ?? []);
    return isReplaced;
  }

  /** Writes the intent. Gives the record as it is now; undefined when something came in between. */
  async #announce(
    recordKey: string,
    found: Found<EntryRecord> | undefined,
    terms: readonly string[],
    before: number | undefined,
  ): Promise<Found<EntryRecord> | undefined> {
    const until = this.#parts.records.now().at + this.#parts.timing.intentMs;
    const data: EntryRecord = { ...(found?.data ?? NOTHING), intent: { terms, until } };
    const expiresAt = endOf(data) ?? until;
    const version = await attempt(() =>
      this.#parts.records.put(recordKey, data, { expiresAt, when: sameAs(found), before }),
    );
    return version === undefined ? undefined : { version, data, expiresAt };
  }
}

/** Whatever the record holds goes, a lease alone too. */
export function removing<T>({ found }: Sight, answer: T): Decision<T> {
  return found === undefined ? { do: 'nothing', answer } : { do: 'replace', record: NOTHING, answer };
}
