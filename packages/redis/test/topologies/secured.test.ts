import { startCluster } from '@cache/test-servers/cluster';
import { startSentinel } from '@cache/test-servers/sentinel';
import { afterAll, expect, test } from 'vitest';
import type { RedisOptions } from '../../src/index.ts';
import { failureOf, openCache } from '../connections/caches.ts';

const PASSWORD = 'hunter2';
const [cluster, group] = await Promise.all([
  startCluster({ masters: 3, replicas: 0, nodeTimeout: 15_000, password: PASSWORD }),
  startSentinel({ password: PASSWORD }),
]);
afterAll(() => Promise.all([cluster.stop(), group.stop()]));

const nodes = { cluster: { nodes: cluster.addresses } };
const sentinels = { sentinels: { nodes: group.addresses, name: group.name } };

test.each<[string, RedisOptions]>([
  ['a Cluster', nodes],
  ['Sentinels', sentinels],
])('with the password %s works, and health tells what it is', async (_, options) => {
  await using opened = openCache({ ...options, password: PASSWORD });
  await opened.cache.set('k', 'v');
  expect(await opened.cache.getOrSet('k', () => 'w')).toBe('v');
  expect(await opened.cache.health()).toMatchObject({
    status: 'ok',
    details: {
      role: 'master',
      policy: 'noeviction',
      cluster: options === nodes,
      masters: options === nodes ? 3 : 1,
    },
  });
});

test('health of a Cluster tells of the master with the least room', async () => {
  await using opened = openCache({ ...nodes, password: PASSWORD });
  const [, tight, roomy] = cluster.nodes;
  await tight?.command('CONFIG', 'SET', 'maxmemory', '1');
  await roomy?.command('CONFIG', 'SET', 'maxmemory', '1gb');
  try {
    expect(await opened.cache.health()).toMatchObject({
      status: 'ok',
      details: { masters: 3, maxMemory: 1, refusesWrites: true },
    });
  } finally {
    await tight?.command('CONFIG', 'SET', 'maxmemory', '0');
  }
});

test.each<[string, RedisOptions, RegExp]>([
  ['a Cluster with a wrong password', { ...nodes, password: 'wrong' }, /WRONGPASS.*\(.*password\)/],
  ['a Cluster without one', nodes, /NOAUTH.*\(.*password\)/],
  ['Sentinels with a wrong password', { ...sentinels, password: 'wrong' }, /WRONGPASS.*\(.*password\)/],
  [
    'a name that the Sentinels do not know',
    { sentinels: { ...sentinels.sentinels, name: 'other' } },
    /No such master.*\(.*sentinels\.name/,
  ],
  [
    'one node that is no Cluster',
    { cluster: { nodes: group.data.map(({ port }) => ({ host: '127.0.0.1', port })) }, password: PASSWORD },
    /cluster support disabled.*\(this is no Cluster/,
  ],
  [
    'a node of a Cluster as if it were one server',
    { host: '127.0.0.1', port: cluster.nodes[0]?.port ?? 0, password: PASSWORD, partitions: 16 },
    /MOVED.*\(.*give cluster\.nodes\)/,
  ],
])('%s is one clear error', async (_, options, reason) => {
  await using opened = openCache(options, 1_000);
  const error = await failureOf(opened.cache.set('k', 'v'));
  expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringMatching(reason) });
  expect(`${error.message} ${String(error.cause)}`).not.toContain(PASSWORD);
});
