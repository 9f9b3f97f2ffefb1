/** A small driver on top of the primitives of an engine: what a cache does for `getOrSet` and `update`, and nothing else. */
import type { Clock } from '../../clock.ts';
import type {
  Acquired,
  Condition,
  Engine,
  EngineTraits,
  Entry,
  MaybePromise,
  Pattern,
  Payload,
  Write,
} from '../../engine.ts';
import { isCacheError } from '../../errors.ts';
import type { NextId } from '../../ids.ts';
import type { Loaded, Traits, Value } from './cache-model.ts';
import type { LoadRequest, Subject } from './subject.ts';

export interface DriverOptions {
  readonly engine: Engine;
  readonly holds: EngineTraits['holds'];
  readonly clock: Clock;
  readonly nextId: NextId;
  readonly leaseMs: number;
}

/** A load that this process runs. */
interface Flight {
  /** What those who joined it may be given; undefined when they have to look again. */
  readonly outcome: Promise<Value | undefined>;
}

type Waiting = Extract<Acquired, { status: 'wait' }>;

export class EngineSubject implements Subject {
  readonly #engine: Engine;
  readonly #holds: EngineTraits['holds'];
  readonly #clock: Clock;
  readonly #nextId: NextId;
  readonly #leaseMs: number;
  /** By token. */
  readonly #flights = new Map<string, Flight>();

  constructor({ engine, holds, clock, nextId, leaseMs }: DriverOptions) {
    this.#engine = engine;
    this.#holds = holds;
    this.#clock = clock;
    this.#nextId = nextId;
    this.#leaseMs = leaseMs;
  }

  async get(key: string): Promise<Value | undefined> {
    const payload: Payload | undefined = await this.#engine.get(key);
    return payload === undefined ? undefined : unpack(payload);
  }

  async getEntry(key: string): Promise<{ readonly value: Value; readonly version: string } | undefined> {
    const entry = await this.#engine.read(key);
    return entry && { value: valueOf(entry), version: entry.version };
  }

  async set(key: string, value: Value, traits: Traits): Promise<void> {
    await this.#engine.write(key, this.#write(value, traits), undefined);
  }

  async setIfNotExists(key: string, value: Value, traits: Traits): Promise<boolean> {
    return this.#writeIf(key, this.#write(value, traits), 'absent');
  }

  async setIfExists(key: string, value: Value, traits: Traits): Promise<boolean> {
    return this.#writeIf(key, this.#write(value, traits), 'present');
  }

  async compareAndSet(key: string, version: string, value: Value, traits: Traits): Promise<boolean> {
    return this.#writeIf(key, this.#write(value, traits), { version });
  }

  async delete(key: string): Promise<boolean> {
    return this.#engine.remove(key);
  }

  async take(key: string): Promise<Value | undefined> {
    const entry = await this.#engine.take(key);
    return entry && valueOf(entry);
  }

  async touch(key: string, life: Pick<Traits, 'ttl' | 'grace'>): Promise<boolean> {
    return this.#engine.touch(key, life);
  }

  async expire(key: string): Promise<boolean> {
    return this.#engine.expire(key);
  }

  async increment(key: string): Promise<number> {
    const version = this.#nextId();
    const counted = await this.#engine.count(key, { delta: 1, version, life: FOREVER, renew: false });
    if (counted.status !== 'counted') throw new Error(`increment of ${key}: ${counted.status}`);
    return counted.value;
  }

  async update(key: string, updater: (value: Value | undefined) => Promise<Value>): Promise<Value> {
    for (;;) {
      const entry = await this.#engine.read(key);
      const value = await updater(entry && valueOf(entry));
      const isDone =
        entry === undefined
          ? await this.#writeIf(key, this.#write(value, PLAIN), 'absent')
          : await this.#writeIf(
              key,
              { ...this.#write(value, PLAIN), life: 'keep', tags: 'keep', terms: entry.terms },
              { version: entry.version },
            );
      if (isDone) return value;
    }
  }

  async getOrSet(key: string, request: LoadRequest): Promise<Loaded> {
    let awaited: string | undefined;
    for (;;) {
      const token = this.#nextId();
      const tags = request.learnsTags ? [] : request.tags;
      const acquired = await this.#engine.acquire(key, { token, leaseMs: this.#leaseMs, tags, awaited });
      if (acquired.status === 'hit') return { value: valueOf(acquired.entry), how: 'hit' };
      if (acquired.status === 'failed') throw new Error(acquired.message);
      if (acquired.status === 'lead') return this.#lead(key, token, request);
      if (acquired.stale !== undefined) return { value: valueOf(acquired.stale), how: 'stale' };
      const value = await this.#wait(acquired);
      if (value !== undefined) return { value, how: 'hit' };
      awaited = acquired.holder;
    }
  }

  async invalidateTags(tags: readonly string[]): Promise<void> {
    await this.#engine.invalidateTags(tags);
  }

  async clear(): Promise<void> {
    await this.#engine.clear();
  }

  async lookUp(term: string): Promise<readonly string[]> {
    return (await this.#engine.lookUp(term)).map(([key]) => key);
  }

  async removeByTerm(term: string): Promise<void> {
    await this.#engine.removeByTerm(term);
  }

  async editTerms(key: string, add: readonly string[], remove: readonly string[]): Promise<boolean> {
    return this.#engine.editTerms(key, add, remove, this.#nextId());
  }

  async keys(pattern: Pattern): Promise<readonly string[]> {
    const keys: string[] = [];
    for await (const page of this.#engine.scan(pattern)) keys.push(...page);
    return keys;
  }

  async removeByPattern(pattern: Pattern): Promise<void> {
    await this.#engine.removeByPattern(pattern);
  }

  async #writeIf(key: string, write: Write, condition: Condition): Promise<boolean> {
    return (await this.#engine.write(key, write, condition)).status === 'written';
  }

  /** Joins the holder's load when it is one of this process's own, and listens to the engine otherwise. Undefined: look again. */
  async #wait({ holder, settled: end }: Waiting): Promise<Value | undefined> {
    const own = this.#flights.get(holder);
    if (own !== undefined) return own.outcome;
    const outcome = await end(new AbortController().signal);
    if (outcome.status === 'failed') throw new Error(outcome.message);
    return outcome.status === 'stored' ? valueOf(outcome.entry) : undefined;
  }

  async #lead(key: string, token: string, request: LoadRequest): Promise<Loaded> {
    const load = this.#load(key, token, request);
    // Tags that the loader tells are not in the lease. One who joined after their invalidation must not be given the value.
    const outcome = load.then(({ value, how }) =>
      how === 'stored' && !request.learnsTags ? value : undefined,
    );
    outcome.catch(() => undefined);
    this.#flights.set(token, { outcome });
    try {
      return await load;
    } finally {
      this.#flights.delete(token);
    }
  }

  async #load(key: string, token: string, request: LoadRequest): Promise<Loaded> {
    const stop = request.isPaused ? () => undefined : this.#prolong(key, token);
    let value: Value;
    try {
      value = await request.load();
    } catch (error) {
      stop();
      await settled(() => this.#engine.release(key, token, (error as Error).message));
      throw error;
    }
    stop();
    const committed = await settled(() => this.#engine.commit(key, token, this.#write(value, request)));
    if (committed === 'UNKNOWN_OUTCOME' || committed === 'limited') return { value, how: 'unsure' };
    return { value, how: committed === 'stored' ? 'stored' : 'overtaken' };
  }

  /** Extends the lease each third of its time, until it is stopped. */
  #prolong(key: string, token: string): () => void {
    let isStopped = false;
    let cancel = (): void => undefined;
    const extend = async (): Promise<void> => {
      const stands = await settled(() => this.#engine.extend(key, token, this.#leaseMs));
      if (stands !== false && !isStopped) wait();
    };
    const wait = (): void => {
      cancel = this.#clock.after(this.#leaseMs / 3, () => void extend());
    };
    if (this.#leaseMs !== Infinity) wait();
    return () => {
      isStopped = true;
      cancel();
    };
  }

  #write(value: Value, { ttl, grace, tags, terms }: Traits): Write {
    const version = this.#nextId();
    const payload = this.#holds === 'bytes' && typeof value === 'string' ? encoder.encode(value) : value;
    return { payload, version, life: { ttl, grace }, tags, terms, loadMs: 0, size: 0, limit: undefined };
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const FOREVER = { ttl: Infinity, grace: 0 };
const PLAIN: Traits = { ...FOREVER, tags: [], terms: [] };

/** What comes after a load never fails the call, because the value is there: gives the answer, or what became of the request. */
async function settled<T>(call: () => MaybePromise<T>): Promise<T | 'UNAVAILABLE' | 'UNKNOWN_OUTCOME'> {
  try {
    return await call();
  } catch (error) {
    if (isCacheError(error, 'UNAVAILABLE')) return 'UNAVAILABLE';
    if (isCacheError(error, 'UNKNOWN_OUTCOME')) return 'UNKNOWN_OUTCOME';
    throw error;
  }
}

function valueOf(entry: Entry): Value {
  return unpack(entry.payload);
}

function unpack(payload: Payload): Value {
  return payload instanceof Uint8Array ? decoder.decode(payload) : (payload as Value);
}
