import { describe, expect, it } from 'vitest';
import { createManager } from '../../src/index.ts';
import { simpleStore } from '../../src/testing/index.ts';

type Loose = Record<string, (...args: unknown[]) => Promise<unknown>>;

function looseCache(): Loose {
  const manager = createManager({ providers: [simpleStore()] });
  return manager.cache<unknown>('calls') as unknown as Loose;
}

const CALLS: readonly (readonly [name: string, args: readonly unknown[]])[] = [
  ['get', ['k']],
  ['getEntry', ['k']],
  ['getMetadata', ['k']],
  ['has', ['k']],
  ['set', ['k', 1]],
  ['setIfNotExists', ['k', 1]],
  ['setIfExists', ['k', 1]],
  ['compareAndSet', ['k', 'v', 1]],
  ['delete', ['k']],
  ['getAndDelete', ['k']],
  ['touch', ['k', '5m']],
  ['expire', ['k']],
  ['getOrSet', ['k', () => 1]],
  ['update', ['k', () => 1]],
  ['increment', ['k', 1]],
  ['decrement', ['k', 1]],
  ['getMany', [['k']]],
  ['setMany', [[['k', 1]]]],
  ['deleteMany', [['k']]],
  ['getOrSetMany', [['k'], () => new Map()]],
  ['invalidateTags', [['t']]],
  ['deleteByPattern', ['k*']],
  ['clear', []],
];

describe('what a call says beside its arguments', () => {
  it.each(CALLS)('%s refuses options that are none, and does nothing', async (name, args) => {
    const cache = looseCache();
    await expect(cache[name]?.(...args, 60)).rejects.toThrow(
      "the options are 60: give an object, such as { ttl: '5m' }",
    );
    await expect(cache[name]?.(...args, '5m')).rejects.toThrow("the options are the text '5m'");
    await expect(cache[name]?.(...args, { signal: new AbortController() })).rejects.toThrow(
      'option signal: expected an AbortSignal, such as the signal of an AbortController',
    );
    expect(await cache.get?.('k')).toBeUndefined();
  });

  it('finds a loader in the place of the options', async () => {
    await expect(looseCache().getOrSet?.('k', { ttl: '5m' }, () => 1)).rejects.toThrow(TypeError);
  });

  it('refuses a promise as a value before the provider is open and after it', async () => {
    const cache = looseCache();
    await expect(cache.set?.('k', Promise.resolve(1))).rejects.toThrow(TypeError);
    await cache.ready?.();
    await expect(cache.set?.('k', Promise.resolve(1))).rejects.toThrow(
      "the value of 'k' is a promise: await it, and store what it gives",
    );
    expect(await cache.get?.('k')).toBeUndefined();
  });
});
