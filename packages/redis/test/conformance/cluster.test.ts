import { startCluster } from '@cache/test-servers/cluster';
import { afterAll } from 'vitest';
import { readmeUser, README_USER } from '../connections/permissions.ts';
import { describeKit } from './kit.ts';

// A node that is starved of the processor for a while is not to count as failed.
const cluster = await startCluster({ masters: 3, replicas: 1, nodeTimeout: 15_000 });
afterAll(() => cluster.stop());
const [, ...user] = readmeUser({ onCluster: true }).split(' ');
await Promise.all(cluster.nodes.map((node) => node.command('ACL', 'SETUSER', ...user)));

describeKit(
  'redis, a Cluster of three masters with a replica each, with the permissions of the README',
  { cluster: { nodes: cluster.addresses }, ...README_USER },
  {
    // Its cases do not say which keys belong together, so that a limit holds for each partition by itself.
    apart: { limits: { partitions: 1 } },
  },
);
