import { createManager } from '@cache/core';
import { simpleStore } from '@cache/core/testing';
import { expect, test } from 'vitest';

test('more tags than one entry may have are invalidated in one call', async () => {
  const cache = createManager({ providers: [simpleStore()] }).cache<number>('c');
  const tags = Array.from({ length: 200 }, (_, n) => `t${n}`);
  await cache.set('first', 1, { tags: ['t0'] });
  await cache.set('last', 1, { tags: ['t199'] });
  await cache.set('other', 1, { tags: ['u'] });
  await cache.invalidateTags(tags);
  expect(await cache.getMany(['first', 'last', 'other'])).toEqual(new Map([['other', 1]]));
  await expect(cache.set('k', 1, { tags })).rejects.toThrow(/an entry has 200 tags: at most 64/);
});

test.each([undefined, null])('invalidateTags(%j) is misuse, not an empty list', async (tags) => {
  const cache = createManager({ providers: [simpleStore()] }).cache<number>('c');
  await expect(cache.invalidateTags(tags as never)).rejects.toThrow(TypeError);
});

test('G13: removals of groups are told with their count, and only when something went', async () => {
  const cache = createManager({ providers: [simpleStore()] }).cache<string>('c', {
    indexes: { letter: (value) => value },
  });
  const heard: unknown[] = [];
  cache.on('deleteGroup', (event) => heard.push(event));
  for (const key of ['a1', 'a2', 'b1']) await cache.set(key, key.slice(0, 1));
  await cache.deleteByIndex('letter', 'z');
  await cache.deleteByPattern('z*');
  expect(heard).toEqual([]);
  expect(await cache.deleteByIndex('letter', 'a')).toBe(2);
  expect(await cache.deleteByPattern('b*')).toBe(1);
  expect(heard).toEqual([
    { by: 'index', count: 2 },
    { by: 'pattern', count: 1 },
  ]);
});
