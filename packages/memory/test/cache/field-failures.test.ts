/** What was seen to go wrong in other caches, by the ids of docs/field-failures.md. */
import { createManager, type Cache, type CacheOptions } from '@cache/core';
import { fakeClock, gate, settle, type FakeClock } from '@cache/core/testing';
import { memory } from '@cache/memory';
import { beforeEach, describe, expect, test } from 'vitest';

let clock: FakeClock;

beforeEach(() => {
  clock = fakeClock();
});

function cacheOf<T>(options: CacheOptions<T> & { isolation?: 'copy' } = {}, maxEntries = 10_000): Cache<T> {
  return createManager({ providers: [memory({ maxEntries })], clock }).cache<T>('c', options);
}

describe('loads', () => {
  const overtaking: readonly (readonly [string, string, (cache: Cache<string>) => Promise<unknown>])[] = [
    ['P1', 'a delete', (cache) => cache.delete('k')],
    ['P2', 'an invalidation by tag', (cache) => cache.invalidateTags(['t'])],
    ['P2', 'a clear', (cache) => cache.clear()],
    ['T1', 'a write', (cache) => cache.set('k', 'new')],
    ['T1', 'a delete by pattern', (cache) => cache.deleteByPattern('*')],
    ['T1', 'a delete by index', (cache) => cache.deleteByIndex('all', 'x')],
  ];
  test.each(overtaking)('%s: %s while the loader runs is not undone', async (_, __, overtake) => {
    const cache = cacheOf<string>({ indexes: { all: () => 'x' } });
    const query = gate<string>();
    const call = cache.getOrSet('k', () => query.pass(), { tags: ['t'] });
    await query.arrivals();
    await overtake(cache);
    query.open('old');
    expect(await call).toBe('old');
    expect(await cache.get('k')).not.toBe('old');
  });

  test('P3, T6: staggered callers of a failing loader never have two of it running', async () => {
    const cache = cacheOf<string>();
    let running = 0;
    let most = 0;
    const calls: Promise<unknown>[] = [];
    for (let n = 0; n < 20; n += 1) {
      const loader = async (): Promise<string> => {
        most = Math.max(most, ++running);
        await settle(2);
        running -= 1;
        throw new Error('down');
      };
      calls.push(expect(cache.getOrSet('k', loader)).rejects.toThrow('down'));
      await settle(1);
    }
    await Promise.all(calls);
    expect(most).toBe(1);
  });

  test('P26: eight callers with a hard timeout run one loader', async () => {
    const cache = cacheOf<string>({ timeout: 20 });
    let running = 0;
    let most = 0;
    const slow = gate<string>();
    const loader = async (): Promise<string> => {
      most = Math.max(most, ++running);
      return slow.pass().finally(() => (running -= 1));
    };
    const calls: Promise<unknown>[] = [];
    for (let n = 0; n < 8; n += 1) {
      calls.push(expect(cache.getOrSet('k', loader)).rejects.toMatchObject({ code: 'LOADER_TIMEOUT' }));
      await clock.pass(5);
    }
    await clock.pass(40);
    await Promise.all(calls);
    expect(most).toBe(1);
    slow.open('late');
    await settle();
  });

  test('P4: a loader that gives undefined is not stored, and runs again', async () => {
    const cache = cacheOf<string>();
    let runs = 0;
    for (let n = 0; n < 2; n += 1) expect(await cache.getOrSet('k', () => void runs++)).toBeUndefined();
    expect(runs).toBe(2);
    expect(await cache.has('k')).toBe(false);
  });

  test('P40, T13: a loader that asks for its own key is refused, other keys are not blocked', async () => {
    const cache = cacheOf<string>();
    const own = cache.getOrSet('k', () => cache.getOrSet('k', () => 'x'));
    await expect(own).rejects.toMatchObject({ code: 'LOADER_CYCLE' });
    expect(await cache.getOrSet('a', () => cache.getOrSet('b', () => 'x'))).toBe('x');
  });

  test('T11: eviction while callers wait rejects nobody', async () => {
    const cache = cacheOf<number>({}, 1);
    const query = gate<number>();
    const calls = Array.from({ length: 10 }, () => cache.getOrSet('k', () => query.pass()));
    await query.arrivals();
    for (let n = 0; n < 10; n += 1) await cache.set(`other ${n}`, n);
    query.open(7);
    expect(new Set(await Promise.all(calls))).toEqual(new Set([7]));
  });

  test('T36: only misses are loaded, in one call, and one key that fails leaves the others alone', async () => {
    const cache = cacheOf<number>();
    await cache.set('hit', 1);
    const asked: (readonly string[])[] = [];
    const outcomes = await cache.getOrSetMany(['hit', 'a', 'b', 'none'], (keys) => {
      asked.push(keys);
      return new Map<string, number>([
        ['a', 2],
        ['b', (() => 3) as unknown as number],
      ]);
    });
    expect(asked).toEqual([['a', 'b', 'none']]);
    expect(outcomes.get('hit')).toEqual({ status: 'hit', value: 1 });
    expect(outcomes.get('a')).toEqual({ status: 'loaded', value: 2 });
    expect(outcomes.get('b')).toMatchObject({ status: 'failed', error: expect.any(TypeError) });
    expect(outcomes.get('none')).toEqual({ status: 'missing' });
  });
});

describe('life', () => {
  test('P7: 30 days are 30 days', async () => {
    const cache = cacheOf<number>({ jitter: 0 });
    await cache.set('k', 1, { ttl: '30d' });
    clock.advance(30 * 86_400_000 - 1);
    expect(await cache.get('k')).toBe(1);
    clock.advance(1);
    expect(await cache.get('k')).toBeUndefined();
  });

  test('P19: a ttl of a millisecond is kept', async () => {
    const cache = cacheOf<number>({ jitter: 0 });
    await cache.set('k', 1, { ttl: 1 });
    expect(await cache.get('k')).toBe(1);
    clock.advance(1);
    expect(await cache.get('k')).toBeUndefined();
  });

  test('T25: what has expired does not take a new value with it', async () => {
    const cache = cacheOf<number>({ jitter: 0 });
    await cache.set('k', 1, { ttl: 10 });
    clock.advance(10);
    const [read] = await Promise.all([cache.get('k'), cache.set('k', 2)]);
    expect(read).toBeUndefined();
    expect(await cache.get('k')).toBe(2);
  });

  test('T29: what nobody asks for is swept', async () => {
    const cache = cacheOf<number>({ jitter: 0 });
    for (let n = 0; n < 100; n += 1) await cache.set(`k${n}`, n, { ttl: 10 });
    await clock.pass(2 * 300_000);
    expect(await cache.stats()).toMatchObject({ entries: 0, expirations: 100 });
  });

  test.each([0, -1, NaN, Infinity, null, '5 parsecs'])('T32: a ttl of %j is refused by name', async (ttl) => {
    const cache = cacheOf<number>();
    await expect(cache.set('k', 1, { ttl: ttl as never })).rejects.toThrow(/^ttl is/);
    expect(await cache.has('k')).toBe(false);
  });

  test('T33: durations may be written with their unit', async () => {
    const cache = cacheOf<number>({ jitter: 0 });
    await cache.set('k', 1, { ttl: '5m' });
    expect(await cache.getMetadata('k')).toMatchObject({ ttl: 300_000 });
  });
});

describe('keys and groups', () => {
  test('P15: a call without its key is refused, not taken for all keys', async () => {
    const cache = cacheOf<number>();
    await cache.set('k', 1);
    for (const key of [0, '', undefined, null, false]) {
      await expect(cache.delete(key as string)).rejects.toThrow(TypeError);
      await expect(cache.deleteByPattern(key as string)).rejects.toThrow(TypeError);
    }
    expect(await cache.get('k')).toBe(1);
  });

  test('P31: keys that share a hash of 32 bits are two keys', async () => {
    const cache = cacheOf<string>();
    // They share the hash that multiplies by 31 and adds, of Java and many others.
    for (const [one, other] of [
      ['Aa', 'BB'],
      ['AaAaAaAa', 'BBBBBBBB'],
    ] as const) {
      await cache.set(one, 'one');
      expect(await cache.get(other)).toBeUndefined();
    }
  });

  test('T9: has is false for an entry whose tag was invalidated', async () => {
    const cache = cacheOf<number>();
    await cache.set('k', 1, { tags: ['t'] });
    await cache.invalidateTags(['t']);
    expect(await cache.has('k')).toBe(false);
  });

  test('T26: a tag of 50,000 entries is invalidated in one step, and leaves nothing behind', async () => {
    const cache = cacheOf<number>({}, 100_000);
    const keys = Array.from({ length: 50_000 }, (_, n) => `k${n}`);
    await cache.setMany(
      keys.map((key) => [key, 1]),
      { tags: ['t'] },
    );
    await cache.invalidateTags(['t']);
    expect((await cache.getMany(keys)).size).toBe(0);
    expect((await cache.stats()).entries).toBe(0);
  });

  test('T35: a namespace neither reads nor clears what belongs to another', async () => {
    const manager = createManager({ providers: [memory()], clock });
    const [a, ab] = [manager.cache<string>('a'), manager.cache<string>('a:b')];
    await a.set('b:c', 'of a');
    await ab.set('c', 'of a:b');
    await a.namespace('b').set('c', 'of b in a');
    expect([await a.get('b:c'), await ab.get('c'), await a.namespace('b').get('c')]).toEqual([
      'of a',
      'of a:b',
      'of b in a',
    ]);
    await a.clear();
    expect([await a.get('b:c'), await ab.get('c'), await a.namespace('b').get('c')]).toEqual([
      undefined,
      'of a:b',
      'of b in a',
    ]);
  });
});

describe('values and listeners', () => {
  test.each([null, false, 0, '', -0, NaN])('T30: %j is a value, not a miss', async (value) => {
    const cache = cacheOf<unknown>();
    await cache.set('k', value);
    expect(await cache.get('k')).toBe(value);
    expect(await cache.getOrSet('k', () => 'loaded')).toBe(value);
    expect(await cache.setIfNotExists('k', 'new')).toBe(false);
  });

  test('T31: what one caller does to a value no other sees', async () => {
    const cache = cacheOf<{ roles: string[] }>();
    const made = { roles: ['reader'] };
    const calls = await Promise.all([1, 2, 3].map(() => cache.getOrSet('k', async () => made)));
    made.roles.push('by the loader');
    calls[0]?.roles.push('by a caller');
    expect(calls[1]).toEqual({ roles: ['reader'] });
    expect(await cache.get('k')).toEqual({ roles: ['reader'] });
  });

  test('T28: calls leave no listener on a signal that outlives them', async () => {
    const cache = cacheOf<number>();
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    for (let n = 0; n < 1_000; n += 1) {
      await Promise.all([1, 2].map(() => cache.getOrSet(`k${n}`, async () => n, { signal })));
      await cache.update(`k${n}`, (value = 0) => value + 1, { signal });
    }
    expect(listeners).toBe(0);
  });
});
