import { createManager, type Cache, type Operation } from '@cache/core';
import { simpleStore } from '@cache/core/testing';
import { beforeEach, expect, test } from 'vitest';

let cache: Cache<number>;

beforeEach(() => {
  cache = createManager({ providers: [simpleStore()] }).cache<number>('numbers');
});

test('middleware goes around every operation, outermost first', async () => {
  const steps: string[] = [];
  for (const name of ['outer', 'inner']) {
    cache.use(async (operation, next) => {
      steps.push(`${name} before ${operation.name}`);
      const answer = await next();
      steps.push(`${name} after`);
      return answer;
    });
  }
  await cache.set('k', 1);
  expect(steps).toEqual(['outer before set', 'inner before set', 'inner after', 'outer after']);
});

test('no operation escapes it', async () => {
  const seen: Operation[] = [];
  cache.use((operation, next) => {
    seen.push(operation);
    return next();
  });
  await cache.set('k', 1);
  await cache.setIfNotExists('k', 1);
  await cache.setIfExists('k', 1);
  const version = (await cache.getEntry('k'))?.version as string;
  await cache.compareAndSet('k', version, 2);
  await cache.get('k');
  await cache.getMetadata('k');
  await cache.has('k');
  await cache.touch('k');
  await cache.expire('k');
  await cache.getOrSet('k', () => 1);
  await cache.update('k', (n = 0) => n + 1);
  await cache.increment('k');
  await cache.decrement('k');
  await cache.getAndDelete('k');
  await cache.delete('k');
  await cache.getMany(['k']);
  await cache.setMany([['k', 1]]);
  await cache.deleteMany(['k']);
  await cache.getOrSetMany(['k'], () => new Map([['k', 1]]));
  await cache.invalidateTags(['t']);
  await cache.addIndex('i', '*', 't');
  await cache.getByIndex('i', 't');
  await cache.removeIndex('i', '*', 't');
  await cache.deleteByIndex('i', 't');
  for await (const key of cache.keys()) expect(key).toBe('k');
  await cache.deleteByPattern('*');
  await cache.clear();
  await cache.warm([['k', 1]]);
  const names = new Set(seen.map(({ name }) => name));
  const plumbing = new Set([
    'namespace',
    'stats',
    'health',
    'on',
    'use',
    'observe',
    'ready',
    'close',
    'name',
  ]);
  const methods = Object.keys(cache).filter((name) => !plumbing.has(name));
  expect([...names].toSorted()).toEqual(methods.toSorted());
  expect(seen.find(({ name }) => name === 'get')).toEqual({
    name: 'get',
    cache: 'numbers',
    key: 'k',
    args: ['k'],
  });
  expect(seen.find(({ name }) => name === 'getMany')?.key).toBeUndefined();
});

test('it may change the arguments, the answer, and refuse', async () => {
  cache.use(async ({ name, args, key }, next) => {
    if (key === 'secret') throw new Error('not for you');
    if (name === 'get') return (await next([`tenant:${String(args[0])}`])) ?? -1;
    return next();
  });
  await cache.set('tenant:k', 1);
  expect(await cache.get('k')).toBe(1);
  expect(await cache.get('x')).toBe(-1);
  await expect(cache.get('secret')).rejects.toThrow('not for you');
  await expect(cache.set('secret', 1)).rejects.toThrow('not for you');
});

test('namespaces, made before or after, are inside it too', async () => {
  const before = cache.namespace('before');
  const seen: string[] = [];
  cache.use((operation, next) => {
    seen.push(operation.cache);
    return next();
  });
  await before.get('k');
  await cache.namespace('after').get('k');
  expect(seen).toEqual(['numbers/before', 'numbers/after']);
});

test('what is no function is refused at once', () => {
  expect(() => cache.use({} as never)).toThrow(/the middleware is object: give a function/);
});
