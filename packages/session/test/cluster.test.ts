/** The kit on a Cluster: three masters, each with a replica. */
import { redis } from '@cache/redis';
import { startCluster } from '@cache/test-servers/cluster';
import { afterAll } from 'vitest';
import { describeSessions } from './kit.ts';

// A node that is starved of the processor for a while is not to count as failed.
const cluster = await startCluster({ masters: 3, replicas: 1, nodeTimeout: 15_000 });
afterAll(() => cluster.stop());

const provider = (): ReturnType<typeof redis> =>
  redis({ cluster: { nodes: cluster.addresses }, deadline: '10s' });

describeSessions({ name: 'Redis, a Cluster', provider, peer: provider, time: 'server', rounds: 3 });
