/** What the record engine keeps in a store. Records are never changed, only replaced. */
import type { Entry } from '../engine.ts';

/** Stamps by name, as somebody saw them: an entry or a lease is valid as long as every stamp it carries is still the same. */
export type Stamps = ReadonlyMap<string, string>;

/**
 * The record of one key. Everything that can happen to a key is in this one record, so that one conditional write decides it.
 * It lives until the latest of its parts has ended; what is visible goes by the ends of the parts.
 */
export interface EntryRecord {
  readonly entry: StoredEntry | undefined;
  readonly lease: Lease | undefined;
  readonly intent: Intent | undefined;
  readonly failure: Failure | undefined;
}

export const NOTHING: EntryRecord = {
  entry: undefined,
  lease: undefined,
  intent: undefined,
  failure: undefined,
};

export interface StoredEntry extends Entry {
  /** Kept apart from `keptUntil`: an entry that is fresh for ever has a grace too, once it is expired by hand. */
  readonly grace: number;
  /** Expired by hand: stale whatever the time. Who reads this may have looked at the clock before it happened. */
  readonly isExpired: boolean;
  readonly stamps: Stamps;
  /** Until when the index records of its terms list it; not before `keptUntil`. */
  readonly indexedUntil: number;
}

/** The right to load the key. Tags and clear do not touch the record: the stamps captured when it was granted tell whether it stands. */
export interface Lease {
  readonly token: string;
  readonly until: number;
  readonly stamps: Stamps;
  /** Where the journal was when the lease was granted; see `journal.ts`. */
  readonly journal: string;
}

/** Announces that an entry with these terms is about to appear, so that nobody takes the key out of their index records meanwhile. */
interface Intent {
  readonly terms: readonly string[];
  readonly until: number;
}

/** The last load failed: kept for a while for those who wait for it. */
export interface Failure {
  readonly token: string;
  readonly message: string;
  readonly until: number;
}

export interface StampRecord {
  readonly id: string;
}

/** Keys that may carry the term, and until when they may. Written before the entry appears; verified by every look-up. */
export interface IndexRecord {
  readonly members: ReadonlyMap<string, number>;
}

/** When the record ends; undefined when nothing is in it. */
export function endOf({ entry, lease, intent, failure }: EntryRecord): number | undefined {
  const ends = [entry?.keptUntil, lease?.until, intent?.until, failure?.until].filter(
    (end) => end !== undefined,
  );
  return ends.length === 0 ? undefined : Math.max(...ends);
}
