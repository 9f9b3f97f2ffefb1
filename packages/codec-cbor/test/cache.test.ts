import { createManager, type Manager, type StoreProvider } from '@cache/core';
import { intercept, simpleStore } from '@cache/core/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { cborCodec } from '../src/index.ts';

interface Session {
  readonly user: string;
  readonly at: Date;
  readonly seen: ReadonlyMap<string, ReadonlySet<number>>;
  readonly none: undefined;
}

const session = (user: string): Session => ({
  user,
  at: new Date(1_700_000_000_123),
  seen: new Map([['a', new Set([1, 2])]]),
  none: undefined,
});

const managers: Manager[] = [];
afterEach(async () => {
  for (const manager of managers.splice(0)) await manager.close();
});

function opened(provider: StoreProvider): Manager {
  const manager = createManager({ providers: [provider] });
  managers.push(manager);
  return manager;
}

/** A store that holds bytes, and the bytes that went into it. */
function byteStore(): { readonly provider: StoreProvider; readonly written: Uint8Array[] } {
  const written: Uint8Array[] = [];
  const provider = intercept(
    simpleStore(),
    ({ method, args }, run) => {
      if (method === 'put') written.push((args[1] as { data: Uint8Array }).data);
      return run(...args);
    },
    { holds: 'bytes' },
  );
  return { provider, written };
}

describe('a cache with this codec', () => {
  it('stores what the codec writes and gives back what was stored', async () => {
    const { provider, written } = byteStore();
    const sessions = opened(provider).cache<Session>('sessions', { codec: cborCodec, ttl: '1h' });
    await sessions.set('s1', session('ann'));
    const bytes = cborCodec.encode(session('ann'), { cache: '', space: '', key: '', schemaVersion: 0 });
    expect(written.some((data) => Buffer.from(data).includes(Buffer.from(bytes)))).toBe(true);
    expect(await sessions.get('s1')).toStrictEqual(session('ann'));
    expect(await sessions.get('s1')).not.toBe(await sessions.get('s1'));
  });

  it('loads, updates, counts and finds by index', async () => {
    const { provider } = byteStore();
    const manager = opened(provider);
    const sessions = manager.cache<Session>('sessions', {
      codec: cborCodec,
      ttl: '1h',
      indexes: { user: (value) => value.user },
    });
    expect(await sessions.getOrSet('s1', () => session('ann'))).toStrictEqual(session('ann'));
    await sessions.update('s1', (value) => ({ ...(value ?? session('')), user: 'bob' }));
    expect(await sessions.get('s1')).toStrictEqual(session('bob'));
    expect(await sessions.deleteByIndex('user', 'bob')).toBe(1);
    const counts = manager.cache<number>('counts', { codec: cborCodec, ttl: '1h' });
    await counts.increment('n', 5);
    expect(await counts.get('n')).toBe(5);
  });

  it('lets another process read what this one wrote', async () => {
    const { provider } = byteStore();
    const options = { codec: cborCodec, ttl: '1h' } as const;
    await opened(provider).cache<Session>('sessions', options).set('s1', session('ann'));
    expect(await opened(provider).cache<Session>('sessions', options).get('s1')).toStrictEqual(
      session('ann'),
    );
  });

  it('refuses at the write what is not of the value model', async () => {
    const { provider, written } = byteStore();
    const cache = opened(provider).cache<unknown>('things', { codec: cborCodec, ttl: '1h' });
    await expect(cache.set('a', { list: [() => 1] })).rejects.toThrow('value.list[0] is a function');
    expect(written).toEqual([]);
  });
});
