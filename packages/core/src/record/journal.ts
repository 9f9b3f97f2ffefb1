/**
 * The journal of group removals: which tags were invalidated and which terms removed, in order, the last few of them.
 *
 * A load may turn out to make an entry with tags and terms that nobody knew when its lease was granted. The lease carries the place where
 * the journal was then; a commit is overtaken when one of its tags or terms comes after that place. A place that the journal no longer
 * holds counts as overtaken: a value is not stored for once, never stored wrongly.
 */
import type { NextId } from '../ids.ts';
import type { RecordKeys } from './keys.ts';
import { attempt, sameAs, type Found, type Records } from './records.ts';
import { untilSettled } from './retry.ts';

interface JournalRecord {
  /** The place after the last change. */
  readonly place: string;
  readonly changes: readonly Change[];
}

interface Change {
  /** The place before it. */
  readonly from: string;
  readonly names: readonly string[];
}

/** The journal is one record, so it has to stay small. */
const MOST_NAMES = 128;
/** Removals that come at the same moment take turns, so many times; then the journal is dropped, which overtakes every running load. */
const MOST_TURNS = 8;

export class Journal {
  readonly #records: Records;
  readonly #key: string;
  readonly #nextId: NextId;

  constructor(records: Records, keys: RecordKeys, nextId: NextId) {
    this.#records = records;
    this.#key = keys.stamp('#');
    this.#nextId = nextId;
  }

  /** The place after the last change. */
  async place(): Promise<string> {
    return untilSettled(async () => {
      const found = await this.#find();
      if (found === undefined) await this.#put({ place: this.#nextId(), changes: [] }, found);
      return found?.data.place;
    });
  }

  /** Notes that everything called one of `names` is removed. */
  async append(names: readonly string[]): Promise<void> {
    for (let turn = 0; turn < MOST_TURNS; turn += 1) {
      const found = await this.#find();
      // Without a journal no running load can have its place in it.
      if (found === undefined) return;
      const { place: from, changes } = found.data;
      const changed = { place: this.#nextId(), changes: latest([...changes, { from, names }]) };
      if (await this.#put(changed, found)) return;
    }
    await this.#records.delete(this.#key);
  }

  /** Whether one of `names` was removed since the journal was at `place`. */
  async overtook(place: string, names: ReadonlySet<string>): Promise<boolean> {
    const journal = (await this.#find())?.data;
    if (journal?.place === place) return false;
    const next = journal?.changes.findIndex(({ from }) => from === place) ?? -1;
    if (journal === undefined || next < 0) return true;
    return journal.changes.slice(next).some((change) => change.names.some((name) => names.has(name)));
  }

  async #find(): Promise<Found<JournalRecord> | undefined> {
    return this.#records.get<JournalRecord>(this.#key);
  }

  async #put(record: JournalRecord, found: Found<JournalRecord> | undefined): Promise<boolean> {
    const when = sameAs(found);
    return (
      (await attempt(() => this.#records.put(this.#key, record, { expiresAt: Infinity, when }))) !== undefined
    );
  }
}

/** The last changes that fit. */
function latest(changes: readonly Change[]): readonly Change[] {
  let length = 0;
  const dropped = changes.findLastIndex(({ names }) => (length += names.length) > MOST_NAMES);
  return changes.slice(dropped + 1);
}

export function tagMark(tag: string): string {
  return `t:${tag}`;
}

export function termMark(term: string): string {
  return `i:${term}`;
}
