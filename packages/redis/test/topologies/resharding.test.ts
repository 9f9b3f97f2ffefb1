import { createManager } from '@cache/core';
import { startCluster } from '@cache/test-servers/cluster';
import { until } from '@cache/test-servers/poll';
import { moveSlots, openMove } from '@cache/test-servers/resharding';
import { slotOf } from '@cache/test-servers/slot';
import { afterAll, expect, test } from 'vitest';
import { redis } from '../../src/index.ts';
import { startLoad } from './load.ts';

const cluster = await startCluster({ masters: 3, replicas: 0, nodeTimeout: 15_000 });
afterAll(() => cluster.stop());

const options = { cluster: { nodes: cluster.addresses }, partitions: 4 };
const slots = [0, 1, 2, 3].map((partition) => slotOf(`e:{load:${partition}}`));
const ROUNDS = process.env['CACHE_LONG'] === '1' ? 20 : 3;

test(
  'G2: while slots move under load no count is lost or run twice, and no error is untyped',
  { timeout: 120_000 },
  async () => {
    await using load = startLoad(options, 16);
    await until('there is load', () => load.done() > 200);
    for (let round = 0; round < ROUNDS; round++) {
      const before = load.done();
      await moveSlots(cluster, slots);
      await until('the load goes on', () => load.done() > before + 200);
    }
    const tally = await load.stop();
    expect(tally.untyped).toEqual([]);
    for (const { key, done, unknown } of tally.counters) {
      const value = (await load.cache.get(key, { onFailure: 'throw' })) ?? 0;
      expect(value).toBeGreaterThanOrEqual(done);
      expect(value).toBeLessThanOrEqual(done + unknown);
    }
    process.stdout.write(
      `resharding: ${load.done()} counts, ${[...tally.codes].map(([code, times]) => `${times} ${code}`).join(', ') || 'no failures'}\n`,
    );
  },
);

test(
  'G7: a slot that is half moved has every operation end, and keeps entries, index and tags together',
  { timeout: 60_000 },
  async () => {
    const manager = createManager({ providers: [redis({ ...options, partitions: 1 })] });
    try {
      const cache = manager.cache<string>('half', {
        indexes: { first: (text) => text.slice(0, 1) },
        breaker: false,
        deadline: '2s',
      });
      const keys = Array.from({ length: 20 }, (_, at) => `k${at}`);
      for (const key of keys) await cache.set(key, 'apple', { tags: ['fruit'] });
      const move = await openMove(cluster, slotOf('e:{half:0}'));
      await move.moveKeys(11);
      const attempts: Promise<unknown>[] = keys.flatMap((key): readonly Promise<unknown>[] => [
        cache.get(key, { onFailure: 'throw' }),
        cache.set(key, 'bread'),
        cache.getOrSet(key, () => 'own'),
      ]);
      attempts.push(cache.getByIndex('first', 'a'), cache.invalidateTags(['fruit']));
      const outcomes = await Promise.allSettled(attempts);
      for (const outcome of outcomes)
        if (outcome.status === 'rejected')
          expect(outcome.reason).toMatchObject({
            code: expect.stringMatching(/^(UNAVAILABLE|UNKNOWN_OUTCOME|DEADLINE_EXCEEDED)$/),
          });
      await move.finish();
      // A write that was given up may still come: until then the last word is not spoken.
      await until('all can be written and found', async () => {
        for (const key of keys) await cache.set(key, 'cheese');
        return (await cache.getByIndex('first', 'c')).size === keys.length;
      });
      for (const letter of ['a', 'b', 'o']) expect((await cache.getByIndex('first', letter)).size).toBe(0);
      expect(await cache.deleteByIndex('first', 'c')).toBe(keys.length);
    } finally {
      await manager.close();
    }
  },
);

test(
  'G7: an index set that a half moved slot left behind is emptied by a delete by index, which counts all',
  { timeout: 60_000 },
  async () => {
    const manager = createManager({ providers: [redis({ ...options, partitions: 1 })] });
    try {
      const cache = manager.cache<string>('left', {
        indexes: { first: (text) => text.slice(0, 1) },
        breaker: false,
        deadline: '30s',
      });
      const keys = Array.from({ length: 20 }, (_, at) => `k${at}`);
      for (const key of keys) await cache.set(key, 'apple');
      const move = await openMove(cluster, slotOf('e:{left:0}'));
      // The step that makes them absent finds its marks on one server, and no index set beside them.
      await move.moveKey('m:{left:0}');
      const deleted = cache.deleteByIndex('first', 'a');
      await until(
        'they are absent',
        async () => (await cache.get('k0', { onFailure: 'throw' })) === undefined,
      );
      await move.finish();
      expect(await deleted).toBe(keys.length);
      expect((await cache.getByIndex('first', 'a')).size).toBe(0);
    } finally {
      await manager.close();
    }
  },
);
