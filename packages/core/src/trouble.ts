/** Trouble of a provider, as opposed to a wrong request. */
import { type CacheError, isCacheError, type CacheErrorCode } from './errors.ts';

const TROUBLE: ReadonlySet<CacheErrorCode> = new Set(['UNAVAILABLE', 'UNKNOWN_OUTCOME', 'DEADLINE_EXCEEDED']);

/** Whether `error` says that the provider is in trouble: reads go on without it, if the cache says so. */
export function isTrouble(error: unknown): boolean {
  return isCacheError(error) && TROUBLE.has(error.code);
}

/** Whether `error` says that the provider may be gone: one that answers is there, whatever it answers. */
export function isAbsence(error: unknown): boolean {
  return isTrouble(error) && (error as CacheError).answered !== true;
}

/** Whether `error` says that the provider is there and did nothing. */
export function wasRefused(error: unknown): boolean {
  return isTrouble(error) && (error as CacheError).answered === true;
}
