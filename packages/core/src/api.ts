/** What a caller may ask of a cache. The guarantees behind every line, numbered, are in `docs/semantics.md`. */
import type { Duration } from './duration.ts';
import type { BreakerState, CacheEvents } from './events.ts';
import type { Middleware } from './middleware.ts';
import type { Observe } from './observing.ts';

/** How long an entry is fresh: a duration, or `'forever'`. */
export type Ttl = Duration | 'forever';

/** What every call takes. */
export interface CallOptions {
  /**
   * Leaves the call: it rejects with the signal's reason. A read or a wait is given up; a write that is already under way may still take
   * effect. Other callers are not affected.
   */
  readonly signal?: AbortSignal | undefined;
  /** Overrides the cache's `onFailure` for this call. */
  readonly onFailure?: 'open' | 'throw' | undefined;
}

/** A ceiling on the entries under one term of a declared index, judged in the same step as the write. */
export interface IndexLimit<I extends string = string> {
  readonly index: I;
  readonly max: number;
  /** What happens to a write above it: `LIMIT_EXCEEDED`, or the oldest (or least recently used) of the others goes. */
  readonly onExceeded: 'refuse' | 'evict-oldest' | 'evict-lru';
}

export interface WriteOptions<I extends string = string> extends CallOptions {
  /** Default: the cache's `ttl`. */
  readonly ttl?: Ttl | undefined;
  /** Shortens the ttl by a random part of at most this fraction, from 0 to 1. Default: the cache's `jitter`. */
  readonly jitter?: number | undefined;
  /** Groups for `invalidateTags`. At most 64, each at most 512 bytes. */
  readonly tags?: readonly string[] | undefined;
  /** Needs the provider's trait `limits`. */
  readonly limit?: IndexLimit<I> | undefined;
}

export interface UpdateOptions {
  readonly signal?: AbortSignal | undefined;
  /** Left out: an existing entry keeps its remaining life, a new one gets the cache's `ttl`. */
  readonly ttl?: Ttl | undefined;
  /** Left out: an existing entry keeps its tags. */
  readonly tags?: readonly string[] | undefined;
}

export interface LoadOptions<I extends string = string> extends WriteOptions<I> {
  /** The hard timeout: how long a call waits for the loader. Then it rejects with `LOADER_TIMEOUT` and the loader's signal fires. */
  readonly timeout?: Duration | undefined;
}

export interface CountOptions {
  readonly signal?: AbortSignal | undefined;
  /** Left out: an existing counter keeps its remaining life, a new one gets the cache's `ttl`. Jitter never applies. */
  readonly ttl?: Ttl | undefined;
}

export interface LoaderContext {
  readonly key: string;
  /** The name of this load: the event `join` of those who wait for it has it, in other processes too. */
  readonly load: string;
  /** Fires when the last caller has left, when the hard timeout has passed, and when the cache is closed. */
  readonly signal: AbortSignal;
}

/** A value together with options that only the loader or updater that made it knows. Made by {@link entry}. */
export class LoadedEntry<T> {
  readonly value: T;
  readonly options: { readonly ttl?: Ttl | undefined; readonly tags?: readonly string[] | undefined };

  constructor(value: T, options: LoadedEntry<T>['options']) {
    this.value = value;
    this.options = options;
  }
}

/** Lets a loader or an updater choose `ttl` and `tags` when it knows the value. They take the place of the call's. */
export function entry<T>(value: T, options: LoadedEntry<T>['options']): LoadedEntry<T> {
  return new LoadedEntry(value, options);
}

/** Makes the value of a missing key. `undefined` is handed to the callers and not stored. May run again after an overtaking write. */
export type Loader<T> = (context: LoaderContext) => Loaded<T> | Promise<Loaded<T>>;
export type Loaded<T> = T | LoadedEntry<T> | undefined;

/** Makes the values of missing keys, in one call. A key that is left out of the map counts as `undefined`. */
export type ManyLoader<T> = (
  keys: readonly string[],
  context: { readonly signal: AbortSignal },
) => ReadonlyMap<string, Loaded<T>> | Promise<ReadonlyMap<string, Loaded<T>>>;

export interface UpdateContext {
  readonly key: string;
  /** 1 on the first run; higher when another process wrote meanwhile. */
  readonly attempt: number;
}

/** What became of one key of `getOrSetMany`. */
export type LoadOutcome<R> =
  | { readonly status: 'hit' | 'loaded'; readonly value: R }
  /** The loader gave nothing for it. */
  | { readonly status: 'missing' }
  | { readonly status: 'failed'; readonly error: unknown };

/** What a cache knows of an entry. */
export interface EntryMetadata {
  readonly key: string;
  /** For `compareAndSet`. Opaque; a new one with every write. */
  readonly version: string;
  /** Milliseconds since the epoch, by the provider's clock. */
  readonly createdAt: number;
  /** When it stops being fresh; `Infinity` for `'forever'`. */
  readonly expiresAt: number;
  /** Milliseconds from its creation to its expiry, jitter included. */
  readonly ttl: number;
  readonly tags: readonly string[];
  /** Its terms, by index. */
  readonly indexes: Readonly<Record<string, readonly string[]>>;
  /** Bytes: exact where the provider holds bytes, estimated where it bounds them, 0 where it does neither. */
  readonly size: number;
  /** Milliseconds its loader ran; 0 when it was written. */
  readonly loadTime: number;
}

export interface CacheEntry<R> extends EntryMetadata {
  readonly value: R;
}

/** Counters since the cache was created, namespaces apart. */
export interface CacheStats {
  readonly hits: number;
  readonly misses: number;
  /** hits / (hits + misses); 0 before the first read. */
  readonly hitRate: number;
  readonly loads: number;
  readonly loadErrors: number;
  /** Calls that shared a load somebody else had begun. */
  readonly joins: number;
  /** Loads whose value was not stored, because a write, a removal or an invalidation overtook them. */
  readonly overtaken: number;
  /** Entries held, those not yet swept included; `undefined` when counting them would take too long. */
  readonly entries: number | undefined;
  /** `undefined` when the provider does not know. */
  readonly bytes: number | undefined;
  readonly evictions: number;
  readonly expirations: number;
  /** Answers of the provider that failed or did not come, reads that failed open included; and what failed in the background. */
  readonly errors: number;
  /** Milliseconds; 0 before the first load. */
  readonly averageLoadTime: number;
  /** Milliseconds from call to value of `get`, measured on one call in 64. */
  readonly averageGetTime: number;
}

export interface CacheHealth {
  /** `'degraded'`: the provider does not answer and reads fail open. `'down'`: it does not, and calls fail. */
  readonly status: 'ok' | 'degraded' | 'down';
  readonly cache: string;
  readonly provider: string;
  /** Milliseconds the provider took to answer. */
  readonly latency: number;
  readonly details: Readonly<Record<string, string | number | boolean>>;
  /** The state of the circuit breaker; left out where there is none. */
  readonly breaker?: BreakerState | undefined;
  readonly error?: unknown;
}

/**
 * A named cache of values of type `T`, safe for any concurrency, in one process and across all that share its provider.
 *
 * `R` is what reads give: `T` with `isolation: 'copy'`, `DeepReadonly<T>` with `'frozen'`. `I` are the names of the declared indexes.
 *
 * Keys are non-empty strings of at most 8 KiB of UTF-8. Values are of the value model (`docs/semantics.md`); `undefined` is never a value.
 * A bad key, value or option rejects with a `TypeError`; failures reject with a `CacheError`; absence is a return value.
 */
export interface Cache<T, R = T, I extends string = string> {
  readonly name: string;

  // --- one key

  /** The fresh value of `key`; `undefined` when there is none. */
  get(key: string, options?: CallOptions): Promise<R | undefined>;
  /** The fresh value of `key` with its metadata. */
  getEntry(key: string, options?: CallOptions): Promise<CacheEntry<R> | undefined>;
  /** The metadata of the fresh entry of `key`. */
  getMetadata(key: string, options?: CallOptions): Promise<EntryMetadata | undefined>;
  /** Whether `key` has a fresh entry. It may be gone when the answer arrives: to act on absence, use `setIfNotExists` or `getOrSet`. */
  has(key: string, options?: CallOptions): Promise<boolean>;
  /** Stores `value`, which the cache copies: later changes by the caller do not show. */
  set(key: string, value: T, options?: WriteOptions<I>): Promise<{ readonly version: string }>;
  /** Stores `value` if `key` has no fresh entry. Of concurrent callers one gets `true`. */
  setIfNotExists(key: string, value: T, options?: WriteOptions<I>): Promise<boolean>;
  /** Stores `value` if `key` has a fresh entry. */
  setIfExists(key: string, value: T, options?: WriteOptions<I>): Promise<boolean>;
  /** Stores `value` if the fresh entry of `key` still has `version`; gives the new version, or `false`. */
  compareAndSet(key: string, version: string, value: T, options?: WriteOptions<I>): Promise<string | false>;
  /** Removes `key` and overtakes any load of it. True: a fresh entry was there. */
  delete(key: string, options?: CallOptions): Promise<boolean>;
  /** Removes `key` and gives its fresh value. Of concurrent callers one gets it. */
  getAndDelete(key: string, options?: CallOptions): Promise<R | undefined>;
  /** Gives the fresh entry of `key` a new life, without jitter; default: the cache's `ttl`. Its version stays. False: there is none. */
  touch(key: string, ttl?: Ttl, options?: CallOptions): Promise<boolean>;
  /** Makes the fresh entry of `key` stale: the next `getOrSet` loads. False: there was none. */
  expire(key: string, options?: CallOptions): Promise<boolean>;

  // --- atomic

  /**
   * The fresh value of `key`; if there is none, the value of `loader`, which runs once however many callers and processes ask. They share
   * its outcome, errors included. An aborting caller leaves alone; the loader's signal fires when the last one left.
   *
   * A load that is overtaken by a write, a removal or an invalidation is not stored; its callers get its value, or load again.
   */
  getOrSet<L extends Loaded<T>>(
    key: string,
    loader: (context: LoaderContext) => L | Promise<L>,
    options?: LoadOptions<I>,
  ): Promise<undefined extends L ? R | undefined : R>;
  /**
   * Replaces the value of `key` by what `updater` makes of it: no concurrent update is lost. `updater` gets a copy of its own
   * (`undefined` when there is no fresh entry) and may run again. What it throws rejects this call only. When it returns `undefined`
   * nothing is written and the call gives the current value.
   */
  update<U extends Loaded<T>>(
    key: string,
    updater: (current: T | undefined, context: UpdateContext) => U | Promise<U>,
    options?: UpdateOptions,
  ): Promise<undefined extends U ? R | undefined : R>;
  /** Adds `delta` (default 1), a safe integer, to the number at `key`, from 0 when there is none; gives the sum. */
  increment(
    this: Cache<number, number, I>,
    key: string,
    delta?: number,
    options?: CountOptions,
  ): Promise<number>;
  /** Subtracts `delta` (default 1). */
  decrement(
    this: Cache<number, number, I>,
    key: string,
    delta?: number,
    options?: CountOptions,
  ): Promise<number>;

  // --- many keys: each key has its own outcome

  /** The fresh values of `keys`, as a map of those that have one. */
  getMany(keys: Iterable<string>, options?: CallOptions): Promise<Map<string, R>>;
  /** Stores every pair. If some fail the others are stored, and the call rejects with `PARTIAL_FAILURE` that tells of each key. */
  setMany(entries: Iterable<readonly [key: string, value: T]>, options?: WriteOptions<I>): Promise<void>;
  /** Removes every key; gives how many had a fresh entry. Partial failure as with `setMany`. */
  deleteMany(keys: Iterable<string>, options?: CallOptions): Promise<number>;
  /** Like `getOrSet` for every key, with one call of `loadMissing` for the keys that nobody else is loading. Never rejects for one key. */
  getOrSetMany(
    keys: Iterable<string>,
    loadMissing: ManyLoader<T>,
    options?: LoadOptions<I>,
  ): Promise<Map<string, LoadOutcome<R>>>;

  // --- groups

  /** Makes every entry that carries one of `tags` absent, in a time that does not depend on their number. */
  invalidateTags(tags: Iterable<string>, options?: CallOptions): Promise<void>;
  /** The fresh entries under `term` of `index`. */
  getByIndex(index: I, term: string, options?: CallOptions): Promise<Map<string, R>>;
  /** Removes the entries under `term` of `index`, running loads of such entries included; gives how many were fresh. */
  deleteByIndex(index: I, term: string, options?: CallOptions): Promise<number>;
  /** Puts the entries whose keys match at this moment under `term` of the manual index `index`; gives how many. `set` starts without. */
  addIndex(index: string, keyPattern: string, term: string, options?: CallOptions): Promise<number>;
  /** Takes the entries whose keys match at this moment from under `term` of the manual index `index`; gives how many. */
  removeIndex(index: string, keyPattern: string, term: string, options?: CallOptions): Promise<number>;
  /** The keys of fresh entries that match the glob `pattern` (`*`, `?`, `[...]`, `\` before a literal), in no order. */
  keys(pattern?: string, options?: CallOptions): AsyncIterable<string>;
  /** Removes the entries whose keys match, running loads of such keys included; gives how many were fresh. */
  deleteByPattern(pattern: string, options?: CallOptions): Promise<number>;
  /** Makes every entry of this cache absent, in constant time. Namespaces below it are caches of their own and are not cleared. */
  clear(options?: CallOptions): Promise<void>;

  // --- the whole cache

  /** A cache of its own with the same options and provider, whose keys meet no other's. The same name gives the same cache. */
  namespace(name: string): Cache<T, R, I>;
  /** Fills the cache before it is needed: stores pairs, or loads those of `keys` that are missing. Gives how many it stored. */
  warm(
    entries: Iterable<readonly [key: string, value: T]> | AsyncIterable<readonly [key: string, value: T]>,
    options?: WriteOptions<I>,
  ): Promise<number>;
  warm(keys: Iterable<string>, loadMissing: ManyLoader<T>, options?: LoadOptions<I>): Promise<number>;
  stats(): Promise<CacheStats>;
  /** Asks the provider. Never rejects. */
  health(options?: { readonly signal?: AbortSignal | undefined }): Promise<CacheHealth>;
  /** Observes. Returns the function that stops it. A listener that throws harms nobody. */
  on<E extends keyof CacheEvents>(event: E, listener: (payload: CacheEvents[E]) => void): () => void;
  /** Puts `middleware` around every operation that starts after this call, outermost first in the order of the calls. */
  use(middleware: Middleware): void;
  /**
   * Calls `observe` with this cache and every namespace below it, now and when one is made, and tells what it gives of every operation. Returns
   * the function that stops it. Unlike `use` it costs a hit next to nothing, and cannot change or refuse anything. An observer that throws
   * harms nobody.
   */
  observe(observe: Observe<Cache<unknown>>): () => void;
  /** Resolves when the provider is open and fits the cache's options; rejects with why not. Every operation waits for it by itself. */
  ready(): Promise<void>;
  /** Gives up waiting calls with `CLOSED`, aborts running loaders, closes namespaces. Entries stay where the provider keeps them. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
