import { CacheError, createManager, type Cache, type Provider, type StoreProvider } from '@cache/core';
import { fakeClock, gate, intercept, settle, simpleStore, type FakeClock } from '@cache/core/testing';
import { beforeEach, describe, expect, test } from 'vitest';

/** How the store answers from now on. */
type Mood = 'well' | 'silent' | 'refusing';

describe('a shared store in trouble', () => {
  let clock: FakeClock;
  let mood: Mood;
  let cache: Cache<number>;
  let strict: Cache<number>;
  let errors: string[];

  beforeEach(() => {
    clock = fakeClock();
    mood = 'well';
    errors = [];
    const inner: StoreProvider = { ...simpleStore(), name: 'shared' };
    const shared = { ...inner, traits: { ...inner.traits, scope: 'shared' as const } };
    const provider: Provider = intercept(shared, ({ method }, run) => {
      if (method === 'close' || mood === 'well') return run();
      const never = new Promise<never>(() => {});
      if (mood === 'silent')
        return method === 'scan' ? { [Symbol.asyncIterator]: () => ({ next: () => never }) } : never;
      return Promise.reject(new CacheError('UNAVAILABLE', 'refused'));
    });
    const manager = createManager({ providers: [provider], clock });
    cache = manager.cache<number>('open', { deadline: 500, jitter: 0 });
    strict = manager.cache<number>('strict', { deadline: 500, onFailure: 'throw' });
    cache.on('error', ({ operation, error }) => errors.push(`${operation} ${(error as CacheError).code}`));
  });

  test('G10: reads fail open within the deadline, and the failure is told as an event', async () => {
    await cache.set('k', 1);
    mood = 'silent';
    const reads = Promise.all([cache.get('k'), cache.has('k'), cache.getMany(['k'])]);
    await clock.pass(500);
    expect(await reads).toEqual([undefined, false, new Map()]);
    expect(errors.toSorted()).toEqual([
      'get DEADLINE_EXCEEDED',
      'getMany DEADLINE_EXCEEDED',
      'has DEADLINE_EXCEEDED',
    ]);
    mood = 'refusing';
    expect(await cache.get('k')).toBeUndefined();
    mood = 'well';
    expect(await cache.get('k')).toBe(1);
  });

  test("G10: with onFailure 'throw' a failed read is an error, for the cache or for one call", async () => {
    mood = 'refusing';
    await expect(strict.get('k')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(strict.getOrSet('k', () => 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(cache.get('k', { onFailure: 'throw' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await strict.get('k', { onFailure: 'open' })).toBeUndefined();
  });

  test('G10: getOrSet serves the loader, once for all callers of this process', async () => {
    mood = 'refusing';
    let runs = 0;
    const calls = Array.from({ length: 50 }, () =>
      cache.getOrSet('k', async () => {
        await settle();
        return (runs += 1);
      }),
    );
    expect(new Set(await Promise.all(calls))).toEqual(new Set([1]));
    expect(runs).toBe(1);
  });

  test('G10: writes, counters, updates and look-ups reject with a typed error, and nothing hangs', async () => {
    mood = 'silent';
    const calls = [
      cache.set('k', 1),
      cache.delete('k'),
      cache.increment('k'),
      cache.touch('k'),
      cache.invalidateTags(['t']),
      cache.clear(),
    ].map((call) => expect(call).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' }));
    const update = expect(cache.update('k', () => 1)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    const lookUp = expect(cache.getByIndex('i', 't')).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    const walk = expect(cache.keys()[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
    await clock.pass(500);
    await Promise.all([...calls, update, lookUp, walk]);
  });

  test('G10: health says degraded or down, and does not hang', async () => {
    mood = 'silent';
    const health = Promise.all([cache.health(), strict.health()]);
    await clock.pass(500);
    expect((await health).map(({ status }) => status)).toEqual(['degraded', 'down']);
  });

  test('G10: health says down where reads do not fail open', async () => {
    const store: StoreProvider = simpleStore();
    const wrong: StoreProvider = {
      ...store,
      traits: { ...store.traits, scope: 'shared' },
      open: () => Promise.reject(new CacheError('UNSUPPORTED', 'not so')),
    };
    const refused = createManager({ providers: [wrong] }).cache<number>('refused');
    await expect(refused.get('k')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    expect((await refused.health()).status).toBe('down');
  });

  test('G11, G3: a commit whose reply is lost gives the caller its value and leaves the rest to the lease', async () => {
    const call = cache.getOrSet('k', async () => {
      mood = 'silent';
      return 5;
    });
    await settle();
    await clock.pass(500);
    expect(await call).toBe(5);
    expect(errors.at(-1)).toBe('getOrSet UNKNOWN_OUTCOME');
  });

  test('G13: a lease that is granted after its caller has left is given back', async () => {
    const slow = fakeClock();
    const inner: StoreProvider = { ...simpleStore() };
    let release = (): void => {};
    const provider = intercept(inner, ({ method }, run) =>
      method === 'put' ? new Promise((resolve) => (release = () => resolve(run()))) : run(),
    );
    const numbers = createManager({ providers: [provider], clock: slow }).cache<number>('numbers');
    const controller = new AbortController();
    const call = expect(numbers.getOrSet('k', () => 1, { signal: controller.signal })).rejects.toBe('gone');
    await settle();
    controller.abort('gone');
    await call;
    // Everything the engine still does for the call that has left:
    for (let step = 0; step < 10; step += 1) {
      release();
      await settle();
    }
    const next = numbers.getOrSet('k', () => 2);
    for (let step = 0; step < 10; step += 1) {
      release();
      await settle();
    }
    expect(await next).toBe(2);
  });

  test('G11: a read that is under way when the cache is closed is CLOSED, and a write has an unknown outcome', async () => {
    await cache.ready();
    mood = 'silent';
    const calls = [cache.get('k', { onFailure: 'throw' }), cache.set('k', 1), cache.increment('n')];
    const settled = Promise.allSettled(calls);
    await settle();
    await cache.close();
    expect(
      (await settled).map((outcome) => (outcome as PromiseRejectedResult).reason as unknown),
    ).toMatchObject([
      { code: 'CLOSED' },
      { code: 'UNKNOWN_OUTCOME', cache: 'open', key: 'k', provider: 'shared', cause: { code: 'CLOSED' } },
      { code: 'UNKNOWN_OUTCOME', key: 'n' },
    ]);
  });

  test('G11: a failure of the provider tells of the call: its cache, its key, the provider', async () => {
    mood = 'refusing';
    const [one, other] = await Promise.all(
      ['k', 'l'].map((key) => cache.set(key, 1).catch((error: unknown) => error as CacheError)),
    );
    expect(one).toMatchObject({
      code: 'UNAVAILABLE',
      cache: 'open',
      key: 'k',
      provider: 'shared',
      message: 'refused',
    });
    expect(other).toMatchObject({ key: 'l' });
    expect(Object.keys(one as CacheError).toSorted()).toEqual(['cache', 'code', 'key', 'name', 'provider']);
  });
});

describe('a provider that cannot be opened', () => {
  const shared = (open: StoreProvider['open']): StoreProvider => {
    const inner = simpleStore();
    return { ...inner, name: 'shared', traits: { ...inner.traits, scope: 'shared' }, open };
  };

  test('G10: while it is silent, reads fail open within the deadline and writes reject', async () => {
    const clock = fakeClock();
    const provider = shared(() => new Promise(() => {}));
    const cache = createManager({ providers: [provider], clock }).cache<number>('c', { deadline: 500 });
    const slow = gate<number>();
    const calls = Promise.all([
      cache.get('k'),
      cache.has('k'),
      cache.getOrSet('k', () => slow.pass()),
      cache.getOrSet('k', () => slow.pass()),
      cache.health().then(({ status }) => status),
      expect(cache.set('k', 1)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' }),
      expect(cache.ready()).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' }),
    ]);
    await clock.pass(500);
    expect(slow.arrived).toBe(1);
    slow.open(1);
    expect((await calls).slice(0, 5)).toEqual([undefined, false, 1, 1, 'degraded']);
    const waiting = expect(cache.get('k')).rejects.toMatchObject({ code: 'CLOSED' });
    await settle();
    await cache.close();
    await waiting;
    expect(clock.pending).toBe(0);
  });

  test('G10: when it refuses, reads fail open, and once it opens they find what is there', async () => {
    const inner = simpleStore();
    let isUp = false;
    const provider = shared(async (context) => {
      if (!isUp) throw new CacheError('UNAVAILABLE', 'refused');
      return inner.open(context);
    });
    const cache = createManager({ providers: [provider], clock: fakeClock() }).cache<number>('c');
    expect(await cache.get('k')).toBeUndefined();
    expect(await cache.getOrSet('k', () => 1)).toBe(1);
    await expect(cache.set('k', 2)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    isUp = true;
    await cache.set('k', 3);
    expect(await cache.get('k')).toBe(3);
    expect(await cache.health()).toMatchObject({ status: 'ok' });
  });
});

test('stats count every answer of the provider that failed', async () => {
  const inner = simpleStore();
  let fails = false;
  const provider = intercept(inner, ({ method }, run) =>
    fails && method !== 'close' ? Promise.reject(new CacheError('UNAVAILABLE', 'refused')) : run(),
  );
  const cache = createManager({ providers: [provider], clock: fakeClock() }).cache<number>('c');
  fails = true;
  await cache.get('k');
  await expect(cache.set('k', 1)).rejects.toThrow();
  await expect(cache.increment('k')).rejects.toThrow();
  fails = false;
  expect((await cache.stats()).errors).toBe(3);
});

test('G10: a removal of a group has a deadline for each part of it, and none for the whole', async () => {
  const clock = fakeClock();
  const inner: StoreProvider = { ...simpleStore(), name: 'slow' };
  const slow = { ...inner, traits: { ...inner.traits, scope: 'shared' as const } };
  let isSlow = false;
  const late = (run: () => unknown): Promise<unknown> =>
    new Promise((resolve) => {
      clock.after(300, () => resolve(run()));
    });
  // The record engine removes in portions; each takes most of a deadline.
  const provider = intercept(slow, ({ method }, run) =>
    isSlow && (method === 'delete' || method === 'put') ? late(run) : run(),
  );
  const cache = createManager({ providers: [provider], clock }).cache<number>('group', { deadline: 500 });
  await cache.setMany(Array.from({ length: 600 }, (_, n) => [`key ${n}`, n] as const));
  isSlow = true;
  const removed = cache.deleteByPattern('key *');
  for (let part = 0; part < 40; part += 1) await clock.pass(100);
  expect(await removed).toBe(600);
});
