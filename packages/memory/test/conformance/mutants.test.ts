import { mutationScore } from '@cache/core/conformance';
import { expect, test } from 'vitest';
import { memory } from '../../src/index.ts';

test('the kit notices every wrong engine that is made of memory', async () => {
  const verdicts = await mutationScore({ name: 'memory', provider: () => memory(), limitMs: 1_500 });
  expect(verdicts.length).toBeGreaterThan(70);
  expect(verdicts.filter(({ killedBy }) => killedBy === undefined)).toEqual([]);
}, 120_000);
