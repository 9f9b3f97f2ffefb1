/** The least that can be done: what an application would write for itself over lru-cache, and no more. */
import { LRUCache } from 'lru-cache';
import type { LoadingSubject, Subject, UpdatingSubject } from './subject.ts';

const HOUR = 3_600_000;

/** An asynchronous cache of bounded size. It shares its values. */
export function lruCache(entries: number): Subject {
  const lru = new LRUCache<string, object>({ max: entries });
  return {
    get: async (key) => lru.get(key),
    set: async (key, value) => lru.set(key, value as object),
  };
}

/** The same with what every cache of ours has: an end of each entry's life. */
export function lruCacheWithTtl(entries: number): Subject {
  const lru = new LRUCache<string, object>({ max: entries, ttl: HOUR });
  return {
    get: async (key) => lru.get(key),
    set: async (key, value) => lru.set(key, value as object),
  };
}

/** Isolated by the platform's own copy. */
export function structuredCloned(entries: number): Subject {
  const lru = new LRUCache<string, object>({ max: entries });
  return {
    get: async (key) => structuredClone(lru.get(key)),
    set: async (key, value) => lru.set(key, structuredClone(value as object)),
  };
}

/** Isolated by JSON. A `Date` comes back as a string. */
export function jsonParsed(entries: number): Subject {
  const lru = new LRUCache<string, string>({ max: entries });
  return {
    get: async (key) => JSON.parse(lru.get(key) as string) as unknown,
    set: async (key, value) => lru.set(key, JSON.stringify(value)),
  };
}

/** Callers of one key share a load. Nothing else is promised of it. */
export function sharedLoads(entries: number): LoadingSubject {
  const lru = new LRUCache<string, object>({ max: entries });
  const loads = new Map<string, Promise<object>>();
  const load = async (key: string, loader: () => Promise<object>): Promise<object> => {
    try {
      const value = await loader();
      lru.set(key, value);
      return value;
    } finally {
      loads.delete(key);
    }
  };
  return {
    get: async (key) => lru.get(key),
    set: async (key, value) => lru.set(key, value as object),
    async getOrSet(key, loader) {
      const value = lru.get(key);
      if (value !== undefined) return value;
      let running = loads.get(key);
      if (running === undefined) loads.set(key, (running = load(key, loader)));
      return running;
    },
  };
}

/** Updates wait for each other in one queue. */
export function queuedUpdates(entries: number): UpdatingSubject {
  const lru = new LRUCache<string, object>({ max: entries });
  let last: Promise<unknown> = Promise.resolve();
  return {
    get: async (key) => lru.get(key),
    set: async (key, value) => lru.set(key, value as object),
    update(key, updater) {
      const next = last.then(() => {
        const value = updater(lru.get(key));
        lru.set(key, value);
        return value;
      });
      last = next;
      return next;
    },
  };
}

/** `Map`s that stay small: nothing is ever copied in one long step, nothing is bounded. */
export function shardedMaps(): Subject {
  const shards = Array.from({ length: 1024 }, () => new Map<string, unknown>());
  const shardOf = (key: string): Map<string, unknown> => {
    let mixed = 0;
    for (let at = 0; at < key.length; at++) mixed = Math.imul(mixed ^ key.charCodeAt(at), 0x0100_0193);
    return shards[(mixed ^ (mixed >>> 15)) & 1023] as Map<string, unknown>;
  };
  return {
    get: async (key) => shardOf(key).get(key),
    set: async (key, value) => shardOf(key).set(key, value),
  };
}
