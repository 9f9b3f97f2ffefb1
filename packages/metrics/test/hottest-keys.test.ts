import { createHmac } from 'node:crypto';
import { createManager, type Manager } from '@cache/core';
import { fakeClock, seededRandom } from '@cache/core/testing';
import { memory } from '@cache/memory';
import { metricsOf } from '@cache/metrics';
import { beforeEach, describe, expect, test } from 'vitest';
import { SpaceSaving } from '../src/space-saving.ts';
import { samplesOf, valuesOf } from './reading.ts';

describe('Space-Saving', () => {
  test('counts exactly while there is room', () => {
    const counts = new SpaceSaving(3);
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) counts.add(name);
    expect(counts.top(2)).toEqual([
      { name: 'a', count: 3, error: 0 },
      { name: 'b', count: 2, error: 0 },
    ]);
  });

  test.each([1, 2, 3])('keeps its promises on a skewed stream of thousands of names (seed %i)', (seed) => {
    const capacity = 50;
    const random = seededRandom(seed);
    const counts = new SpaceSaving(capacity);
    const truth = new Map<string, number>();
    const total = 50_000;
    for (let n = 0; n < total; n++) {
      const name = `k${Math.floor(5_000 ** random())}`;
      counts.add(name);
      truth.set(name, (truth.get(name) ?? 0) + 1);
    }
    const top = counts.top(Infinity);
    expect(top).toHaveLength(capacity);
    for (const { name, count, error } of top) {
      const times = truth.get(name) ?? 0;
      expect(count).toBeGreaterThanOrEqual(times);
      expect(count - error).toBeLessThanOrEqual(times);
      expect(error).toBeLessThanOrEqual(total / capacity);
    }
    const kept = new Set(top.map(({ name }) => name));
    for (const [name, times] of truth) if (times > total / capacity) expect(kept).toContain(name);
  });
});

describe('the hottest keys', () => {
  let manager: Manager;

  beforeEach(() => {
    manager = createManager({ providers: [memory()], clock: fakeClock() });
  });

  async function load(key: string, times: number): Promise<void> {
    const cache = manager.cache<number>('a');
    for (let n = 0; n < times; n++) {
      await cache.getOrSet(key, () => 1);
      await cache.delete(key);
    }
  }

  test('are those whose loaders ran most often, failing ones too', async () => {
    using metrics = metricsOf(manager, { hottestKeys: 2, keys: 'plain' });
    await load('once', 1);
    await load('thrice', 3);
    const cache = manager.cache<number>('a');
    for (let n = 0; n < 2; n++)
      await cache.getOrSet('failing', () => Promise.reject(new Error('no'))).catch(() => undefined);
    expect(await valuesOf(metrics, 'hottestKeys', 'cache', 'key')).toEqual({ 'a thrice': 3, 'a failing': 2 });
    await manager
      .cache<number>('a')
      .namespace('inner')
      .getOrSet('once', () => 1);
    await load('once', 2);
    expect(await valuesOf(metrics, 'hottestKeys', 'key')).toEqual({ thrice: 3, once: 3 });
  });

  test('are so many, however many keys there are', async () => {
    using metrics = metricsOf(manager);
    for (let n = 0; n < 500; n++) await load(`k${n}`, 1);
    expect(await samplesOf(metrics, 'hottestKeys')).toHaveLength(10);
    using none = metricsOf(manager, { hottestKeys: 0 });
    await load('k', 1);
    expect(await samplesOf(none, 'hottestKeys')).toEqual([]);
  });

  test('are hashed, with a secret of the process or with one that is given', async () => {
    using first = metricsOf(manager);
    using second = metricsOf(manager);
    using given = metricsOf(manager, { keySecret: 'pepper' });
    await load('ann@mail.example', 1);
    const labels = await Promise.all(
      [first, second, given].map(
        async (metrics) => Object.keys(await valuesOf(metrics, 'hottestKeys', 'key'))[0],
      ),
    );
    expect(new Set(labels).size).toBe(3);
    for (const label of labels) expect(label).toMatch(/^[0-9a-f]{16}$/);
    const hash = createHmac('sha256', 'pepper').update('ann@mail.example').digest('hex');
    expect(labels[2]).toBe(hash.slice(0, 16));
  });

  test('of a namespace stand behind its name', async () => {
    using metrics = metricsOf(manager, { keys: 'plain' });
    await manager
      .cache<number>('a')
      .namespace('acme')
      .getOrSet('ann', () => 1);
    expect(await valuesOf(metrics, 'hottestKeys', 'key')).toEqual({ 'acme/ann': 1 });
  });
});
