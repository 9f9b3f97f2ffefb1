/** `@cache/session/better-auth`: a cache as the `secondaryStorage` of better-auth. */
import { milliseconds, type Cache, type CacheOptions, type Duration, type Manager } from '@cache/core';
import { pseudonyms, type Pseudonym } from './pseudonyms.ts';

export interface SecondaryStorageOptions {
  /** Where the cache is made. */
  readonly manager: Manager;
  /** Of the cache. Default `'better-auth'`. */
  readonly name?: string | undefined;
  /** Options of the cache. Its values have tokens in them: give a `codec` that encrypts where others can read the store. */
  readonly cache?: Pick<CacheOptions, 'provider' | 'codec' | 'deadline' | 'breaker'> | undefined;
  /** At least 32 random bytes, the same in every process, which are copied: keys reach the cache as an HMAC under it. */
  readonly secret: Uint8Array;
  /** So long after its end a session is not made anew by a request that was under way. Default `'1m'`. */
  readonly lateFor?: Duration | undefined;
}

/** What better-auth asks of its option `secondaryStorage`. What fails rejects with a `CacheError`: it is never taken for absence. */
export interface SecondaryStorage {
  /** `null`: there is nothing under `key`, or its time is over. */
  get(key: string): Promise<string | null>;
  /** Of concurrent callers one gets the value. */
  getAndDelete(key: string): Promise<string | null>;
  /**
   * Adds one to the counter of `key`, in one step; gives the sum. A counter that was not there ends `ttl` seconds from now, however much is
   * added to it.
   */
  increment(key: string, ttl: number): Promise<number>;
  /** `ttl` in seconds; without one it stays. One that is not above 0 has ended already. */
  set(key: string, value: string, ttl?: number): Promise<void>;
  delete(key: string): Promise<void>;
}

/** A text, a counter, or `null` in the place of a session that was ended and must not come back. */
type Kept = string | number | null;

const NAMES: ReadonlySet<string> = new Set<keyof SecondaryStorageOptions>([
  'manager',
  'name',
  'cache',
  'secret',
  'lateFor',
]);

/**
 * Keeps in a cache what better-auth gives its secondary storage: sessions, the lists of them, verification values and rate limits. better-auth
 * reads a session, changes it and writes it back; what was deleted meanwhile stays so for `lateFor`.
 */
export function secondaryStorage(options: SecondaryStorageOptions): SecondaryStorage {
  for (const name of Object.keys(options))
    if (!NAMES.has(name)) throw new TypeError(`secondary storage: there is no option '${name}'`);
  const { manager, name = 'better-auth', cache = {}, secret, lateFor = '1m' } = options;
  const { provider, codec, deadline, breaker } = cache;
  return storageOver(
    manager.cache<Kept>(name, {
      provider,
      codec,
      deadline,
      breaker,
      onFailure: 'throw',
      jitter: 0,
      // Every write says its own. This one is for a counter whose process ends before it could.
      ttl: '1m',
    }),
    pseudonyms(secret, 'better-auth keys', 'secondary storage'),
    milliseconds(lateFor, 'lateFor'),
  );
}

/** Functions without a `this`: better-auth calls them as such. */
function storageOver(cache: Cache<Kept>, keyOf: Pseudonym, lateFor: number): SecondaryStorage {
  // What is counted is a number: counters share their space with texts, and never a key.
  const counters = cache as unknown as Cache<number>;

  const end = async (key: string): Promise<void> => {
    const stored = keyOf(key);
    const value = await cache.getAndDelete(stored);
    // What is written between these two steps is overwritten as well.
    if (value === null || (typeof value === 'string' && isSession(key, value)))
      await cache.set(stored, null, { ttl: lateFor });
  };

  return {
    get: async (key) => textOf(await cache.get(keyOf(key))),
    async getAndDelete(key) {
      const stored = keyOf(key);
      const value = await cache.getAndDelete(stored);
      // It was ended, and must not come back now either.
      if (value === null) await cache.set(stored, null, { ttl: lateFor });
      return textOf(value);
    },
    async increment(key, ttl) {
      const stored = keyOf(key);
      const sum = await counters.increment(stored);
      if (sum === 1) await counters.touch(stored, lifeOf(ttl));
      return sum;
    },
    async set(key, value, ttl) {
      if (ttl !== undefined && ttl <= 0) return end(key);
      const stored = keyOf(key);
      const life = ttl === undefined ? 'forever' : lifeOf(ttl);
      if (isSession(key, value))
        // Null: it was ended since it was read.
        await cache.update(stored, (current) => (current === null ? undefined : value), { ttl: life });
      else await cache.set(stored, value, { ttl: life });
    },
    delete: end,
  };
}

function textOf(kept: Kept | undefined): string | null {
  return kept === undefined || kept === null ? null : String(kept);
}

/** Milliseconds of `ttl` seconds. */
function lifeOf(ttl: number): number {
  return Math.max(1, Math.round(ttl * 1000));
}

/** Whether `value` is a session under its token, which no second session ever gets. Everything else may be deleted and made again. */
function isSession(token: string, value: string): boolean {
  if (!value.startsWith('{')) return false;
  try {
    const { session } = JSON.parse(value) as { readonly session?: { readonly token?: unknown } | null };
    return session?.token === token;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
