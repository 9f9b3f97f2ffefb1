/** Sessions on a Cluster: where they lie, and the cases in which that can make a difference. */
import { redis } from '@cache/redis';
import { startCluster } from '@cache/test-servers/cluster';
import { afterAll, describe, expect, test } from 'vitest';
import { sessionConformance } from '../src/testing/index.ts';

// A node that is starved of the processor for a while is not to count as failed.
const cluster = await startCluster({ masters: 3, replicas: 0, nodeTimeout: 15_000 });
afterAll(() => cluster.stop());

const SLICE = /^(?:T1|T4|T16|T24|T25|T26|T27|T35|T50|ASVS 7\.4|impersonation|evict|limit)/;
const isLong = process.env['CACHE_LONG'] === '1';
const provider = (): ReturnType<typeof redis> =>
  redis({ cluster: { nodes: cluster.addresses }, deadline: '10s' });

describe('sessions over Redis, a Cluster of three masters', () => {
  const kit = sessionConformance({ name: 'a Cluster', provider, peer: provider, time: 'server', rounds: 3 });
  for (const { name, run, skipped } of kit.filter(({ id }) => isLong || SLICE.test(id))) {
    if (skipped === undefined) test(name, () => expect(run()).resolves.toBeUndefined());
    else test.skip(`${name} (${skipped})`, run);
  }
});
