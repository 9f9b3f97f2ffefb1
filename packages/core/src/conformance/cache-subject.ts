/** The public cache as one process of the linearizability test. */
import { entry, type Cache, type WriteOptions } from '../api.ts';
import type { Pattern } from '../engine.ts';
import type { Loaded, Traits, Value } from './linearizability/cache-model.ts';
import type { LoadRequest, Subject } from './linearizability/subject.ts';

/** Has no indexes of its own: a cache derives terms from values, and the rounds choose them freely. */
export class CacheSubject implements Subject {
  readonly #cache: Cache<Value>;

  constructor(cache: Cache<Value>) {
    this.#cache = cache;
  }

  get(key: string): Promise<Value | undefined> {
    return this.#cache.get(key);
  }

  getEntry(key: string): Promise<{ readonly value: Value; readonly version: string } | undefined> {
    return this.#cache.getEntry(key);
  }

  async set(key: string, value: Value, traits: Traits): Promise<void> {
    await this.#cache.set(key, value, optionsOf(traits));
  }

  setIfNotExists(key: string, value: Value, traits: Traits): Promise<boolean> {
    return this.#cache.setIfNotExists(key, value, optionsOf(traits));
  }

  setIfExists(key: string, value: Value, traits: Traits): Promise<boolean> {
    return this.#cache.setIfExists(key, value, optionsOf(traits));
  }

  async compareAndSet(key: string, version: string, value: Value, traits: Traits): Promise<boolean> {
    return (await this.#cache.compareAndSet(key, version, value, optionsOf(traits))) !== false;
  }

  delete(key: string): Promise<boolean> {
    return this.#cache.delete(key);
  }

  take(key: string): Promise<Value | undefined> {
    return this.#cache.getAndDelete(key);
  }

  touch(key: string, { ttl }: Pick<Traits, 'ttl'>): Promise<boolean> {
    return this.#cache.touch(key, ttl === Infinity ? 'forever' : ttl);
  }

  expire(key: string): Promise<boolean> {
    return this.#cache.expire(key);
  }

  increment(key: string): Promise<number> {
    return (this.#cache as unknown as Cache<number>).increment(key);
  }

  update(key: string, updater: (value: Value | undefined) => Promise<Value>): Promise<Value> {
    return this.#cache.update(key, updater);
  }

  async getOrSet(key: string, { load, learnsTags, ...traits }: LoadRequest): Promise<Loaded> {
    const { ttl, tags } = optionsOf(traits);
    let own: Value | undefined;
    const value = await this.#cache.getOrSet(
      key,
      async () => {
        own = await load();
        return learnsTags ? entry(own, { tags }) : own;
      },
      { ttl, ...(!learnsTags && { tags }) },
    );
    // Whether its own value was stored, a call is not told; what others made it has from the entry.
    return { value, how: value === own ? 'unsure' : 'served' };
  }

  invalidateTags(tags: readonly string[]): Promise<void> {
    return this.#cache.invalidateTags(tags);
  }

  clear(): Promise<void> {
    return this.#cache.clear();
  }

  async keys(pattern: Pattern): Promise<readonly string[]> {
    const keys: string[] = [];
    for await (const key of this.#cache.keys(pattern.glob)) keys.push(key);
    return keys;
  }

  async removeByPattern(pattern: Pattern): Promise<void> {
    await this.#cache.deleteByPattern(pattern.glob);
  }

  lookUp(): Promise<never> {
    throw new Error('rounds with a cache use no indexes');
  }

  removeByTerm(): Promise<never> {
    throw new Error('rounds with a cache use no indexes');
  }

  editTerms(): Promise<never> {
    throw new Error('rounds with a cache use no indexes');
  }
}

function optionsOf({ ttl, tags }: Traits): Required<Pick<WriteOptions, 'ttl' | 'tags'>> {
  return { ttl: ttl === Infinity ? 'forever' : ttl, tags };
}
