import { createManager, type Cache, type Manager } from '@cache/core';
import { chaos, fakeClock, gate, seededRandom, simpleStore, type Weather } from '@cache/core/testing';
import { memory } from '@cache/memory';
import { metricsOf, operationLog, type Metrics } from '@cache/metrics';
import { beforeEach, describe, expect, test } from 'vitest';
import { samplesOf, valuesOf } from './reading.ts';
import { work } from './workload.ts';

const clock = fakeClock();
let manager: Manager;
let metrics: Metrics;

beforeEach(() => {
  manager = createManager({ providers: [memory(), simpleStore()], clock, defaults: { jitter: 0 } });
  metrics = metricsOf(manager);
});

describe.each(['memory', 'simple'])('over the provider %s', (provider) => {
  test('every count is that of what was done, outcome by outcome', async () => {
    const cache = manager.cache<number>('numbers', { provider });
    const seen = await work(cache, 3_000, seededRandom(7));
    expect(await valuesOf(metrics, 'operations', 'operation', 'outcome')).toEqual(seen.operations.all);
    expect(await valuesOf(metrics, 'loads', 'outcome')).toEqual(seen.loads.all);
    expect(await valuesOf(metrics, 'errors', 'code', 'seen')).toEqual(seen.errors.all);
    expect({
      hits: (await samplesOf(metrics, 'hits'))[0]?.value,
      misses: (await samplesOf(metrics, 'misses'))[0]?.value,
    }).toEqual(seen.reads.all);
    expect(await valuesOf(metrics, 'operationsInFlight', 'operation')).toEqual({});
    expect((await samplesOf(metrics, 'operations'))[0]?.labels).toMatchObject({
      manager: 'default',
      cache: 'numbers',
      provider,
    });
  });

  test('also beside a log that wants to be told of each, and that comes and goes', async () => {
    const cache = manager.cache<number>('numbers', { provider });
    let lines = 0;
    const seen: Record<string, number> = {};
    for (const isLogged of [false, true, false]) {
      const stop = isLogged ? operationLog(manager, () => lines++) : undefined;
      const { operations } = await work(cache, 500, seededRandom(9));
      for (const [name, count] of Object.entries(operations.all)) seen[name] = (seen[name] ?? 0) + count;
      expect(await valuesOf(metrics, 'operations', 'operation', 'outcome')).toEqual(seen);
      expect(await valuesOf(metrics, 'operationsInFlight', 'operation')).toEqual({});
      stop?.();
    }
    expect(lines).toBe(500);
    const durations = await valuesOf(metrics, 'operationDuration', 'operation');
    expect(durations['set']).toBe(seen['set done']);
  });

  test('what was done before is not counted', async () => {
    const cache = manager.cache<number>('numbers', { provider });
    metrics.close();
    await cache.set('k', 1);
    await cache.get('k');
    await cache.get('absent');
    const later = metricsOf(manager);
    await cache.get('k');
    expect(await valuesOf(later, 'operations', 'operation')).toEqual({ get: 1 });
    expect(await valuesOf(later, 'hits', 'cache')).toEqual({ numbers: 1 });
    expect(await valuesOf(later, 'misses', 'cache')).toEqual({});
  });
});

test('operations are in flight until they end, and those who join a load are counted', async () => {
  const cache = manager.cache<number>('numbers');
  const door = gate<number>();
  const calls = [cache.getOrSet('k', () => door.pass()), cache.getOrSet('k', () => 2)];
  await door.arrivals();
  expect(await valuesOf(metrics, 'operationsInFlight', 'operation')).toEqual({ getOrSet: 2 });
  clock.advance(30);
  door.open(1);
  await Promise.all(calls);
  expect(await valuesOf(metrics, 'operationsInFlight', 'operation')).toEqual({});
  expect(await valuesOf(metrics, 'joins', 'where')).toEqual({ here: 1 });
  expect(await valuesOf(metrics, 'loads', 'outcome')).toEqual({ stored: 1 });
  const [duration] = await samplesOf(metrics, 'loadDuration');
  expect(duration?.histogram?.sum).toBeCloseTo(0.03);
});

test('a caller who leaves is no error', async () => {
  const cache = manager.cache<number>('numbers');
  const controller = new AbortController();
  const door = gate<number>();
  const left = cache.getOrSet('k', () => door.pass(), { signal: controller.signal });
  await door.arrivals();
  controller.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  door.open(1);
  expect(await valuesOf(metrics, 'operations', 'operation', 'outcome')).toEqual({ 'getOrSet aborted': 1 });
  expect(await valuesOf(metrics, 'errors', 'code')).toEqual({});
});

test('a load that a write overtakes is told from one that was stored', async () => {
  const cache = manager.cache<number>('numbers');
  const door = gate<number>();
  const load = cache.getOrSet('k', () => door.pass());
  await door.arrivals();
  await cache.set('k', 2);
  door.open(1);
  await load;
  expect(await valuesOf(metrics, 'loads', 'outcome')).toEqual({ overtaken: 1 });
});

test('updates are counted by the write that answers them', async () => {
  const cache = manager.cache<number>('numbers');
  await Promise.all(Array.from({ length: 5 }, () => cache.update('k', (n = 0) => n + 1)));
  const [batch] = await samplesOf(metrics, 'updateBatch');
  expect(batch).toMatchObject({ value: 1, histogram: { sum: 5 } });
  expect(batch?.histogram?.buckets.map(({ count }) => count)).toEqual([0, 0, 0, 1, 1, 1, 1, 1]);
  expect(await valuesOf(metrics, 'operations', 'operation')).toEqual({ update: 5 });
});

test('entries that go, and why', async () => {
  const small = createManager({ providers: [memory({ maxEntries: 2, sweepInterval: '1s' })], clock });
  const own = metricsOf(small);
  const cache = small.cache<{ team: string }>('users', {
    ttl: '1m',
    jitter: 0,
    indexes: { team: ({ team }) => team },
  });
  for (const key of ['a', 'b', 'c']) await cache.set(key, { team: 'red' });
  expect(await cache.deleteByIndex('team', 'red')).toBe(2);
  await cache.set('d', { team: 'blue' });
  await clock.pass(120_000);
  expect(await valuesOf(own, 'evictions', 'cause')).toEqual({ entries: 1 });
  expect(await valuesOf(own, 'groupDeletions', 'by')).toEqual({ index: 2 });
  expect(await valuesOf(own, 'expirations', 'cache')).toEqual({ users: 1 });
  await small.close();
});

test('how much is held is asked of the provider, and left out where it does not know', async () => {
  const held = createManager({ providers: [memory({ maxBytes: 1_000_000 }), simpleStore()] });
  const own = metricsOf(held);
  await held.cache<string>('texts').setMany([
    ['a', 'x'],
    ['b', 'y'],
  ]);
  await held.cache<string>('texts').namespace('inner').set('c', 'z');
  await held.cache<string>('simple', { provider: 'simple' }).set('a', 'x');
  expect(await valuesOf(own, 'entries', 'cache')).toEqual({ texts: 3, simple: 1 });
  const sizes = await samplesOf(own, 'size');
  expect(sizes.map(({ labels }) => labels['cache'])).toEqual(['texts']);
  expect(sizes[0]?.value).toBeGreaterThan(0);
  await held.close();
});

describe('a provider in trouble', () => {
  let fault: Weather['fault'];
  let cache: Cache<number>;

  beforeEach(() => {
    fault = undefined;
    manager = createManager({
      providers: [chaos(memory({ sweepInterval: 'never' }), () => ({ fault }), clock)],
      clock,
      defaults: { breaker: { failures: 3, halfOpenAfter: '10s' }, deadline: '1s', jitter: 0 },
    });
    metrics = metricsOf(manager);
    cache = manager.cache<number>('numbers');
  });

  test('a read that failed open was seen by nobody, a write that failed by its caller; both count against the provider', async () => {
    fault = 'fail';
    expect(await cache.get('k')).toBeUndefined();
    await expect(cache.set('k', 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    fault = undefined;
    expect(await valuesOf(metrics, 'errors', 'code', 'operation', 'seen')).toEqual({
      'UNAVAILABLE get nobody': 1,
      'UNAVAILABLE set caller': 1,
    });
    expect(await valuesOf(metrics, 'providerErrors', 'cache')).toEqual({ numbers: 2 });
  });

  test('what had no answer in time is told by its code: a read from a write of which nobody knows', async () => {
    fault = 'hang';
    const calls = [cache.getMetadata('k', { onFailure: 'throw' }), cache.set('k', 1)];
    const ended = Promise.allSettled(calls);
    await clock.pass(1_000);
    await ended;
    fault = undefined;
    expect(await valuesOf(metrics, 'errors', 'code', 'seen')).toEqual({
      'DEADLINE_EXCEEDED caller': 1,
      'UNKNOWN_OUTCOME caller': 1,
    });
  });

  test('the state of the circuit breaker, and how often it changed, once for a cache and its namespaces', async () => {
    cache.namespace('inner');
    expect(await valuesOf(metrics, 'breakerState', 'state')).toEqual({ closed: 1 });
    fault = 'fail';
    for (let n = 0; n < 3; n++) await cache.get('k');
    expect(await valuesOf(metrics, 'breakerState', 'state')).toEqual({ open: 1 });
    fault = undefined;
    await clock.pass(10_000);
    await cache.get('k');
    expect(await valuesOf(metrics, 'breakerState', 'state')).toEqual({ closed: 1 });
    expect(await valuesOf(metrics, 'breakerChanges', 'state')).toEqual({
      open: 1,
      'half-open': 1,
      closed: 1,
    });
  });

  test('a collection goes on without the sizes that the provider does not tell, and says so', async () => {
    await cache.set('k', 1);
    expect(await valuesOf(metrics, 'entries', 'cache')).toEqual({ numbers: 1 });
    fault = 'fail';
    expect(await samplesOf(metrics, 'entries')).toEqual([]);
    fault = undefined;
    expect(await valuesOf(metrics, 'errors', 'code', 'seen')).toEqual({ 'UNAVAILABLE nobody': 1 });
    expect(await valuesOf(metrics, 'operations', 'operation')).toEqual({ set: 1 });
  });
});

describe('the label of a cache', () => {
  test('a namespace counts for the cache above it, and still does when it is closed', async () => {
    const cache = manager.cache<number>('numbers');
    const inner = cache.namespace('inner');
    await cache.set('k', 1);
    await inner.set('k', 1);
    await inner.get('k');
    await inner.close();
    expect(await valuesOf(metrics, 'operations', 'cache', 'operation')).toEqual({
      'numbers set': 2,
      'numbers get': 1,
    });
    expect(await valuesOf(metrics, 'hits', 'cache')).toEqual({ numbers: 1 });
  });

  test('with namespaces apart it is one of its own', async () => {
    const apart = metricsOf(manager, { namespaces: 'apart' });
    const cache = manager.cache<number>('numbers');
    await cache.namespace('inner').set('k', 1);
    await cache.set('k', 1);
    expect(await valuesOf(apart, 'operations', 'cache')).toEqual({ numbers: 1, 'numbers/inner': 1 });
  });

  test('there are so many at a time, and one for all others', async () => {
    const bounded = metricsOf(manager, { maxCaches: 2 });
    for (const name of ['a', 'b', 'c', 'd']) await manager.cache<number>(name).get('k');
    expect((await samplesOf(bounded, 'misses')).map(({ labels, value }) => [labels['cache'], value])).toEqual(
      [
        ['a', 1],
        ['b', 1],
        ['(others)', 2],
      ],
    );
    await manager.cache('a').close();
    await manager.cache<number>('e').get('k');
    expect(await valuesOf(bounded, 'misses', 'cache')).toEqual({ b: 1, '(others)': 2, e: 1 });
  });
});

describe('what is closed', () => {
  test('a cache takes its figures away, and one that is made anew begins at zero', async () => {
    await manager.cache<number>('a').get('k');
    await manager.cache<number>('b').get('k');
    await manager.cache('a').close();
    expect(await valuesOf(metrics, 'misses', 'cache')).toEqual({ b: 1 });
    await manager.cache<number>('a').get('k');
    expect(await valuesOf(metrics, 'misses', 'cache')).toEqual({ a: 1, b: 1 });
  });

  test('two managers do not mix, and closing one takes its own away', async () => {
    const other = createManager({ providers: [memory()] });
    const others = metricsOf(other, { name: 'other' });
    await manager.cache<number>('a').get('k');
    await other.cache<number>('a').set('k', 1);
    expect(await valuesOf(metrics, 'operations', 'manager', 'operation')).toEqual({ 'default get': 1 });
    expect(await valuesOf(others, 'operations', 'manager', 'operation')).toEqual({ 'other set': 1 });
    await other.close();
    expect((await others.collect()).flatMap(({ samples }) => samples)).toEqual([]);
    expect(await valuesOf(metrics, 'operations', 'operation')).toEqual({ get: 1 });
  });

  test('figures that are closed are none, and the caches have their plain operations again', async () => {
    metrics.close();
    const cache = manager.cache<number>('a');
    const plain = { ...cache };
    const watching = metricsOf(cache);
    expect({ ...cache }).not.toEqual(plain);
    await cache.set('k', 1);
    watching.recordSecurityEvent('login', 'low');
    watching.close();
    watching.close();
    expect({ ...cache }).toEqual(plain);
    expect((await watching.collect()).flatMap(({ samples }) => samples)).toEqual([]);
    expect(watching.getOperationLatencyPercentiles('set')).toBeUndefined();
  });
});

test('what is closed listens to nothing any more', () => {
  let listening = 0;
  const cache = manager.cache<number>('a');
  const counting: Cache<unknown> = {
    ...(cache as Cache<unknown>),
    on: () => {
      listening += 1;
      return () => void (listening -= 1);
    },
  };
  const watching = metricsOf({
    observe: (observe) => cache.observe((observed) => observe({ ...observed, cache: counting })),
  });
  expect(listening).toBeGreaterThan(5);
  watching.close();
  expect(listening).toBe(0);
});

test('one cache may be watched alone, its namespaces with it', async () => {
  const cache = manager.cache<number>('a');
  using alone = metricsOf(cache, { name: 'alone' });
  await manager.cache<number>('b').get('k');
  await cache.namespace('inner').get('k');
  expect(await valuesOf(alone, 'misses', 'manager', 'cache')).toEqual({ 'alone a': 1 });
});

test('a listener and an observer that throw beside it harm no figure, and are counted', async () => {
  const cache = manager.cache<number>('a');
  cache.on('load', () => {
    throw new Error('the listener');
  });
  manager.observe(() => {
    throw new Error('the observer');
  });
  await cache.getOrSet('k', () => 1);
  expect(await valuesOf(metrics, 'loads', 'outcome')).toEqual({ stored: 1 });
  expect(await valuesOf(metrics, 'errors', 'code', 'operation', 'seen')).toEqual({
    'OTHER listener of load nobody': 1,
    'OTHER observer nobody': 1,
  });
});

test.each([
  [{ names: 'x' }, /there is no option 'names': there are name, namespaces, maxCaches, hottestKeys/],
  [{ name: '' }, /option name/],
  [{ namespaces: 'both' }, /option namespaces: expected 'merged' or 'apart'/],
  [{ maxCaches: 0 }, /option maxCaches/],
  [{ hottestKeys: 101 }, /option hottestKeys: expected a whole number from 0 to 100/],
  [{ keys: 'open' }, /option keys/],
  [{ keySecret: '' }, /option keySecret/],
  [{ keys: 'plain', keySecret: 'x' }, /options keys and keySecret/],
  [7, /expected an object/],
])('bad options %j are refused', (options, reason) => {
  expect(() => metricsOf(manager, options as never)).toThrow(reason);
});

test('what cannot be watched is refused', () => {
  expect(() => metricsOf({} as never)).toThrow(/expected a manager or a cache/);
});
