import { randomUUID } from 'node:crypto';
import type { ProvidedRedis } from '@cache/test-servers/redis.global';
import { createManager, type Manager } from '@cache/core';
import { afterAll, expect, inject, test } from 'vitest';
import { redis } from '../../src/index.ts';

const { url }: ProvidedRedis = inject('redis');
const managers: Manager[] = [];
afterAll(() => Promise.all(managers.map((manager) => manager.close())));

function manage(partitions: number): Manager {
  const manager = createManager({
    providers: [redis({ url, partitions, deadline: '10s' })],
    namespace: randomUUID(),
    defaults: { deadline: '10s' },
  });
  managers.push(manager);
  return manager;
}

const indexes = { owner: (key: string) => key.slice(0, 1) };
const limit = { index: 'owner', max: 2, onExceeded: 'refuse' } as const;
const keys = Array.from({ length: 10 }, (_, at) => `a${at}`);

test('G7: keys of one route lie together, so that a limit on them holds over many partitions', async () => {
  const cache = manage(16).cache<string>('devices', { indexes, colocate: (key) => key.slice(0, 1) });
  const outcomes = await Promise.allSettled(keys.map((key) => cache.set(key, key, { limit })));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  expect((await cache.getByIndex('owner', 'a')).size).toBe(2);
  expect(await cache.deleteByIndex('owner', 'a')).toBe(2);
});

test('G7: a limit on keys that lie in several partitions holds, or is refused', async () => {
  const cache = manage(16).cache<string>('devices', { indexes });
  await Promise.allSettled(keys.map((key) => cache.set(key, key, { limit })));
  expect((await cache.getByIndex('owner', 'a')).size).toBeLessThanOrEqual(2);
});

test('what concerns many keys is told to every partition', async () => {
  const cache = manage(16).cache<string>('devices', { indexes });
  const load = Promise.withResolvers<string>();
  for (const key of keys) await cache.set(key, key, { tags: ['t'] });
  expect((await cache.getByIndex('owner', 'a')).size).toBe(10);
  expect(await cache.deleteByPattern('a[0-4]')).toBe(5);
  const loading = cache.getOrSet('b', () => load.promise, { tags: ['t'] });
  await cache.invalidateTags(['t']);
  load.resolve('b');
  await loading;
  expect([...(await cache.getMany(['b', ...keys])).keys()]).toEqual([]);
});
