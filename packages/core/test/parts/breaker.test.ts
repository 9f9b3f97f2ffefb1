import { CacheError, createManager, type Cache, type CacheOptions, type StoreProvider } from '@cache/core';
import {
  chaos,
  fakeClock,
  gate,
  intercept,
  nullProvider,
  settle,
  simpleStore,
  spy,
  type Weather,
} from '@cache/core/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

const BREAKER = { failures: 2, halfOpenAfter: 10_000 } as const;

/** Caches over a store that others share, and that can be put into trouble. */
function rig(defaults: CacheOptions<never, never> = {}) {
  const clock = fakeClock();
  const state: { weather: Weather } = { weather: {} };
  const watched = spy(chaos(simpleStore(), () => state.weather, clock));
  const manager = createManager({
    providers: [watched.provider],
    clock,
    defaults: { breaker: BREAKER, deadline: 500, jitter: 0, ...defaults },
  });
  const asked = (): number => watched.calls().length;
  return { clock, state, manager, asked };
}

async function trip({ state }: Pick<ReturnType<typeof rig>, 'state'>, cache: Cache<number>): Promise<void> {
  state.weather = { fault: 'fail' };
  await cache.get('k');
  await cache.get('k');
  expect((await cache.health()).breaker).toBe('open');
}

describe('an open circuit', () => {
  test('G10: refuses with what is known: since when, of whom, and what failed last', async () => {
    const { clock, state, manager } = rig();
    const cache = manager.cache<number>('users');
    await trip({ state }, cache);
    clock.advance(4_000);
    await expect(cache.set('k', 1)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      cache: 'users',
      provider: 'simple',
      message:
        "cache 'users': the circuit breaker of provider 'simple' is open since 2030-01-01T00:00:00.000Z; nothing was sent",
      cause: { code: 'UNAVAILABLE', message: 'chaos: get was not sent' },
    });
  });

  test('a trial that fails leaves it open since it opened, and for as long again', async () => {
    const { clock, state, manager, asked } = rig();
    const cache = manager.cache<number>('users');
    await trip({ state }, cache);
    await clock.pass(BREAKER.halfOpenAfter);
    expect(await cache.get('k')).toBeUndefined();
    const before = asked();
    await clock.pass(BREAKER.halfOpenAfter - 1);
    await expect(cache.set('k', 1)).rejects.toThrow(/open since 2030-01-01T00:00:00.000Z/);
    expect(asked()).toBe(before);
    state.weather = {};
    await clock.pass(1);
    await cache.set('k', 1);
    expect((await cache.health()).breaker).toBe('closed');
  });

  test('is that of the cache and its namespaces, each of which tells it', async () => {
    const { clock, state, manager, asked } = rig();
    const cache = manager.cache<number>('users');
    const inner = cache.namespace('acme');
    const other = manager.cache<number>('orders');
    await Promise.all([cache.ready(), inner.ready()]);
    const told: string[] = [];
    cache.on('breaker', (event) => told.push(`cache ${event.state}`));
    inner.on('breaker', (event) => told.push(`inner ${event.state}`));
    await trip({ state }, inner);
    const before = asked();
    await expect(cache.set('k', 1)).rejects.toMatchObject({ cache: 'users' });
    await expect(inner.set('k', 1)).rejects.toMatchObject({ cache: 'users/acme' });
    expect(asked()).toBe(before);
    expect((await other.health()).breaker).toBe('closed');
    await inner.close();
    state.weather = {};
    await clock.pass(BREAKER.halfOpenAfter);
    await cache.set('k', 1);
    expect(told).toEqual(['cache open', 'inner open', 'cache half-open', 'cache closed']);
  });

  test('walks and background steps are refused like calls', async () => {
    const { clock, state, manager, asked } = rig({ lease: 3_000 });
    const cache = manager.cache<number>('users');
    const errors = gate();
    const query = gate<number>();
    const load = cache.getOrSet('l', () => query.pass());
    await query.arrivals();
    await trip({ state }, cache);
    cache.on('error', ({ operation }) => void (operation === 'getOrSet' && errors.pass()));
    const before = asked();
    await expect(cache.keys()[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await clock.pass(1_000);
    await errors.arrivals();
    query.open(1);
    expect(await load).toBe(1);
    expect(asked()).toBe(before);
  });

  test('a walk that began before it ends with it', async () => {
    const { state, manager } = rig();
    const cache = manager.cache<number>('users');
    await cache.set('k', 1);
    const walk = cache.keys()[Symbol.asyncIterator]();
    expect(await walk.next()).toEqual({ done: false, value: 'k' });
    await trip({ state }, cache);
    await expect(walk.next()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('a namespace that is made while the circuit is open', () => {
  test('asks nothing of the provider before the trial, and is opened by a call', async () => {
    const clock = fakeClock();
    const state: { weather: Weather } = { weather: {} };
    const inner: StoreProvider = simpleStore();
    let openings = 0;
    const provider: StoreProvider = {
      ...inner,
      open(context) {
        openings += 1;
        return inner.open(context);
      },
    };
    const manager = createManager({ providers: [chaos(provider, () => state.weather, clock)], clock });
    const cache = manager.cache<number>('users', { breaker: BREAKER });
    await trip({ state }, cache);
    state.weather = {};
    const tenant = cache.namespace('acme');
    await expect(tenant.set('k', 1)).rejects.toMatchObject({ code: 'UNAVAILABLE', cache: 'users/acme' });
    expect(openings).toBe(1);
    await clock.pass(BREAKER.halfOpenAfter);
    await tenant.set('k', 1);
    expect(await tenant.get('k')).toBe(1);
    expect(openings).toBe(2);
  });
});

test('a provider whose connection is up again is tried at once', async () => {
  const inner: StoreProvider = simpleStore();
  let connected = (): void => {};
  const clock = fakeClock();
  const state: { weather: Weather } = { weather: {} };
  const provider: StoreProvider = {
    ...inner,
    open(context) {
      connected = () => context.report({ type: 'connection', state: 'up' });
      return inner.open(context);
    },
  };
  const manager = createManager({ providers: [chaos(provider, () => state.weather, clock)], clock });
  const cache = manager.cache<number>('users', { breaker: BREAKER });
  await trip({ state }, cache);
  connected();
  expect(await cache.get('k')).toBeUndefined();
  state.weather = {};
  await expect(cache.set('k', 1)).rejects.toThrow(/circuit breaker/);
  connected();
  await cache.set('k', 1);
  expect((await cache.health()).breaker).toBe('closed');
});

test('a walk through a closed circuit is one walk', async () => {
  const { manager } = rig();
  const cache = manager.cache<number>('users');
  await cache.set('k', 1);
  const walk = cache.keys()[Symbol.asyncIterator]();
  expect([await walk.next(), await walk.next()]).toEqual([
    { done: false, value: 'k' },
    { done: true, value: undefined },
  ]);
});

describe('what does not open the circuit', () => {
  test('callers that leave', async () => {
    const { clock, state, manager } = rig();
    const cache = manager.cache<number>('users');
    await cache.ready();
    state.weather = { fault: 'hang' };
    for (let call = 0; call < 5; call += 1) {
      const caller = new AbortController();
      const left = expect(cache.get('k', { signal: caller.signal })).rejects.toBe('gone');
      await settle();
      caller.abort('gone');
      await left;
    }
    await clock.pass(10_000);
    state.weather = {};
    expect((await cache.health()).breaker).toBe('closed');
  });

  test('errors that are not trouble of the provider', async () => {
    let error: Error | undefined;
    const provider = intercept(
      nullProvider(),
      ({ method }, run) => (error === undefined || method === 'close' ? run() : Promise.reject(error)),
      { scope: 'shared', synchronous: false },
    );
    const cache = createManager({ providers: [provider] }).cache<number>('c', { breaker: BREAKER });
    for (error of [
      new TypeError('misuse'),
      new Error('out of disk'),
      new CacheError('CODEC_FAILED', 'bad bytes'),
      new CacheError('UNAVAILABLE', 'out of memory', { answered: true }),
    ])
      for (let call = 0; call < 3; call += 1) await cache.get('k').catch(() => undefined);
    error = undefined;
    expect(await cache.health()).toMatchObject({ status: 'ok', breaker: 'closed' });
  });

  test('a cache that has none, and a provider that nobody shares', async () => {
    const { state, manager, asked } = rig({ breaker: false });
    const cache = manager.cache<number>('users');
    state.weather = { fault: 'fail' };
    for (let call = 0; call < 10; call += 1) await cache.get('k');
    const before = asked();
    await cache.get('k');
    expect(asked()).toBeGreaterThan(before);
    state.weather = {};
    expect(await cache.health()).not.toHaveProperty('breaker');
    const alone = createManager({ providers: [simpleStore()] }).cache('c', { breaker: BREAKER });
    expect(await alone.health()).not.toHaveProperty('breaker');
  });
});

describe('an opening', () => {
  test('G10: is a call like others: refused while the circuit is open, and a trial after that', async () => {
    const clock = fakeClock();
    const inner: StoreProvider = { ...simpleStore() };
    let openings = 0;
    let isUp = false;
    const provider: StoreProvider = {
      ...inner,
      traits: { ...inner.traits, scope: 'shared' },
      async open(context) {
        openings += 1;
        if (!isUp) throw new CacheError('UNAVAILABLE', 'refused');
        return inner.open(context);
      },
    };
    const cache = createManager({ providers: [provider], clock }).cache<number>('c', { breaker: BREAKER });
    expect(await cache.get('k')).toBeUndefined();
    expect(await cache.get('k')).toBeUndefined();
    expect(await cache.health()).toMatchObject({ status: 'degraded', breaker: 'open' });
    const before = openings;
    expect(await cache.getOrSet('k', () => 1)).toBe(1);
    await expect(cache.ready()).rejects.toThrow(/circuit breaker/);
    expect(openings).toBe(before);
    isUp = true;
    await clock.pass(BREAKER.halfOpenAfter);
    await cache.set('k', 2);
    expect(openings).toBe(before + 1);
    expect(await cache.health()).toMatchObject({ status: 'ok', breaker: 'closed' });
  });

  test('G10: that is silent counts when its deadline has passed', async () => {
    const clock = fakeClock();
    const inner: StoreProvider = { ...simpleStore() };
    const provider: StoreProvider = {
      ...inner,
      traits: { ...inner.traits, scope: 'shared' },
      open: () => new Promise(() => {}),
    };
    const cache = createManager({ providers: [provider], clock }).cache<number>('c', { breaker: BREAKER });
    for (let call = 0; call < BREAKER.failures; call += 1) {
      const read = cache.get('k');
      await clock.pass(1_000);
      expect(await read).toBeUndefined();
    }
    expect(await cache.get('k')).toBeUndefined();
    await cache.close();
    expect(clock.pending).toBe(0);
  });
});

test('G13: closing in the middle of a trial leaves no timer', async () => {
  const { clock, state, manager } = rig();
  const cache = manager.cache<number>('users');
  await cache.ready();
  await trip({ state }, cache);
  state.weather = { fault: 'hang' };
  await clock.pass(BREAKER.halfOpenAfter);
  const trial = expect(cache.get('k')).rejects.toMatchObject({ code: 'CLOSED' });
  await settle();
  await cache.close();
  await trial;
  expect(clock.pending).toBe(0);
});

test('calls of one turn reach the provider in that turn', async () => {
  const { manager, asked } = rig();
  const cache = manager.cache<number>('users');
  await cache.ready();
  const before = asked();
  const reads = cache.getMany(['a', 'b', 'c']);
  await Promise.resolve();
  expect(asked()).toBe(before + 3);
  await reads;
});

describe('the wall clock of the machine', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());

  test.each([-86_400_000, 86_400_000])('decides nothing when it is set by %i ms', async (step) => {
    const { clock, state, manager, asked } = rig();
    const cache = manager.cache<number>('users');
    await cache.ready();
    await trip({ state }, cache);
    state.weather = {};
    vi.setSystemTime(Date.now() + step);
    const before = asked();
    expect(await cache.get('k')).toBeUndefined();
    expect(asked()).toBe(before);
    await clock.pass(BREAKER.halfOpenAfter);
    await cache.set('k', 1);
    expect(asked()).toBeGreaterThan(before);
  });
});

describe('the option', () => {
  const manager = createManager({ providers: [simpleStore()] });

  test.each([
    [true, /option breaker: expected false, or an object with failures and halfOpenAfter/],
    [null, /option breaker: expected false/],
    [{ failures: 0 }, /option breaker.failures: expected a whole number from 1/],
    [{ failures: 1.5 }, /option breaker.failures: expected a whole number from 1/],
    [{ halfOpenAfter: 'soon' }, /breaker.halfOpenAfter is 'soon'/],
    [{ halfOpenAfter: 0 }, /breaker.halfOpenAfter is 0/],
    [{ threshold: 5 }, /there is no option 'breaker.threshold'/],
  ])('%j is refused by name', (breaker, reason) => {
    expect(() => manager.cache('c', { breaker: breaker as never })).toThrow(TypeError);
    expect(() => manager.cache('c', { breaker: breaker as never })).toThrow(reason);
  });

  test('is the same in other words, and differs when a part does', () => {
    const cache = manager.cache('same', { breaker: { halfOpenAfter: 1_000 } });
    expect(manager.cache('same', {})).toBe(cache);
    expect(manager.cache('same', { breaker: { failures: 5, halfOpenAfter: '1s' } })).toBe(cache);
    expect(() => manager.cache('same', { breaker: { failures: 6 } })).toThrow(/\(breaker differs\)/);
    expect(() => manager.cache('same', { breaker: { halfOpenAfter: '11s' } })).toThrow(/\(breaker differs\)/);
    expect(() => manager.cache('same', { breaker: false })).toThrow(/\(breaker differs\)/);
  });
});
