/** Other caches, each in memory as its own documentation recommends. */
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { createCache } from 'cache-manager';
import { Cacheable, createKeyv } from 'cacheable';
import { Keyv } from 'keyv';
import { ManualCache } from 'layered-loader/core';
import { LRUCache } from 'lru-cache';
import type { Subject } from './subject.ts';

const HOUR = 3_600_000;

/** The limit: the least an asynchronous cache of bounded size can do. It shares its values. */
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

export function bento(entries: number): Subject {
  const cache = new BentoCache({
    default: 'memory',
    ttl: HOUR,
    stores: { memory: bentostore().useL1Layer(memoryDriver({ maxItems: entries })) },
  });
  return {
    get: (key) => cache.get({ key }),
    set: (key, value) => cache.set({ key, value }),
    getOrSet: (key, factory) => cache.getOrSet({ key, factory }),
  };
}

export function cacheable(entries: number): Subject {
  const cache = new Cacheable({ primary: createKeyv({ ttl: HOUR, lruSize: entries }) });
  return {
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
    getOrSet: (key, load) => cache.getOrSet(key, load),
  };
}

export function cacheManager(entries: number): Subject {
  const cache = createCache({ stores: [createKeyv({ ttl: HOUR, lruSize: entries })] });
  return {
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
    getOrSet: (key, load) => cache.wrap(key, load),
  };
}

/** Its recommended store in memory is a `Map`, which has no bound. */
export function keyv(): Subject {
  const cache = new Keyv({ ttl: HOUR });
  return {
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
  };
}

export function layeredLoader(entries: number): Subject {
  const cache = new ManualCache<object>({
    inMemoryCache: { cacheType: 'lru-map', ttlInMsecs: HOUR, maxItems: entries },
  });
  return {
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value as object),
  };
}
