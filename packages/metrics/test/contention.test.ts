/** Figures of calls that wait for each other, and of a provider that does not answer. */
import { createManager, type Cache, type Manager } from '@cache/core';
import { chaos, fakeClock, gate, settle, type Weather } from '@cache/core/testing';
import { memory } from '@cache/memory';
import { metricsOf, type Metrics } from '@cache/metrics';
import { beforeEach, describe, expect, test } from 'vitest';
import { samplesOf, valuesOf } from './reading.ts';

const clock = fakeClock();

/** A process over a provider that others share; its weather is its own. */
class Process {
  fault: Weather['fault'];
  readonly manager: Manager;
  readonly cache: Cache<number>;
  readonly metrics: Metrics;

  constructor(provider: ReturnType<typeof memory>) {
    this.manager = createManager({
      providers: [chaos(provider, () => ({ fault: this.fault }), clock)],
      clock,
      defaults: { deadline: '1s', lease: '2s', breaker: false, jitter: 0 },
    });
    this.cache = this.manager.cache<number>('numbers');
    this.metrics = metricsOf(this.manager);
  }
}

let one: Process;
let other: Process;

beforeEach(async () => {
  const shared = memory({ sweepInterval: 'never' });
  [one, other] = [new Process(shared), new Process(shared)];
  await Promise.all([one.cache.ready(), other.cache.ready()]);
});

describe('loaders', () => {
  test('run until they have ended, whatever became of those who waited', async () => {
    const doors = [gate<number>(), gate<number>()] as const;
    const left = new AbortController();
    const calls = [
      one.cache.getOrSet('k', () => doors[0].pass()),
      one.cache.namespace('inner').getOrSet('k', () => doors[1].pass(), { signal: left.signal }),
    ];
    const ended = Promise.allSettled(calls);
    await Promise.all(doors.map((door) => door.arrivals()));
    expect(await valuesOf(one.metrics, 'loadsRunning', 'cache')).toEqual({ numbers: 2 });
    left.abort();
    doors[0].open(1);
    await ended;
    expect(await valuesOf(one.metrics, 'loadsRunning', 'cache')).toEqual({ numbers: 1 });
    doors[1].fail(new Error('too late'));
    await settle();
    expect(await valuesOf(one.metrics, 'loadsRunning', 'cache')).toEqual({});
  });

  test('are waited for, here and elsewhere, for so long and with that outcome', async () => {
    const door = gate<number>();
    const led = one.cache.getOrSet('k', () => door.pass());
    await door.arrivals();
    const calls = [one.cache.getOrSet('k', () => 2), other.cache.getOrSet('k', () => 2)];
    await settle();
    await clock.pass(300);
    door.open(1);
    expect(await Promise.all([led, ...calls])).toEqual([1, 1, 1]);
    expect(await valuesOf(one.metrics, 'loadWaits', 'where', 'outcome')).toEqual({ 'here served': 1 });
    expect(await valuesOf(other.metrics, 'loadWaits', 'where', 'outcome')).toEqual({ 'elsewhere served': 1 });
    const [wait] = await samplesOf(other.metrics, 'loadWaits');
    expect(wait?.histogram?.sum).toBeCloseTo(0.3);
    expect(await valuesOf(other.metrics, 'takeovers', 'cache')).toEqual({});
  });

  test('whose process is silent are taken over, once, and their late commit is refused', async () => {
    const door = gate<number>();
    const led = one.cache.getOrSet('k', () => door.pass());
    await door.arrivals();
    const waiting = other.cache.getOrSet('k', () => 2);
    await settle();
    expect(await valuesOf(other.metrics, 'takeovers', 'cache')).toEqual({});
    one.fault = 'fail';
    await clock.pass(3_000);
    expect(await waiting).toBe(2);
    one.fault = undefined;
    door.open(1);
    expect(await led).toBe(1);
    expect(await valuesOf(other.metrics, 'takeovers', 'cache')).toEqual({ numbers: 1 });
    expect(await valuesOf(other.metrics, 'joins', 'where')).toEqual({ elsewhere: 1 });
    expect(await valuesOf(one.metrics, 'refusedCommits', 'cache')).toEqual({ numbers: 1 });
    expect(await valuesOf(one.metrics, 'loads', 'outcome')).toEqual({ overtaken: 1 });
  });

  test('that were never taken over are a zero, so that the first one shows as an increase', async () => {
    expect((await samplesOf(one.metrics, 'takeovers')).map(({ value }) => value)).toEqual([0]);
  });
});

test('calls of update that wait behind a group are counted by the write that leaves them', async () => {
  await Promise.all(Array.from({ length: 200 }, () => one.cache.update('k', (n = 0) => n + 1)));
  const [queue] = await samplesOf(one.metrics, 'updateQueue');
  const [batch] = await samplesOf(one.metrics, 'updateBatch');
  expect(batch).toMatchObject({ value: 2, histogram: { sum: 200 } });
  expect(queue).toMatchObject({ value: 2, histogram: { sum: 72 } });
});

test('by how much jitter shortens lives, as a part of them', async () => {
  for (let n = 0; n < 100; n++) await one.cache.set(`k${n}`, n, { jitter: 0.1, ttl: '1h' });
  await one.cache.set('k', 1);
  const [jitter] = await samplesOf(one.metrics, 'jitter');
  expect(jitter?.value).toBe(100);
  const within = new Map(jitter?.histogram?.buckets.map(({ bound, count }) => [bound, count]));
  expect(within.get(0.1)).toBe(100);
  // Uniform: nearly a tenth in each hundredth.
  expect(within.get(0.05)).toBeGreaterThan(25);
  expect(within.get(0.05)).toBeLessThan(75);
});

describe('a provider that does not answer', () => {
  test('misses the deadline of each operation that waits for it, and of writes nobody knows the outcome', async () => {
    one.fault = 'hang';
    const calls = Promise.allSettled([
      one.cache.get('k'),
      one.cache.set('k', 1),
      one.cache.set('k', 2),
      one.cache.setMany([
        ['a', 1],
        ['b', 1],
      ]),
    ]);
    await clock.pass(1_000);
    await calls;
    one.fault = undefined;
    expect(await valuesOf(one.metrics, 'deadlineMisses', 'operation')).toEqual({
      get: 1,
      set: 2,
      setMany: 2,
    });
    expect(await valuesOf(one.metrics, 'unknownOutcomes', 'operation')).toEqual({ set: 2, setMany: 1 });
  });

  test('while a load is stored leaves its outcome unknown, though the caller has the value', async () => {
    const door = gate<number>();
    const led = one.cache.getOrSet('k', () => door.pass());
    await door.arrivals();
    one.fault = 'lose';
    door.open(1);
    expect(await led).toBe(1);
    await settle();
    one.fault = undefined;
    expect((await valuesOf(one.metrics, 'unknownOutcomes', 'operation'))['getOrSet']).toBeGreaterThan(0);
  });
});
