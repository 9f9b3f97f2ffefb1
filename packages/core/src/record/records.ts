/** A store's records, typed: what fails is classified, a lost reply is settled by looking, and time is the store's. */
import type { Clock } from '../clock.ts';
import { CacheError, isCacheError } from '../errors.ts';
import type { NextId } from '../ids.ts';
import type { FoundRecord, PutOptions, RecordCondition, Store, StoreTraits } from '../store.ts';
import { endOf, type EntryRecord } from './format.ts';
import type { RecordForm } from './form.ts';

export interface Found<T> extends FoundRecord {
  readonly data: T;
}

/** An instant by the store's clock, known to be at most `skew` off. */
export interface Moment {
  readonly at: number;
  readonly skew: number;
}

export interface RecordWrite {
  readonly expiresAt: number;
  readonly when?: RecordCondition;
  /** The write takes effect only before this instant, if the store can judge that. */
  readonly before?: number | undefined;
}

export class Records {
  readonly #store: Store;
  readonly #traits: StoreTraits;
  readonly #form: RecordForm;
  readonly #clock: Clock;
  readonly #nextId: NextId;
  /** The store's clock less the machine's uptime, as of the last read that told the time. */
  #offset: number | undefined;

  constructor(store: Store, traits: StoreTraits, form: RecordForm, clock: Clock, nextId: NextId) {
    this.#store = store;
    this.#traits = traits;
    this.#form = form;
    this.#clock = clock;
    this.#nextId = nextId;
  }

  /** Now. Never ahead of a store that tells its time, because a reply takes a while to arrive. */
  now(): Moment {
    return this.#offset === undefined
      ? { at: this.#clock.now(), skew: this.#traits.clockSkewMs }
      : { at: this.#clock.elapsed() + this.#offset, skew: 0 };
  }

  /** Reads a record. Throws `CODEC_FAILED` when it is damaged, unless there is something that it may be taken for. */
  async get<T>(key: string, ifDamaged?: T): Promise<Found<T> | undefined> {
    const found = await this.#find(key);
    if (found === undefined) return undefined;
    try {
      return { ...found, data: this.#form.unpack(found.data, key) as T };
    } catch (error) {
      if (ifDamaged === undefined || !isCacheError(error, 'CODEC_FAILED')) throw error;
      return { ...found, data: ifDamaged };
    }
  }

  /** Writes a record. Gives its version; undefined when the condition did not hold. */
  async put(
    key: string,
    record: object,
    { expiresAt, when, before = Infinity }: RecordWrite,
  ): Promise<string | undefined> {
    const version = this.#nextId();
    const data = this.#form.pack(record, key);
    const { skew } = this.now();
    const options: PutOptions = {
      expiresAt: expiresAt + skew,
      ...(when !== undefined && { when }),
      // What one clock calls fresh may be stale by another: the write has to be over before the fastest of them thinks so.
      ...(before < Infinity && this.#traits.judgesBefore && { before: before - 2 * skew }),
    };
    try {
      return (await this.#store.put(key, { version, data }, options)) ? version : undefined;
    } catch (cause) {
      const error = classify(cause, 'UNKNOWN_OUTCOME');
      if (error.code === 'UNKNOWN_OUTCOME' && (await this.#holds(key, version))) return version;
      throw error;
    }
  }

  async delete(key: string, when?: { readonly version: string }): Promise<boolean> {
    try {
      return await this.#store.delete(key, when === undefined ? {} : { when });
    } catch (cause) {
      throw classify(cause, 'UNKNOWN_OUTCOME');
    }
  }

  /** Puts `record` in the place of what was found under `key`; an empty one deletes it. False: something came in between. */
  async replace(
    key: string,
    found: Found<EntryRecord> | undefined,
    record: EntryRecord,
    before?: number,
  ): Promise<boolean> {
    const expiresAt = endOf(record);
    if (expiresAt === undefined) return found === undefined || this.delete(key, { version: found.version });
    return (await this.put(key, record, { expiresAt, when: sameAs(found), before })) !== undefined;
  }

  async *pages(prefix: string): AsyncGenerator<readonly string[]> {
    try {
      yield* this.#store.scan(prefix);
    } catch (cause) {
      throw classify(cause, 'UNAVAILABLE');
    }
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  async #find(key: string): Promise<FoundRecord | undefined> {
    let found: FoundRecord | undefined;
    try {
      found = await this.#store.get(key);
    } catch (cause) {
      throw classify(cause, 'UNAVAILABLE');
    }
    if (found?.readAt !== undefined) this.#offset = found.readAt - this.#clock.elapsed();
    return found;
  }

  /** Whether a write whose reply was lost is known to have taken effect. When the store does not answer this either, nothing is known. */
  async #holds(key: string, version: string): Promise<boolean> {
    return this.#find(key).then(
      (found) => found?.version === version,
      () => false,
    );
  }
}

/** The condition that nothing came in between since `found` was read. */
export function sameAs(found: FoundRecord | undefined): RecordCondition {
  return found === undefined ? 'absent' : { version: found.version };
}

/** An internal write, which may be tried again: an unknown outcome is a conflict, and the caller looks again. */
export async function attempt<T>(write: () => Promise<T>): Promise<T | undefined> {
  try {
    return await write();
  } catch (error) {
    if (isCacheError(error, 'UNKNOWN_OUTCOME')) return undefined;
    throw error;
  }
}

function classify(cause: unknown, code: 'UNAVAILABLE' | 'UNKNOWN_OUTCOME'): CacheError {
  if (isCacheError(cause, 'UNAVAILABLE') || isCacheError(cause, 'UNKNOWN_OUTCOME')) return cause;
  const what =
    code === 'UNAVAILABLE'
      ? 'the store could not be reached'
      : 'a write was sent to the store and its reply was lost';
  return new CacheError(code, what, { cause });
}
