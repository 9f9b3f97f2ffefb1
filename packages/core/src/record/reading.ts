/** Reading records and judging what of them is visible. */
import { isCacheError } from '../errors.ts';
import { NOTHING, type EntryRecord, type Lease, type StoredEntry } from './format.ts';
import type { RecordKeys } from './keys.ts';
import type { Found, Moment, Records } from './records.ts';
import { holds, SPACE, type SeenStamps, type StampKeeper } from './stamps.ts';

/** One look at a key: its record, and what of it was visible at that instant. */
export interface Sight {
  readonly key: string;
  readonly found: Found<EntryRecord> | undefined;
  /** What the record holds, visible or not. */
  readonly record: EntryRecord;
  /** The stamps of the space and of everything the record carries. */
  readonly seen: SeenStamps;
  readonly fresh: StoredEntry | undefined;
  /** No longer fresh, but in its grace. */
  readonly stale: StoredEntry | undefined;
  /** The lease, if it stands. */
  readonly lease: Lease | undefined;
  /** Nothing of the record can become visible again, nobody waits for any of it. */
  readonly isDead: boolean;
}

interface Reading {
  readonly key: string;
  readonly found: Found<EntryRecord> | undefined;
  readonly moment: Moment;
}

/** So many records are worked on at once by calls that concern many. */
const AT_ONCE = 64;

export class Reader {
  readonly #records: Records;
  readonly #keys: RecordKeys;
  readonly #stamps: StampKeeper;

  constructor(records: Records, keys: RecordKeys, stamps: StampKeeper) {
    this.#records = records;
    this.#keys = keys;
    this.#stamps = stamps;
  }

  /** Looks at one key. Throws `CODEC_FAILED` when its record is damaged. */
  async look(key: string): Promise<Sight> {
    return (await this.#judgeAll([await this.#read(key)]))[0] as Sight;
  }

  /** Like `look`, but a damaged record holds nothing: whatever takes its place rests on its version. */
  async lookOver(key: string): Promise<Sight> {
    return (await this.#judgeAll([await this.#read(key, NOTHING)]))[0] as Sight;
  }

  /** Looks at each of `keys`; each is judged at an instant of its own. A damaged record is none: it must not hide the others. */
  async lookAtAll(keys: readonly string[]): Promise<readonly Sight[]> {
    const sights: Sight[] = [];
    for (const portion of portionsOf(keys)) {
      const readings = await Promise.all(portion.map((key) => this.#readOrSkip(key)));
      sights.push(...(await this.#judgeAll(readings.filter((reading) => reading !== undefined))));
    }
    return sights;
  }

  async #judgeAll(readings: readonly Reading[]): Promise<readonly Sight[]> {
    // Stamps are read after the records. Beside them: we read the old stamp; the space is cleared; somebody stores an entry under the new
    // one; we read that entry, call it invalid and put a lease in its place.
    const names = readings.flatMap(({ found }) => [
      ...carried(found?.data.entry),
      ...carried(found?.data.lease),
    ]);
    const seen = await this.#stamps.read(new Set([SPACE, ...names]));
    return Promise.all(readings.map((reading) => this.#confirm(reading, judge(reading, seen))));
  }

  async #readOrSkip(key: string): Promise<Reading | undefined> {
    try {
      return await this.#read(key);
    } catch (error) {
      if (isCacheError(error, 'CODEC_FAILED')) return undefined;
      throw error;
    }
  }

  async #read(key: string, ifDamaged?: EntryRecord): Promise<Reading> {
    // The time before the question is sent. After a slow reply, an entry that was touched meanwhile would be called expired.
    const asked = this.#records.now();
    const found = await this.#records.get<EntryRecord>(this.#keys.entry(key), ifDamaged);
    return { key, found, moment: found?.readAt === undefined ? asked : { at: found.readAt, skew: 0 } };
  }

  /**
   * Looks again where an entry seems to be missing by a tag, unless its record is still there. Otherwise: we read an entry with the tag; it
   * is replaced by one without; the tag is invalidated; we find the stamp moved, though the key was never absent.
   */
  async #confirm({ key, found }: Reading, sight: Sight): Promise<Sight> {
    const entry = found?.data.entry;
    const isMissByTag =
      entry !== undefined && !holds(entry.stamps, sight.seen) && holds(ofSpace(entry), sight.seen);
    if (!isMissByTag) return sight;
    const again = await this.#records.get<EntryRecord>(this.#keys.entry(key));
    return again?.version === found?.version ? sight : this.look(key);
  }
}

export function* portionsOf(keys: readonly string[]): Generator<readonly string[]> {
  for (let from = 0; from < keys.length; from += AT_ONCE) yield keys.slice(from, from + AT_ONCE);
}

/** Judges a record by stamps that were read no earlier than it. */
function judge({ key, found, moment: { at, skew } }: Reading, seen: SeenStamps): Sight {
  const record = found?.data ?? NOTHING;
  const { entry, lease, intent, failure } = record;
  // By whichever clock is ahead: an entry is never served after its end. A lease stands until it has ended by every clock.
  const isValid = entry !== undefined && holds(entry.stamps, seen) && entry.keptUntil > at + skew;
  const isFresh = isValid && !entry.isExpired && entry.freshUntil > at + skew;
  const stands = lease !== undefined && lease.until > at - skew && holds(lease.stamps, seen);
  const isAwaited = [intent, failure].some((part) => part !== undefined && part.until > at - skew);
  return {
    key,
    found,
    record,
    seen,
    fresh: isFresh ? entry : undefined,
    stale: isValid && !isFresh ? entry : undefined,
    lease: stands ? lease : undefined,
    isDead: found !== undefined && !isValid && !stands && !isAwaited,
  };
}

function carried(part: StoredEntry | Lease | undefined): Iterable<string> {
  return part?.stamps.keys() ?? [];
}

function ofSpace(entry: StoredEntry): ReadonlyMap<string, string> {
  return new Map([...entry.stamps].filter(([name]) => name === SPACE));
}
