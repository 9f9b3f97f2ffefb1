/** What concerns many keys at once: the whole space, a tag, a term, a pattern. */
import type { Entry, Pattern } from '../engine.ts';
import { CacheError } from '../errors.ts';
import { removing, type Changer, type Decision } from './changing.ts';
import { NOTHING } from './format.ts';
import type { Indexes } from './indexes.ts';
import { tagMark, termMark, type Journal } from './journal.ts';
import type { RecordKeys } from './keys.ts';
import { allOrUnknown, asUnknown } from './partial.ts';
import { portionsOf, type Reader, type Sight } from './reading.ts';
import type { Records } from './records.ts';
import { SPACE, tagStamp, type StampKeeper } from './stamps.ts';

export interface GroupParts {
  readonly records: Records;
  readonly keys: RecordKeys;
  readonly stamps: StampKeeper;
  readonly journal: Journal;
  readonly indexes: Indexes;
  readonly reader: Reader;
  readonly changer: Changer;
  /** The store can list its keys. */
  readonly scans: boolean;
}

export class Groups {
  readonly #parts: GroupParts;

  constructor(parts: GroupParts) {
    this.#parts = parts;
  }

  async clear(): Promise<void> {
    await this.#parts.stamps.invalidate(SPACE);
  }

  async invalidateTags(tags: readonly string[]): Promise<void> {
    const { journal, stamps } = this.#parts;
    // The journal first: a commit reads the stamps of its tags, then the journal. The other way round it could read the new stamp of a
    // tag and the journal as it was, and store a value that the invalidation has overtaken.
    await journal.append(tags.map(tagMark));
    await allOrUnknown(tags.map((tag) => stamps.invalidate(tagStamp(tag))));
  }

  async lookUp(term: string): Promise<readonly (readonly [key: string, entry: Entry])[]> {
    const { indexes, reader } = this.#parts;
    const sights = await reader.lookAtAll(await indexes.members(term));
    const found: [string, Entry][] = [];
    const others: Sight[] = [];
    for (const sight of sights) {
      if (sight.fresh?.terms.includes(term)) found.push([sight.key, sight.fresh]);
      else others.push(sight);
    }
    await this.#reclaim(others);
    const gone = others.map(({ key }) => key);
    await indexes.tidy(term, gone);
    return found;
  }

  async removeByTerm(term: string, progressed: (() => void) | undefined): Promise<number> {
    const { journal, indexes } = this.#parts;
    // The journal first: a commit lists its key in the index, then asks the journal. So it is refused there, or found here.
    await journal.append([termMark(term)]);
    const members = await indexes.members(term);
    const removed = await this.#removeAll(
      portionsOf(members),
      (sight) => withoutTerm(sight, term),
      progressed,
    );
    await indexes.tidy(term, members);
    return removed;
  }

  async *scan(pattern: Pattern): AsyncGenerator<readonly string[]> {
    for await (const keys of this.#walk(pattern)) {
      const sights = await this.#parts.reader.lookAtAll(keys);
      await this.#reclaim(sights);
      const fresh = sights.filter((sight) => sight.fresh !== undefined).map(({ key }) => key);
      if (fresh.length > 0) yield fresh;
    }
  }

  /** Running loads need no mark: a lease is a record under the same key, so the walk meets it. */
  async removeByPattern(pattern: Pattern, progressed: (() => void) | undefined): Promise<number> {
    return this.#removeAll(
      this.#walk(pattern),
      (sight) => removing(sight, sight.fresh !== undefined),
      progressed,
    );
  }

  /** How many entry records there are; 0 where nobody can tell. */
  async size(): Promise<number> {
    const { records, keys, scans } = this.#parts;
    let size = 0;
    if (scans) for await (const page of records.pages(keys.entries)) size += page.length;
    return size;
  }

  /** Changes each key; gives how many times the answer was true. */
  async #removeAll(
    portions: Iterable<readonly string[]> | AsyncIterable<readonly string[]>,
    decide: (sight: Sight) => Decision<boolean>,
    progressed: (() => void) | undefined,
  ): Promise<number> {
    const { changer } = this.#parts;
    let removed = 0;
    let isPartial = false;
    try {
      for await (const keys of portions) {
        const answers = await allOrUnknown(keys.map((key) => changer.change(key, decide)));
        removed += answers.filter(Boolean).length;
        isPartial = true;
        progressed?.();
      }
    } catch (error) {
      throw isPartial ? asUnknown(error) : error;
    }
    return removed;
  }

  async *#walk(pattern: Pattern): AsyncGenerator<readonly string[]> {
    const { records, keys, scans } = this.#parts;
    if (!scans) throw new CacheError('UNSUPPORTED', 'the store cannot list its keys', { trait: 'scans' });
    for await (const page of records.pages(keys.entry(pattern.prefix))) {
      yield* portionsOf(page.map((recordKey) => keys.keyOf(recordKey)).filter((key) => pattern.matches(key)));
    }
  }

  /** Deletes what nobody will see again. Best effort: what fails is met again. */
  async #reclaim(sights: readonly Sight[]): Promise<void> {
    const { records, keys } = this.#parts;
    const dead = sights.filter(({ isDead }) => isDead);
    await Promise.allSettled(dead.map(({ key, found }) => records.replace(keys.entry(key), found, NOTHING)));
  }
}

/** Takes out of a record what carries `term`: the entry with all that is there, or only the announcement of one. */
function withoutTerm(sight: Sight, term: string): Decision<boolean> {
  const { fresh, record } = sight;
  if (record.entry?.terms.includes(term)) return removing(sight, fresh !== undefined);
  if (!record.intent?.terms.includes(term)) return { do: 'nothing', answer: false };
  return { do: 'replace', record: { ...record, intent: undefined }, answer: false };
}
