import { type RedisCluster, startCluster } from '@cache/test-servers/cluster';
import { until } from '@cache/test-servers/poll';
import { slotOf } from '@cache/test-servers/slot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLocks, type Locks } from '../../src/lock/index.ts';

describe('on a Cluster', () => {
  let cluster: RedisCluster;
  let locks: Locks;
  let others: Locks;

  beforeAll(async () => {
    cluster = await startCluster({ replicas: 0 });
    const nodes = cluster.addresses;
    [locks, others] = [createLocks({ cluster: { nodes } }), createLocks({ cluster: { nodes } })];
    for (const each of [locks, others])
      await until('the client has reached the node of the locks', () => each.withLock('warm', () => true));
  }, 30_000);

  afterAll(async () => {
    await Promise.all([locks?.close(), others?.close()]);
    await cluster?.stop();
  });

  test('any keys are locked together, in one slot', async () => {
    const keys = Array.from({ length: 50 }, (_, i) => `key ${i}`);
    expect(new Set(keys.map((key) => slotOf(key))).size).toBeGreaterThan(1);
    const fences: bigint[] = [];
    let inside = 0;
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 === 0 ? locks : others).withLock(
          i % 3 === 0 ? keys : (keys[7] as string),
          async ({ fence }) => {
            expect(++inside).toBe(1);
            fences.push(fence);
            const master = await cluster.master(slotOf('{lock}'));
            expect(await master.command('EXISTS', 'k:{lock}key 7')).toBe(1);
            inside--;
          },
        ),
      ),
    );
    expect(fences).toEqual(fences.toSorted((a, b) => (a < b ? -1 : 1)));
    for (const { node } of await cluster.masters())
      expect([[], ['f:{lock}']]).toContainEqual(
        await node.command('SCAN', 0, 'COUNT', 1000).then((reply) => (reply as unknown[])[1]),
      );
  });

  test('the first locks of a client are taken, however many come at once', async () => {
    for (let round = 0; round < 10; round++) {
      const fresh = createLocks({ cluster: { nodes: cluster.addresses } });
      try {
        const first = Array.from({ length: 10 }, (_, i) => fresh.withLock(`${i}`, () => i));
        expect(await Promise.all(first)).toHaveLength(10);
      } finally {
        await fresh.close();
      }
    }
  });
});
