/** Trouble of a provider, as opposed to a wrong request. */
import { isCacheError, type CacheErrorCode } from './errors.ts';

const TROUBLE: ReadonlySet<CacheErrorCode> = new Set(['UNAVAILABLE', 'UNKNOWN_OUTCOME', 'DEADLINE_EXCEEDED']);

/** Whether `error` says that the provider is in trouble: reads go on without it, if the cache says so, and its breaker counts it. */
export function isTrouble(error: unknown): boolean {
  return isCacheError(error) && TROUBLE.has(error.code);
}
