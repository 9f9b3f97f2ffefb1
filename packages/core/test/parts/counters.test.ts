import { createManager } from '@cache/core';
import { simpleStore } from '@cache/core/testing';
import { expect, test } from 'vitest';

test('G13: increment and decrement are told as the writes they are, with the version they made', async () => {
  const cache = createManager({ providers: [simpleStore()] }).cache<number>('c');
  const heard: unknown[] = [];
  cache.on('write', (event) => heard.push(event));
  await cache.increment('k');
  const first = (await cache.getMetadata('k'))?.version;
  await cache.decrement('k');
  const second = (await cache.getMetadata('k'))?.version;
  await cache.set('text', 'x' as never);
  heard.splice(2);
  await expect(cache.increment('text')).rejects.toMatchObject({ code: 'NOT_A_COUNTER' });
  expect(heard).toEqual([
    { key: 'k', version: first },
    { key: 'k', version: second },
  ]);
});
