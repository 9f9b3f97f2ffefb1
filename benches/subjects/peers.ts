/** Other caches, each in memory as its own documentation recommends. */
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { createCache } from 'cache-manager';
import { Cacheable, createKeyv } from 'cacheable';
import { Keyv } from 'keyv';
import { Loader, ManualCache } from 'layered-loader/core';
import type { LoadingSubject, Subject } from './subject.ts';

const HOUR = 3_600_000;

export function bento(entries: number): LoadingSubject {
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

export function cacheable(entries: number): LoadingSubject {
  const cache = new Cacheable({ primary: createKeyv({ ttl: HOUR, lruSize: entries }) });
  return {
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
    getOrSet: (key, load) => cache.getOrSet(key, load),
  };
}

export function cacheManager(entries: number): LoadingSubject {
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

/** It loads by one function, given when it is made. */
export function layeredLoaderLoading(entries: number): LoadingSubject {
  let current: () => Promise<object> = () => Promise.reject(new Error('no loader was given'));
  const cache = new Loader<object>({
    inMemoryCache: { cacheType: 'lru-map', ttlInMsecs: HOUR, maxItems: entries },
    dataSourceGetOneFn: () => current(),
  });
  return {
    get: (key) => cache.get(key),
    set: (key) => cache.forceRefresh(key),
    getOrSet(key, loader) {
      current = loader;
      return cache.get(key);
    },
  };
}
