import { createManager } from '@cache/core';
import { gate } from '@cache/core/testing';
import { expect, test } from 'vitest';
import { memory } from '../../src/index.ts';

test('G3: callers who wait for a load get its value, however much is evicted meanwhile', async () => {
  await using manager = createManager({ providers: [memory({ maxEntries: 10 })] });
  const cache = manager.cache<number>('small');
  const door = gate<number>();
  const joined = gate();
  cache.on('join', () => void joined.pass());
  await cache.set('k', 0);
  await cache.delete('k');
  const first = cache.getOrSet('k', () => door.pass());
  await door.arrivals();
  const others = Array.from({ length: 5 }, () => cache.getOrSet('k', () => -1));
  await joined.arrivals(5);
  for (let n = 0; n < 1_000; n += 1) await cache.set(`other ${n}`, n);
  expect((await cache.stats()).evictions).toBeGreaterThan(900);
  door.open(7);
  expect(await Promise.all([first, ...others])).toEqual([7, 7, 7, 7, 7, 7]);
});
