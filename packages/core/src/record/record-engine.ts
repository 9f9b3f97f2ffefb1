/**
 * The record engine: the whole Engine contract on the five primitives of a Store.
 *
 * Two things five primitives cannot do are declared. A write that overlaps an invalidation of its entry by tag or clear may be removed by
 * it, or take effect though the entry it rests on was just invalidated (`orderedInvalidation: false`). And where clocks differ, an entry
 * may be found expired up to twice the declared skew before its time, by one process sooner than by another; it is never found after it.
 *
 * There is no sweep of its own: what has expired is the store's to reclaim. What a clear or a tag has made invalid and that would never
 * expire is deleted when its key is used again, or when a scan or a look-up comes across it.
 */
import type {
  Acquired,
  AcquireRequest,
  Committed,
  Condition,
  Counted,
  CounterChange,
  Engine,
  EngineHealth,
  EngineStats,
  EngineTraits,
  Entry,
  Life,
  Pattern,
  Payload,
  Write,
  Written,
} from '../engine.ts';
import { CacheError, isCacheError } from '../errors.ts';
import { createIds } from '../ids.ts';
import type { OpenContext } from '../provider.ts';
import type { Store, StoreTraits } from '../store.ts';
import { Changer, removing, type ChangeTiming, type Decision } from './changing.ts';
import { Composer } from './composing.ts';
import { recordsAsBytes, recordsAsValues } from './form.ts';
import { NOTHING, type StoredEntry } from './format.ts';
import { Groups } from './groups.ts';
import { Indexes } from './indexes.ts';
import { Journal } from './journal.ts';
import { recordKeys, type RecordKeys } from './keys.ts';
import { Leases, type LeaseTiming } from './leases.ts';
import { Reader } from './reading.ts';
import { Records } from './records.ts';
import { SPACE, StampKeeper } from './stamps.ts';

export type RecordTiming = ChangeTiming & LeaseTiming;

const TIMING: RecordTiming = { intentMs: 5_000, failureMs: 10_000, firstPollMs: 10, longestPollMs: 200 };

/** What an engine over a store with these traits can do. */
export function recordEngineTraits({
  holds,
  scope,
  durable,
  expiryPrecisionMs,
  scans,
}: StoreTraits): EngineTraits {
  return {
    holds,
    scope,
    durable,
    expiryPrecisionMs,
    scans,
    synchronous: false,
    indexes: true,
    limits: false,
    sized: false,
    orderedInvalidation: false,
  };
}

/** Makes an engine of a store. `timing` is for tests that live in simulated time. */
export function recordEngine(
  store: Store,
  traits: StoreTraits,
  context: OpenContext,
  timing: Partial<RecordTiming> = {},
): Engine {
  const { clock, random, cache, space } = context;
  const nextId = createIds();
  const times = { ...TIMING, ...timing };
  const keys = recordKeys(space);
  const form = traits.holds === 'bytes' ? recordsAsBytes({ cache, space }) : recordsAsValues;
  const records = new Records(store, traits, form, clock, nextId);
  const stamps = new StampKeeper(records, keys, nextId);
  const journal = new Journal(records, keys, nextId);
  const indexes = new Indexes(records, keys);
  const reader = new Reader(records, keys, stamps);
  const changer = new Changer({ records, keys, reader, indexes, timing: times });
  const composer = new Composer(records, stamps);
  const leaseParts = {
    records,
    keys,
    stamps,
    journal,
    reader,
    changer,
    composer,
    clock,
    random,
    timing: times,
  };
  const groupParts = { records, keys, stamps, journal, indexes, reader, changer, scans: traits.scans };
  return new RecordEngine({
    records,
    keys,
    stamps,
    reader,
    changer,
    composer,
    leases: new Leases(leaseParts),
    groups: new Groups(groupParts),
  });
}

interface Parts {
  readonly records: Records;
  readonly keys: RecordKeys;
  readonly stamps: StampKeeper;
  readonly reader: Reader;
  readonly changer: Changer;
  readonly composer: Composer;
  readonly leases: Leases;
  readonly groups: Groups;
}

class RecordEngine implements Engine {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async get(key: string): Promise<Payload | undefined> {
    return (await this.read(key))?.payload;
  }

  async read(key: string): Promise<Entry | undefined> {
    return (await this.#parts.reader.look(key)).fresh;
  }

  acquire(key: string, request: AcquireRequest): Promise<Acquired> {
    return this.#parts.leases.acquire(key, request);
  }

  extend(key: string, token: string, leaseMs: number): Promise<boolean> {
    return this.#parts.leases.extend(key, token, leaseMs);
  }

  async commit(key: string, token: string, write: Write): Promise<Committed> {
    refuseLimit(write);
    return this.#parts.leases.commit(key, token, write);
  }

  release(key: string, token: string, failure: string | undefined): Promise<void> {
    return this.#parts.leases.release(key, token, failure);
  }

  async write(key: string, write: Write, condition: Condition | undefined): Promise<Written> {
    refuseLimit(write);
    if (condition === undefined && write.terms.length === 0) {
      await this.#overwrite(key, write);
      return WRITTEN;
    }
    return this.#parts.changer.change<Written>(key, async (sight) => {
      const current = sight.fresh;
      if (!isMet(condition, current)) return { do: 'nothing', answer: { status: 'refused', current } };
      return placing(await this.#parts.composer.upon(sight, write), WRITTEN);
    });
  }

  async remove(key: string): Promise<boolean> {
    try {
      return await this.#parts.changer.change(key, (sight) => removing(sight, sight.fresh !== undefined));
    } catch (error) {
      if (!isCacheError(error, 'CODEC_FAILED')) throw error;
      // A damaged record shows no entry, and must be possible to get rid of.
      await this.#parts.records.delete(this.#parts.keys.entry(key));
      return false;
    }
  }

  take(key: string): Promise<Entry | undefined> {
    return this.#parts.changer.change<Entry | undefined>(key, (sight) => removing(sight, sight.fresh));
  }

  count(key: string, { delta, version, life, renew }: CounterChange): Promise<Counted> {
    return this.#parts.changer.change<Counted>(key, async (sight) => {
      const base = sight.fresh;
      const value = sum(base === undefined ? 0 : base.payload, delta);
      if (typeof value === 'string') return { do: 'nothing', answer: { status: value } };
      const next = await this.#parts.composer.upon(sight, {
        payload: value,
        version,
        life: base === undefined || renew ? life : 'keep',
        tags: base === undefined ? [] : 'keep',
        terms: base?.terms ?? [],
        loadMs: 0,
        size: base?.size ?? 0,
        limit: undefined,
      });
      return placing(next, { status: 'counted', value });
    });
  }

  touch(key: string, life: Life): Promise<boolean> {
    return this.#parts.changer.change(key, async (sight) => {
      if (sight.fresh === undefined) return ABSENT;
      return placing(await this.#parts.composer.renewed(sight, sight.fresh, life), true);
    });
  }

  expire(key: string): Promise<boolean> {
    return this.#parts.changer.change(key, ({ fresh, stale, lease, record }): Decision<boolean> => {
      if (fresh === undefined) {
        // What is being loaded was asked for before: it must not appear as fresh after this.
        const rest = { ...NOTHING, entry: stale, failure: record.failure };
        return lease === undefined ? ABSENT : { do: 'replace', record: rest, answer: false };
      }
      const { at } = this.#parts.records.now();
      const kept = { ...fresh, freshUntil: at, keptUntil: at + fresh.grace, isExpired: true };
      const rest = fresh.grace === 0 ? NOTHING : { ...NOTHING, entry: kept };
      return { do: 'replace', record: rest, answer: true };
    });
  }

  editTerms(
    key: string,
    add: readonly string[],
    remove: readonly string[],
    version: string,
  ): Promise<boolean> {
    return this.#parts.changer.change(key, ({ fresh }): Decision<boolean> => {
      if (fresh === undefined) return ABSENT;
      const kept = fresh.terms.filter((term) => !remove.includes(term));
      return placing({ ...fresh, version, terms: [...new Set([...kept, ...add])] }, true);
    });
  }

  invalidateTags(tags: readonly string[]): Promise<void> {
    return this.#parts.groups.invalidateTags(tags);
  }

  clear(): Promise<void> {
    return this.#parts.groups.clear();
  }

  lookUp(term: string): Promise<readonly (readonly [key: string, entry: Entry])[]> {
    return this.#parts.groups.lookUp(term);
  }

  removeByTerm(term: string, progressed?: () => void): Promise<number> {
    return this.#parts.groups.removeByTerm(term, progressed);
  }

  scan(pattern: Pattern): AsyncIterable<readonly string[]> {
    return this.#parts.groups.scan(pattern);
  }

  removeByPattern(pattern: Pattern, progressed?: () => void): Promise<number> {
    return this.#parts.groups.removeByPattern(pattern, progressed);
  }

  /** Counts the entry records, which takes a walk over all of them. */
  async stats(): Promise<EngineStats> {
    return { entries: await this.#parts.groups.size(), bytes: undefined, evictions: 0, expirations: 0 };
  }

  async ping(): Promise<EngineHealth> {
    await this.#parts.stamps.read([SPACE]);
    return { details: {} };
  }

  close(): Promise<void> {
    return this.#parts.records.close();
  }

  /** A write that rests on nothing and has no terms needs no look. Lease, intent and older entry end here. */
  async #overwrite(key: string, write: Write): Promise<void> {
    const { composer, records, keys } = this.#parts;
    const entry = await composer.alone(write);
    await records.put(keys.entry(key), { ...NOTHING, entry }, { expiresAt: entry.keptUntil });
  }
}

const WRITTEN: Written = { status: 'written', evicted: [] };
const ABSENT: Decision<boolean> = { do: 'nothing', answer: false };

/** Undefined stands for an entry whose stamps moved while it was made. */
function placing<T>(entry: StoredEntry | undefined, answer: T): Decision<T> {
  return entry === undefined ? { do: 'look again' } : { do: 'place', entry, answer };
}

function sum(payload: Payload, delta: number): number | 'not-a-counter' | 'overflow' {
  if (typeof payload !== 'number' || !Number.isSafeInteger(payload) || Object.is(payload, -0))
    return 'not-a-counter';
  const total = payload + delta;
  return Number.isSafeInteger(total) ? total : 'overflow';
}

function isMet(condition: Condition | undefined, fresh: StoredEntry | undefined): boolean {
  if (condition === undefined) return true;
  if (condition === 'absent') return fresh === undefined;
  return fresh !== undefined && (condition === 'present' || condition.version === fresh.version);
}

function refuseLimit({ limit }: Write): void {
  if (limit === undefined) return;
  throw new CacheError('UNSUPPORTED', 'the store cannot judge a limit with a write', { trait: 'limits' });
}
