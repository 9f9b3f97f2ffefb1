import { startRedis } from '@cache/test-servers/redis';
import { expect, test } from 'vitest';
import { factsIn } from '../../src/health.ts';
import { openCache } from './caches.ts';

function infoOf(version: string, policy?: string): ReadonlyMap<string, string> {
  const [product, number = ''] = version.split(' ');
  return new Map([
    ...(number === '' ? [] : ([['redis_version', product === 'valkey' ? '7.2.4' : number]] as const)),
    ...(product === 'valkey' ? ([['valkey_version', number]] as const) : []),
    ...(policy === undefined ? [] : ([['maxmemory_policy', policy]] as const)),
  ]);
}

test.each([
  [['redis 7.0.15', 'redis 6.2.14', 'redis 7.2.0'], 'redis 6.2.14'],
  [['redis 7.0.9', 'redis 7.0.15'], 'redis 7.0.9'],
  [['redis 10.0.0', 'redis 9.1.0'], 'redis 9.1.0'],
  [['valkey 8.0.1', 'redis 7.0.15'], 'redis 7.0.15'],
  [['redis', 'redis 7.0.15'], 'redis 7.0.15'],
])('of masters %j the oldest counts', (versions, oldest) => {
  for (const order of [versions, versions.toReversed()]) {
    const { product, version } = factsIn(order.map((each) => infoOf(each, 'noeviction')));
    expect(`${product} ${version}`).toBe(oldest);
  }
});

test.each([
  [['noeviction', 'volatile-ttl'], 'volatile-ttl'],
  [['volatile-ttl', 'allkeys-lru', 'noeviction'], 'allkeys-lru'],
  [['noeviction', undefined], undefined],
  [['volatile-lru', undefined], undefined],
  [['allkeys-lfu', undefined], 'allkeys-lfu'],
])('of the policies %j the one that evicts most counts', (policies, worst) => {
  for (const order of [policies, policies.toReversed()])
    expect(factsIn(order.map((policy) => infoOf('redis 7.0.15', policy))).policy).toBe(worst);
});

test('health tells the memory, the ceiling, and that writes are refused', async () => {
  await using server = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] });
  await using opened = openCache({ host: '127.0.0.1', port: server.port });
  const details = async (): Promise<unknown> => (await opened.cache.health()).details;
  expect(await details()).toMatchObject({ usedMemory: expect.any(Number) });
  expect(await details()).not.toHaveProperty('maxMemory');
  await server.command('CONFIG', 'SET', 'maxmemory', '100mb');
  expect(await details()).toMatchObject({ maxMemory: 104_857_600, refusesWrites: false });
  await server.command('CONFIG', 'SET', 'maxmemory', '1');
  expect(await details()).toMatchObject({ maxMemory: 1, refusesWrites: true });
  await server.command('CONFIG', 'SET', 'maxmemory-policy', 'volatile-ttl');
  expect(await details()).toMatchObject({ policy: 'volatile-ttl', refusesWrites: false });
});
