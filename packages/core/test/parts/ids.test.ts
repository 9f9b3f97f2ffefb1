import { expect, test } from 'vitest';
import { createIds } from '../../src/ids.ts';

test('ids have 16 characters and never repeat, across sources and past the end of a prefix', () => {
  const sources = [createIds(), createIds()];
  const seen = new Set<string>();
  for (let n = 0; n < 10_000; n += 1) for (const next of sources) seen.add(next());
  expect(seen.size).toBe(20_000);
  for (const id of seen) expect(id).toMatch(/^[\w-]{16}$/);
});

test('a prefix is used for 2^24 ids, then renewed', () => {
  let renewals = 0;
  const next = createIds((length) => new Uint8Array(length).fill((renewals += 1)));
  const first = next();
  for (let n = 1; n < 2 ** 24; n += 1) next();
  expect(renewals).toBe(1);
  expect(next()).not.toBe(first);
  expect(renewals).toBe(2);
});
