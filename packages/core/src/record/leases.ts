/** Leases: the right to load a key, bounded in time, and what makes the write of a holder fail that has lost it. */
import type { Clock } from '../clock.ts';
import type { Acquired, AcquireRequest, Committed, Settled, Write } from '../engine.ts';
import { isCacheError, type CacheError } from '../errors.ts';
import type { Changer } from './changing.ts';
import type { Composer } from './composing.ts';
import { NOTHING, type EntryRecord, type Failure, type Lease } from './format.ts';
import { tagMark, termMark, type Journal } from './journal.ts';
import type { RecordKeys } from './keys.ts';
import type { Reader, Sight } from './reading.ts';
import { attempt, type Records } from './records.ts';
import { untilSettled } from './retry.ts';
import { SPACE, tagStamp, type StampKeeper } from './stamps.ts';

export interface LeaseTiming {
  /** How long a failed load is told to those who wait for it. Longer than they may take to look. */
  readonly failureMs: number;
  /** Between two looks of a waiter: at first, doubled each time, and at most. Each is varied by half, so that waiters spread. */
  readonly firstPollMs: number;
  readonly longestPollMs: number;
}

/** The stamps of a lease without an end live so long; a load that takes longer is not stored. */
const LONGEST_LOAD_MS = 24 * 3_600_000;

export interface LeaseParts {
  readonly records: Records;
  readonly keys: RecordKeys;
  readonly stamps: StampKeeper;
  readonly journal: Journal;
  readonly reader: Reader;
  readonly changer: Changer;
  readonly composer: Composer;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly timing: LeaseTiming;
}

export class Leases {
  readonly #parts: LeaseParts;

  constructor(parts: LeaseParts) {
    this.#parts = parts;
  }

  async acquire(key: string, request: AcquireRequest): Promise<Acquired> {
    return untilSettled(async () => {
      const { reader } = this.#parts;
      const sight = await (request.overUnreadable === true ? reader.lookOver(key) : reader.look(key));
      const { fresh, stale, lease, record } = sight;
      if (fresh !== undefined) return { status: 'hit', entry: fresh };
      // A request whose reply was lost finds the lease it was granted.
      if (lease?.token === request.token) return { status: 'lead', stale };
      const { failure } = record;
      if (failure !== undefined && failure.token === request.awaited) {
        return { status: 'failed', message: failure.message };
      }
      if (lease !== undefined) {
        const settled = (signal: AbortSignal): Promise<Settled> => this.#settled(key, lease, signal);
        return { status: 'wait', holder: lease.token, stale, settled };
      }
      return (await this.#grant(sight, request)) ? { status: 'lead', stale } : undefined;
    });
  }

  async extend(key: string, token: string, leaseMs: number): Promise<boolean> {
    const { reader, records, keys, stamps } = this.#parts;
    return untilSettled(async () => {
      const { found, record, lease, seen } = await reader.look(key);
      if (lease?.token !== token) return false;
      // Its stamps have to live as long as it does; one that has moved meanwhile ends it.
      const names = [...lease.stamps.keys()];
      if (!(await stamps.renew(names, seen, Math.min(leaseMs, LONGEST_LOAD_MS)))) return undefined;
      const until = records.now().at + leaseMs;
      const extended = { ...record, intent: undefined, lease: { ...lease, until } };
      return (await attempt(() => records.replace(keys.entry(key), found, extended))) || undefined;
    });
  }

  /**
   * Stores the loaded entry. An attempt whose reply was lost is settled by another one: both have the condition of the same record
   * version, so at most one can take effect, and none once that version has gone. Only when the record is no longer ours and holds
   * something else, nobody can tell any more whether the entry was there in between.
   */
  async commit(key: string, token: string, write: Write): Promise<Committed> {
    let doubt: CacheError | undefined;
    let isOvertaken = false;
    const step = async (): Promise<Committed | 'lost' | undefined> => {
      const sight = await this.#parts.reader.look(key);
      if (sight.record.entry?.version === write.version) return 'stored';
      if (sight.record.lease?.token !== token) return 'lost';
      if (isOvertaken || sight.lease === undefined) {
        return (await attempt(() => this.#end(sight))) ? 'overtaken' : undefined;
      }
      const placed = await this.#place(sight, sight.lease, write);
      isOvertaken = placed === 'refused';
      return placed === 'placed' ? 'stored' : undefined;
    };
    const settled = await untilSettled(() =>
      step().catch((error: unknown) => {
        if (!isCacheError(error, 'UNKNOWN_OUTCOME')) throw doubt ?? error;
        doubt = error;
        return undefined;
      }),
    );
    if (settled !== 'lost') return settled;
    if (doubt !== undefined) throw doubt;
    return 'overtaken';
  }

  async release(key: string, token: string, message: string | undefined): Promise<void> {
    const { records, reader, timing } = this.#parts;
    await untilSettled(async () => {
      const sight = await reader.look(key);
      if (sight.record.lease?.token !== token) return true;
      const until = records.now().at + timing.failureMs;
      const failure = message === undefined ? undefined : { token, message, until };
      return (await attempt(() => this.#end(sight, failure))) || undefined;
    });
  }

  /** Puts a lease over what was seen. False: something came in between. */
  async #grant(
    { key, found, record: { failure }, stale }: Sight,
    { token, leaseMs, tags }: AcquireRequest,
  ): Promise<boolean> {
    const { records, keys, stamps, journal } = this.#parts;
    const capturedFor = Math.min(leaseMs, LONGEST_LOAD_MS);
    const [captured, place] = await Promise.all([
      stamps.capture([SPACE, ...tags.map(tagStamp)], capturedFor),
      journal.place(),
    ]);
    const lease: Lease = { token, until: records.now().at + leaseMs, stamps: captured, journal: place };
    const record: EntryRecord = { ...NOTHING, entry: stale, lease, failure };
    return (await attempt(() => records.replace(keys.entry(key), found, record))) === true;
  }

  async #place(sight: Sight, lease: Lease, write: Write): Promise<'placed' | 'conflict' | 'refused'> {
    const { composer, changer, journal } = this.#parts;
    const entry = await composer.upon(sight, write);
    if (entry === undefined) return 'conflict';
    // Tags and terms that the lease does not know. The journal is asked after their stamps were read and their index records written:
    // an invalidation notes itself there before it touches either, so it is seen here, or it finds what was written.
    const learnt = entry.tags.filter((tag) => !lease.stamps.has(tagStamp(tag))).map(tagMark);
    const names = new Set([...learnt, ...entry.terms.map(termMark)]);
    const mayAppear = async (): Promise<boolean> =>
      names.size === 0 || !(await journal.overtook(lease.journal, names));
    return changer.place(sight.key, sight.found, entry, { mayAppear });
  }

  /** Takes the lease out of the record, and leaves the stale entry there. False: something came in between. */
  async #end({ key, found, record, stale }: Sight, failure?: Failure): Promise<boolean> {
    const { records, keys } = this.#parts;
    const rest = { ...NOTHING, entry: stale, failure: failure ?? record.failure };
    return records.replace(keys.entry(key), found, rest);
  }

  /** Looks again and again until the holder's load has ended, or its lease. Stays pending once `signal` has fired. */
  #settled(key: string, lease: Lease, signal: AbortSignal): Promise<Settled> {
    const { clock, random, records, timing } = this.#parts;
    return new Promise((resolve) => {
      let poll = timing.firstPollMs;
      let until = lease.until;
      const wait = (): void => {
        if (signal.aborted) return;
        const { at, skew } = records.now();
        const left = Math.max(0, until + skew - at);
        const cancel = clock.after(Math.min(left, poll * (0.5 + random())), () => {
          signal.removeEventListener('abort', cancel);
          void look();
        });
        signal.addEventListener('abort', cancel, { once: true });
        poll = Math.min(poll * 2, timing.longestPollMs);
      };
      const look = async (): Promise<void> => {
        const seen = await this.#outcome(key, lease.token, until);
        if ('until' in seen) {
          until = seen.until;
          wait();
        } else {
          resolve(seen);
        }
      };
      wait();
    });
  }

  /** How the load of `holder` ended, or its lease if it has not. `until`: when that was to run out, as it was seen last. */
  async #outcome(key: string, holder: string, until: number): Promise<Settled | Lease> {
    let sight: Sight;
    try {
      sight = await this.#parts.reader.look(key);
    } catch {
      // The waiter acquires again, and hears there that the store cannot be reached.
      return { status: 'released' };
    }
    const { fresh, lease, record } = sight;
    if (fresh !== undefined) return { status: 'stored', entry: fresh };
    if (lease?.token === holder) return lease;
    if (record.failure?.token === holder) return { status: 'failed', message: record.failure.message };
    // Whoever ends a lease does so before it has run out.
    const { at, skew } = this.#parts.records.now();
    return until <= at - skew ? { status: 'released', lapsed: true } : { status: 'released' };
  }
}
