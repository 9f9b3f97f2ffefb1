import { createManager } from '@cache/core';
import { startRedis } from '@cache/test-servers/redis';
import { expect, test } from 'vitest';
import { redis } from '../../src/index.ts';

// A refused commit leaves its lease, which those who wait would wait for.
test('G10: a load that a full server does not store gives its value to all who wait, and ends its lease', async () => {
  await using server = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] });
  const manager = createManager({ namespace: 'full', providers: [redis({ url: server.url })] });
  try {
    const cache = manager.cache<string>('c', { lease: '1h', timeout: '1h', deadline: '10s' });
    await cache.set('other', 'x');
    await server.command('CONFIG', 'SET', 'maxmemory', '1');
    let loads = 0;
    const load = (): string => `load ${++loads}`;
    const first = await Promise.all(Array.from({ length: 10 }, () => cache.getOrSet('key', load)));
    expect(new Set(first).size).toBe(1);
    expect(await cache.getOrSet('key', load)).toBe(`load ${loads}`);
    expect(await cache.get('other')).toBe('x');
    await server.command('CONFIG', 'SET', 'maxmemory', '0');
    await cache.getOrSet('key', load);
    expect(await cache.get('key')).toBe(`load ${loads}`);
  } finally {
    await manager.close();
  }
});
