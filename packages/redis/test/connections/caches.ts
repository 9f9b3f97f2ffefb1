/** Caches on servers that a test prepares, and what their failures say. */
import { createManager, isCacheError, type Cache, type CacheError, type Manager } from '@cache/core';
import { redis, type RedisOptions } from '../../src/index.ts';

export interface Opened extends AsyncDisposable {
  readonly manager: Manager;
  readonly cache: Cache<unknown>;
  /** The same, for what counts. */
  readonly numbers: Cache<number>;
}

/** For tests that are not about it: also on a machine with much else to do every answer comes before. */
export const PATIENT_MS = 10_000;

/** A cache that throws where it could fail open, with a breaker that never opens. A failure that is waited for wants a short deadline. */
export function openCache(options: RedisOptions, deadline: number = PATIENT_MS): Opened {
  const manager = createManager({ providers: [redis({ deadline, ...options })] });
  const cache = manager.cache<unknown>('things', { deadline, onFailure: 'throw', breaker: false });
  return { manager, cache, numbers: cache as Cache<number>, [Symbol.asyncDispose]: () => manager.close() };
}

/** The `CacheError` that `promise` must end with. */
export async function failureOf(promise: Promise<unknown>): Promise<CacheError> {
  const error: unknown = await promise.then(
    (value) => new Error(`it gave ${JSON.stringify(value)} in place of an error`),
    (reason: unknown) => reason,
  );
  if (isCacheError(error)) return error;
  throw error;
}
