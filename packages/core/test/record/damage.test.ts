import { createManager, type Cache, type StoreProvider } from '@cache/core';
import { fakeClock, simpleStore } from '@cache/core/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import type { FoundRecord, Store } from '../../src/store.ts';

/** A store of bytes, and the way to its records. */
function bytesStore(): { readonly provider: StoreProvider; readonly damage: (key: string) => Promise<void> } {
  const inner = simpleStore();
  let store: Store | undefined;
  const provider: StoreProvider = {
    ...inner,
    traits: { ...inner.traits, holds: 'bytes' },
    open: async (context) => (store = await inner.open(context)),
  };
  const damage = async (key: string): Promise<void> => {
    for await (const page of store?.scan('') ?? []) {
      for (const name of page.filter((other) => other.endsWith(`e:${key}`))) {
        const found = (await store?.get(name)) as FoundRecord;
        const data = (found.data as Uint8Array).slice(0, 5);
        await store?.put(name, { version: 'damaged', data }, { expiresAt: Infinity });
      }
    }
  };
  return { provider, damage };
}

describe('a damaged record in a store of bytes', () => {
  let cache: Cache<number>;
  let strict: Cache<number>;
  let errors: unknown[];

  beforeEach(async () => {
    const { provider, damage } = bytesStore();
    const manager = createManager({ providers: [provider], clock: fakeClock() });
    cache = manager.cache<number>('c');
    strict = createManager({ providers: [provider], clock: fakeClock() }).cache<number>('c', {
      onFailure: 'throw',
    });
    await strict.ready();
    await cache.setMany([
      ['good', 1],
      ['bad', 2],
    ]);
    await damage('bad');
    errors = [];
    cache.on('error', ({ error }) => errors.push(error));
  });

  test('G10: is a miss with an event where reads fail open, and CODEC_FAILED where they do not', async () => {
    expect(await cache.get('bad')).toBeUndefined();
    expect(await cache.has('bad')).toBe(false);
    expect(await cache.getMany(['good', 'bad'])).toEqual(new Map([['good', 1]]));
    expect(errors).toHaveLength(3);
    expect(errors[0]).toMatchObject({ code: 'CODEC_FAILED' });
    await expect(strict.get('bad')).rejects.toMatchObject({ code: 'CODEC_FAILED' });
    await expect(strict.getOrSet('bad', () => 3)).rejects.toMatchObject({ code: 'CODEC_FAILED' });
  });

  test('G10: makes room for a load, which is stored', async () => {
    expect(await cache.getOrSet('bad', () => 3)).toBe(3);
    expect(await strict.get('bad')).toBe(3);
  });

  test('can be deleted and overwritten', async () => {
    expect(await strict.delete('bad')).toBe(false);
    expect(await strict.get('bad')).toBeUndefined();
  });

  test('does not hide the others from a walk', async () => {
    const keys: string[] = [];
    for await (const key of strict.keys()) keys.push(key);
    expect(keys).toEqual(['good']);
  });
});
