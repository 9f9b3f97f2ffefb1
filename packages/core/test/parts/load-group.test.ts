import { createManager } from '@cache/core';
import { simpleStore } from '@cache/core/testing';
import { expect, test } from 'vitest';

test.each([
  [{ k: 1 }, 'an object (Object)'],
  [[1], 'an array'],
  [undefined, 'undefined'],
  [null, 'null'],
  ['text', 'a string'],
])('a batch loader that gives %j is told what it gave', async (given, told) => {
  const cache = createManager({ providers: [simpleStore()] }).cache<number>('c');
  const outcomes = await cache.getOrSetMany(['k'], () => given as never);
  const outcome = outcomes.get('k');
  expect(outcome).toMatchObject({ status: 'failed', error: expect.any(TypeError) });
  expect(String(outcome?.status === 'failed' && outcome.error)).toContain(
    `loadMissing gave ${told}: give a Map`,
  );
});
