/** An engine in the place of one that cannot be opened. */
import type { Engine } from './engine.ts';

/**
 * Answers everything with the trouble of the day, as an engine does whose backend is away: so each operation fails, or fails open, as it
 * would after the opening.
 */
export function unreachableEngine(trouble: () => unknown): Engine {
  const refuse = (): Promise<never> => Promise.reject(trouble());
  return {
    get: refuse,
    read: refuse,
    acquire: refuse,
    extend: refuse,
    commit: refuse,
    release: refuse,
    write: refuse,
    remove: refuse,
    take: refuse,
    count: refuse,
    touch: refuse,
    expire: refuse,
    invalidateTags: refuse,
    clear: refuse,
    lookUp: refuse,
    removeByTerm: refuse,
    editTerms: refuse,
    scan: () => ({ [Symbol.asyncIterator]: () => ({ next: refuse }) }),
    removeByPattern: refuse,
    stats: refuse,
    ping: refuse,
    close: () => {},
  };
}
