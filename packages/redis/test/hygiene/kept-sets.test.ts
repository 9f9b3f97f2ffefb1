/** Index sets on a server that may evict what has an end: they have none. */
import { createManager } from '@cache/core';
import { until } from '@cache/test-servers/poll';
import { startRedis } from '@cache/test-servers/redis';
import { expect, test } from 'vitest';
import { redis } from '../../src/index.ts';
import { endless, keysOn, namesOn } from './server-keys.ts';

test('G7: on a server that evicts what has an end, index sets have none, and go by the next use of their term', async () => {
  await using server = await startRedis({ args: ['--maxmemory-policy', 'volatile-ttl'] });
  const manager = createManager({ namespace: 'kept', providers: [redis({ url: server.url })] });
  try {
    const cache = manager.cache<string>('c', { indexes: { id: (id) => id }, jitter: 0 });
    const ids = ['written', 'looked up', 'deleted by', 'left'];
    await cache.setMany(
      ids.map((id) => [id, id]),
      { ttl: 50 },
    );
    expect(endless(await keysOn(server, { sorts: 'i' }))).toHaveLength(4);
    await until('the entries are gone', async () => (await namesOn(server, { sorts: 'e' })).length === 0);
    expect(await namesOn(server, { sorts: 'i' })).toHaveLength(4);
    await cache.set('again', 'written', { ttl: '1h' });
    await cache.delete('again');
    expect(await cache.getByIndex('id', 'looked up')).toEqual(new Map());
    expect(await cache.deleteByIndex('id', 'deleted by')).toBe(0);
    expect(await namesOn(server, { sorts: 'i' })).toEqual([expect.stringMatching(/left$/)]);
  } finally {
    await manager.close();
  }
});
