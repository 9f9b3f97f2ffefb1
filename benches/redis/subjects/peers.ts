/** Other caches with Redis alone, without a copy in memory, each as its own documentation sets it up. */
import KeyvRedis, { createKeyv } from '@keyv/redis';
import { BentoCache, bentostore } from 'bentocache';
import { redisDriver } from 'bentocache/drivers/redis';
import { Cacheable } from 'cacheable';
import { byHand, HOUR, type Subject } from './subject.ts';

export async function bento(url: string): Promise<Subject> {
  const { hostname, port } = new URL(url);
  const store = bentostore().useL2Layer(
    redisDriver({ connection: { host: hostname, port: Number(port) }, prefix: 'bentocache' }),
  );
  const cache = new BentoCache({ default: 'redis', ttl: HOUR, stores: { redis: store } });
  const get = (key: string): Promise<unknown> => cache.get({ key });
  return {
    ready: (session) => session,
    get,
    set: (key, value) => cache.set({ key, value }),
    getMany: (keys) => Promise.all(keys.map(get)),
    getOrSet: (key, factory) => cache.getOrSet({ key, factory }),
  };
}

export async function cacheable(url: string): Promise<Subject> {
  const cache = new Cacheable({ primary: new KeyvRedis(url), ttl: HOUR });
  return {
    ready: (session) => session,
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
    getMany: (keys) => cache.getMany([...keys]),
    getOrSet: (key, load) => cache.getOrSet(key, load),
  };
}

export async function keyv(url: string): Promise<Subject> {
  const cache = createKeyv(url, { namespace: 'keyv' });
  const get = (key: string): Promise<unknown> => cache.get(key);
  const set = (key: string, value: unknown): Promise<unknown> => cache.set(key, value, HOUR);
  return {
    ready: (session) => session,
    get,
    set,
    getMany: (keys) => cache.getMany([...keys]),
    getOrSet: byHand(get, set),
  };
}
