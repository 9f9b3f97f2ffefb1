/** Caches with this codec, on providers that hold bytes: the record engine over a store, and Redis. */
import { randomUUID } from 'node:crypto';
import { createManager, type Cache, type Manager, type Provider, type StoreProvider } from '@cache/core';
import { intercept, simpleStore } from '@cache/core/testing';
import { redis } from '@cache/redis';
import type { ProvidedRedis } from '@cache/test-servers/redis.global';
import { describe, expect, inject, it } from 'vitest';
import { codecWith } from './cases.ts';

interface Session {
  readonly user: string;
  readonly token: string;
}

interface Setting {
  readonly provider: Provider;
  readonly namespace?: string;
}

/** One process of a service: a manager and its cache, which encrypts with the first key and reads with all. */
function processWith(
  { provider, namespace }: Setting,
  ...ids: readonly string[]
): { readonly sessions: Cache<Session>; readonly manager: Manager } & AsyncDisposable {
  const manager = createManager({ providers: [provider], namespace });
  const sessions = manager.cache<Session>('sessions', {
    codec: codecWith(...ids),
    ttl: '1h',
    onFailure: 'throw',
    indexes: { user: ({ user }) => user },
  });
  return { manager, sessions, [Symbol.asyncDispose]: () => manager.close() };
}

const session = (user: string): Session => ({ user, token: `token of ${user}` });

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

const SETTINGS: readonly (readonly [string, () => Setting])[] = [
  ['the record engine over a store', () => ({ provider: byteStore().provider })],
  [
    'Redis',
    () => {
      const { url }: ProvidedRedis = inject('redis');
      return { provider: redis({ url }), namespace: randomUUID() };
    },
  ],
];

describe.each(SETTINGS)('on %s', (_, settingOf) => {
  it('a key is replaced while entries live and no process stops', async () => {
    const setting = settingOf();
    const keys = ['ann', 'bob', 'cid'];
    const readable = async (sessions: Cache<Session>, ...names: string[]): Promise<void> => {
      expect(await sessions.getMany(names)).toEqual(new Map(names.map((name) => [name, session(name)])));
    };
    await using before = processWith(setting, 'k1');
    await before.sessions.set('ann', session('ann'));
    await before.sessions.set('bob', session('bob'));

    // First every process learns to read the new key, ...
    await using learning = processWith(setting, 'k1', 'k2');
    await readable(learning.sessions, 'ann', 'bob');
    await learning.sessions.touch('bob', '2h');
    await readable(before.sessions, 'ann', 'bob');

    // ... then they begin to write with it, while some do not yet.
    await using writing = processWith(setting, 'k2', 'k1');
    await writing.sessions.set('cid', session('cid'));
    await readable(writing.sessions, ...keys);
    await readable(learning.sessions, ...keys);
    await expect(before.sessions.get('cid')).rejects.toMatchObject({ code: 'CODEC_FAILED', key: 'cid' });

    // What the old key encrypted ends with its ttl, or is written anew.
    await using after = processWith(setting, 'k2');
    await readable(after.sessions, 'cid');
    await expect(after.sessions.get('ann')).rejects.toMatchObject({ code: 'CODEC_FAILED', key: 'ann' });
    for await (const key of writing.sessions.keys('*')) await writing.sessions.update(key, (value) => value);
    await readable(after.sessions, ...keys);
    expect([...(await after.sessions.getByIndex('user', 'ann')).keys()]).toEqual(['ann']);
    await expect(before.sessions.get('ann')).rejects.toMatchObject({ code: 'CODEC_FAILED' });
  });

  it('an entry that was written without a key is not read', async () => {
    const setting = settingOf();
    const { provider, namespace } = setting;
    await using forger = createManager({ providers: [provider], namespace });
    await forger.cache<Session>('sessions', { ttl: '1h' }).set('ann', session('forged'));
    await using one = processWith(setting, 'k1');
    await expect(one.sessions.get('ann')).rejects.toMatchObject({ code: 'CODEC_FAILED', key: 'ann' });
    expect(await one.sessions.getOrSet('ann', () => session('ann'), { onFailure: 'open' })).toEqual(
      session('ann'),
    );
  });

  it('loads, updates and counts', async () => {
    await using one = processWith(settingOf(), 'k1');
    expect(await one.sessions.getOrSet('ann', () => session('ann'))).toEqual(session('ann'));
    await one.sessions.update('ann', (value) => value && { ...value, token: 'new' });
    expect(await one.sessions.get('ann')).toEqual({ user: 'ann', token: 'new' });
    const counts = one.manager.cache<number>('counts', { codec: codecWith('k1') });
    expect(await counts.increment('n', 5)).toBe(5);
    await counts.set('n', 1.5);
    expect(await counts.get('n')).toBe(1.5);
  });
});

describe('the store', () => {
  it('sees keys, tags, terms, numbers and lengths, and nothing else of an entry', async () => {
    const { provider, written } = byteStore();
    await using one = processWith({ provider }, 'k1');
    await one.sessions.set('key:ann', session('term-ann'), { tags: ['a tag'] });
    await one.manager.cache<number>('numbers', { codec: codecWith('k1') }).set('pin', 987_654);
    const seen = Buffer.concat(written).toString('latin1');
    expect(seen).not.toContain('token of');
    expect(seen).toContain('a tag');
    expect(seen).toContain('term-ann');
    await using other = processWith({ provider }, 'none of its keys');
    const numbers = other.manager.cache<number>('numbers', { codec: codecWith('k9') });
    expect(await numbers.get('pin')).toBe(987_654);
  });

  it('cannot pass off the entry of one key as that of another', async () => {
    let swapped = false;
    const { provider } = byteStore();
    const swapping = intercept(provider, ({ method, args }, run) =>
      method === 'get' && swapped ? run((args[0] as string).replace('ann', 'bob')) : run(...args),
    );
    await using one = processWith({ provider: swapping }, 'k1');
    await one.sessions.set('ann', session('ann'));
    await one.sessions.set('bob', session('bob'));
    swapped = true;
    expect(await one.sessions.get('bob')).toEqual(session('bob'));
    await expect(one.sessions.get('ann')).rejects.toMatchObject({ code: 'CODEC_FAILED', key: 'ann' });
    expect(await one.sessions.get('ann', { onFailure: 'open' })).toBeUndefined();
  });

  it('cannot pass off an entry as one of another schema version', async () => {
    let forges = false;
    // The version stands in the clear, behind the id of the codec.
    const forged = (data: Uint8Array): Uint8Array => {
      const text = Buffer.from(data).toString('latin1');
      return forges ? Buffer.from(text.replace('aes(core1)\0\x02', 'aes(core1)\0\x01'), 'latin1') : data;
    };
    const { provider } = byteStore();
    const forging = intercept(provider, async ({ method, args }, run) => {
      const found = (await run(...args)) as { readonly data: Uint8Array } | undefined;
      return method === 'get' && found !== undefined ? { ...found, data: forged(found.data) } : found;
    });
    const migrated: unknown[] = [];
    await using manager = createManager({ providers: [forging] });
    const sessions = manager.cache<Session>('sessions', {
      codec: codecWith('k1'),
      onFailure: 'throw',
      schemaVersion: 2,
      migrate: (old) => (migrated.push(old), session('migrated')),
    });
    await sessions.set('ann', session('ann'));
    expect(await sessions.get('ann')).toEqual(session('ann'));
    forges = true;
    await expect(sessions.get('ann')).rejects.toMatchObject({ code: 'CODEC_FAILED', key: 'ann' });
    await expect(sessions.update('ann', () => session('bob'))).rejects.toMatchObject({
      code: 'CODEC_FAILED',
    });
    expect(migrated).toEqual([]);
  });

  it('keeps namespaces apart, of a cache and of a manager', async () => {
    let from = '';
    let to = '';
    const { provider } = byteStore();
    const moving = intercept(provider, ({ method, args }, run) =>
      method === 'get' && from !== '' ? run((args[0] as string).replace(from, to)) : run(...args),
    );
    const options = { codec: codecWith('k1'), onFailure: 'throw' } as const;
    await using prod = createManager({ providers: [moving], namespace: 'prod' });
    await using stage = createManager({ providers: [moving], namespace: 'stag' });
    const caches = [prod.cache<string>('c', options), stage.cache<string>('c', options)] as const;
    const acme = caches[0].namespace('acme');
    await caches[0].set('k', 'of prod');
    await caches[1].set('k', 'of stage');
    await acme.set('k', 'of acme');
    expect(await Promise.all([...caches, acme].map((cache) => cache.get('k')))).toEqual([
      'of prod',
      'of stage',
      'of acme',
    ]);
    [from, to] = ['prod/', 'stag/'];
    await expect(caches[0].get('k')).rejects.toMatchObject({ code: 'CODEC_FAILED' });
    [from, to] = ['c.acme:', 'c:'];
    await expect(acme.get('k')).rejects.toMatchObject({ code: 'CODEC_FAILED' });
  });
});
