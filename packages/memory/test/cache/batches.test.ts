import { CacheError, createManager, entry, isCacheError, type Cache, type CacheOptions } from '@cache/core';
import { fakeClock, gate, intercept, settle } from '@cache/core/testing';
import { memory } from '@cache/memory';
import { expect, test } from 'vitest';

function cacheOf<T>(options: CacheOptions<T> & { isolation?: 'copy' } = {}): Cache<T> {
  return createManager({ providers: [memory()], clock: fakeClock() }).cache<T>('c', options);
}

test('G6: the outcomes of a batch that failed in part share nothing with the cache', async () => {
  const provider = intercept(memory(), ({ method, args }, run) => {
    if (method === 'get' && args[0] === 'bad') throw new CacheError('UNAVAILABLE', 'refused');
    return run();
  });
  const cache = createManager({ providers: [provider], clock: fakeClock() }).cache<{ n: number }>('c');
  await cache.set('ok', { n: 1 });
  const error: unknown = await cache
    .getMany(['ok', 'bad'], { onFailure: 'throw' })
    .catch((thrown: unknown) => thrown);
  const outcomes = isCacheError(error, 'PARTIAL_FAILURE') ? error.outcomes : undefined;
  const outcome = outcomes?.get('ok') as PromiseFulfilledResult<{ n: number }>;
  expect(outcome).toEqual({ status: 'fulfilled', value: { n: 1 } });
  outcome.value.n = 666;
  expect(await cache.get('ok')).toEqual({ n: 1 });
});

test('a batch takes one place among the running loaders, and waits for it like any other', async () => {
  const cache = cacheOf<number>({ loaders: 1 });
  const first = gate<number>();
  const single = cache.getOrSet('single', () => first.pass());
  await first.arrivals();
  const asked: (readonly string[])[] = [];
  const batch = cache.getOrSetMany(['a', 'b', 'c'], (keys) => {
    asked.push(keys);
    return new Map(keys.map((key) => [key, 1]));
  });
  await settle();
  expect(asked).toEqual([]);
  first.open(1);
  await single;
  expect([...(await batch).keys()]).toEqual(['a', 'b', 'c']);
  expect(asked).toEqual([['a', 'b', 'c']]);
  expect(await cache.getOrSet('after', () => 2)).toBe(2);
});

test('G12: a loader that waits for a key of a queued batch lets the batch begin', async () => {
  const cache = cacheOf<number>({ loaders: 1 });
  const ready = gate();
  const outer = cache.getOrSet('outer', async () => {
    await ready.pass();
    return (await cache.getOrSet('b', () => -1)) + 1;
  });
  await ready.arrivals();
  const batch = cache.getOrSetMany(['a', 'b'], (keys) => new Map(keys.map((key) => [key, 1])));
  await settle();
  ready.open();
  expect(await outer).toBe(2);
  expect((await batch).get('a')).toEqual({ status: 'loaded', value: 1 });
});

test.each([
  [{ ttl: 0 }, /ttl is 0/],
  [{ jitter: 2 }, /jitter is 2/],
  [{ timeout: -1 }, /timeout is -1/],
  [{ limit: { index: 'nope', max: 1, onExceeded: 'refuse' as const } }, /does not declare/],
])('misuse %j is told before the loader runs', async (options, reason) => {
  const cache = cacheOf<number>();
  let runs = 0;
  await expect(cache.getOrSet('k', () => (runs += 1), options)).rejects.toThrow(reason);
  await expect(cache.getOrSetMany(['k'], () => new Map([['k', (runs += 1)]]), options)).rejects.toThrow(
    reason,
  );
  expect(runs).toBe(0);
});

test('LOADER_CYCLE names the cache and the key', async () => {
  const cache = cacheOf<number>();
  await expect(cache.getOrSet('k', () => cache.getOrSet('k', () => 1))).rejects.toMatchObject({
    code: 'LOADER_CYCLE',
    cache: 'c',
    key: 'k',
  });
});

test('a call that loads or waits for a load misses once, whatever becomes of it', async () => {
  const cache = cacheOf<number>();
  const slow = gate<number>();
  const learnt = Array.from({ length: 3 }, () =>
    cache.getOrSet('learnt', async () => entry(await slow.pass(), { tags: ['t'] })),
  );
  await settle();
  slow.open(1);
  await Promise.all(learnt);
  await expect(cache.getOrSet('bad', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
  expect(await cache.getOrSet('none', () => undefined)).toBeUndefined();
  expect(await cache.stats()).toMatchObject({ hits: 0, misses: 5, loads: 2, loadErrors: 1 });
  await cache.getOrSet('learnt', () => 2);
  expect(await cache.stats()).toMatchObject({ hits: 1, misses: 5 });
});

test('LIMIT_EXCEEDED names the index, the term and the limit', async () => {
  const cache = cacheOf<{ team: string }>({ indexes: { team: (user) => user.team } });
  const limit = { index: 'team', max: 1, onExceeded: 'refuse' } as const;
  await cache.set('a', { team: 'red' }, { limit });
  const message =
    "cache 'c': 'b' was not written, because its index limit is reached: 'team' has 1 entries under 'red' and may have no more";
  await expect(cache.set('b', { team: 'red' }, { limit })).rejects.toThrow(message);
  await expect(cache.getOrSet('b', () => ({ team: 'red' }), { limit })).rejects.toThrow(message);
  expect(await cache.has('b')).toBe(false);
});
