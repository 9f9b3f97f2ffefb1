/** What a round of the linearizability test drives: one process's access to a cache, be it an engine or the public cache. */
import type { Pattern } from '../../engine.ts';
import type { Loaded, Traits, Value } from './cache-model.ts';

export interface LoadRequest extends Traits {
  /** The loader; it gives its value after a while, or throws. */
  readonly load: () => Promise<Value>;
  /** The tags are told only by the loader, together with its value. */
  readonly learnsTags: boolean;
  /** The process stands still while it loads, so that nobody prolongs its lease. Left out of account where nothing can be done about it. */
  readonly isPaused: boolean;
}

/**
 * Absence is `undefined` or `false`; a lost outcome is a rejection with `UNKNOWN_OUTCOME`, and `UNAVAILABLE` means that nothing happened.
 * Operations that the subject's engine cannot do are never called.
 */
export interface Subject {
  get(key: string): Promise<Value | undefined>;
  getEntry(key: string): Promise<{ readonly value: Value; readonly version: string } | undefined>;
  set(key: string, value: Value, traits: Traits): Promise<void>;
  setIfNotExists(key: string, value: Value, traits: Traits): Promise<boolean>;
  setIfExists(key: string, value: Value, traits: Traits): Promise<boolean>;
  compareAndSet(key: string, version: string, value: Value, traits: Traits): Promise<boolean>;
  delete(key: string): Promise<boolean>;
  take(key: string): Promise<Value | undefined>;
  touch(key: string, life: Pick<Traits, 'ttl' | 'grace'>): Promise<boolean>;
  expire(key: string): Promise<boolean>;
  increment(key: string): Promise<number>;
  /** `updater` may run again. What it makes of an entry keeps the entry's life, tags and terms; a new one has none of them. */
  update(key: string, updater: (value: Value | undefined) => Promise<Value>): Promise<Value>;
  getOrSet(key: string, request: LoadRequest): Promise<Loaded>;
  invalidateTags(tags: readonly string[]): Promise<void>;
  clear(): Promise<void>;
  lookUp(term: string): Promise<readonly string[]>;
  removeByTerm(term: string): Promise<void>;
  editTerms(key: string, add: readonly string[], remove: readonly string[]): Promise<boolean>;
  keys(pattern: Pattern): Promise<readonly string[]>;
  removeByPattern(pattern: Pattern): Promise<void>;
}
