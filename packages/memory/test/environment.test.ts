import { createManager, fromEnvironment } from '@cache/core';
import { memory, memoryFromEnvironment } from '@cache/memory';
import { expect, test } from 'vitest';

test('what is not set, or empty, is left to the defaults', () => {
  expect(memoryFromEnvironment({})).toEqual({});
  expect(memoryFromEnvironment({ CACHE_MEMORY_MAX_BYTES: ' ' })).toEqual({});
});

test('every variable reaches the option it stands for', () => {
  const variables = {
    CACHE_MEMORY_MAX_ENTRIES: '500',
    CACHE_MEMORY_MAX_BYTES: 'unbounded',
    CACHE_MEMORY_SWEEP_INTERVAL: '30s',
    CACHE_MEMORY_SECURE_CLEANUP: 'true',
  };
  expect(memoryFromEnvironment(variables)).toEqual({
    maxEntries: 500,
    maxBytes: 'unbounded',
    sweepInterval: '30s',
    secureCleanup: true,
  });
  expect(
    memoryFromEnvironment({ CACHE_MEMORY_SWEEP_INTERVAL: 'never', CACHE_MEMORY_SECURE_CLEANUP: 'false' }),
  ).toEqual({
    sweepInterval: 'never',
    secureCleanup: false,
  });
});

test('a whole program is made from the environment', async () => {
  const variables = { CACHE_PROVIDER: 'memory', CACHE_MEMORY_MAX_ENTRIES: '2', CACHE_DEFAULT_TTL: '1m' };
  const manager = createManager({
    providers: [memory(memoryFromEnvironment(variables))],
    ...fromEnvironment(variables, { defaults: { ttl: '1h', jitter: 0 } }),
  });
  const cache = manager.cache<number>('numbers');
  for (const key of ['a', 'b', 'c']) await cache.set(key, 1);
  expect(await cache.has('a')).toBe(false);
  expect(await cache.getMetadata('c')).toMatchObject({ ttl: 60_000 });
  await manager.close();
});

test.each([
  [{ CACHE_MEMORY_MAX_ENTRIES: 'many' }, /^CACHE_MEMORY_MAX_ENTRIES: .*maxEntries.*"many".*'unbounded'/],
  [{ CACHE_MEMORY_MAX_ENTRIES: '0' }, /^CACHE_MEMORY_MAX_ENTRIES: /],
  [{ CACHE_MEMORY_MAX_BYTES: '10' }, /^CACHE_MEMORY_MAX_BYTES: /],
  [{ CACHE_MEMORY_SWEEP_INTERVAL: 'often' }, /^CACHE_MEMORY_SWEEP_INTERVAL: .*'often'.*'never'/],
  [{ CACHE_MEMORY_SECURE_CLEANUP: 'yes' }, /^CACHE_MEMORY_SECURE_CLEANUP: .*true or false/],
])('a bad value %j is refused by the name of its variable', (variables, reason) => {
  expect(() => memoryFromEnvironment(variables)).toThrow(TypeError);
  expect(() => memoryFromEnvironment(variables)).toThrow(reason);
});
