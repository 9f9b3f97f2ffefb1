import { createManager, isCacheError } from '@cache/core';
import { until } from '@cache/test-servers/poll';
import { startRedis } from '@cache/test-servers/redis';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { redis, type RedisOptions } from '../../src/index.ts';
import { failureOf, openCache } from './caches.ts';

const at = (server: { readonly port: number }): RedisOptions => ({ host: '127.0.0.1', port: server.port });

test('a replica is refused by what it is, without connecting all the time', async () => {
  await using master = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] });
  await using replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
  await until('the replica follows', async () =>
    String(await replica.command('INFO', 'replication')).includes('master_link_status:up'),
  );
  await using opened = openCache(at(replica), 300);
  const error = await untilFailure(() => opened.cache.set('k', 1), /READONLY/);
  expect(error).toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(/\(this is a replica: give the address of the master\)/),
  });
  const stats = String(await replica.command('INFO', 'stats'));
  expect(Number(/total_connections_received:(\d+)/.exec(stats)?.[1])).toBeLessThan(50);
});

test('a master that becomes a replica refuses writes and goes on with reads; when it is a master again all is well', async () => {
  await using master = await startRedis();
  await using server = await startRedis();
  await using opened = openCache(at(server), 300);
  await opened.cache.set('k', 'before');
  await server.command('REPLICAOF', '127.0.0.1', master.port);
  // It does not follow yet, and keeps what it has until it does.
  await server.command('CONFIG', 'SET', 'masterauth', 'wrong');
  expect(await failureOf(opened.cache.set('k', 'after'))).toMatchObject({
    code: expect.stringMatching(/^(UNAVAILABLE|UNKNOWN_OUTCOME)$/),
  });
  await server.command('REPLICAOF', 'NO', 'ONE');
  await until('writes are taken again', async () => (await opened.cache.set('k', 'again')).version !== '');
  expect(await opened.cache.get('k')).toBe('again');
});

test('a server that loads its data is waited for within the deadline, and used when it has', async () => {
  await using server = await startRedis({
    args: ['--enable-debug-command', 'yes', '--key-load-delay', '2000'],
  });
  // Each of these keys takes two milliseconds to load.
  await server.command('DEBUG', 'POPULATE', 1_000);
  await using opened = openCache(at(server), 300);
  await opened.cache.set('k', 'v');
  await server.command('SAVE');
  await server.kill();
  const restarted = server.restart();
  const error = await untilFailure(() => opened.cache.set('k', 'w'), /LOADING|not ready/);
  expect(isCacheError(error, 'UNAVAILABLE')).toBe(true);
  await restarted;
  await until('it is used again', async () => (await opened.cache.get('k')) === 'v');
});

test('without memory writes are refused by what is missing; reads, removals and clears go on', async () => {
  await using server = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] });
  await using opened = openCache(at(server));
  const { cache, numbers } = opened;
  await cache.set('kept', 'v');
  await cache.set('tagged', 'v', { tags: ['t'] });
  await cache.set('dropped', 'v');
  await cache.set('number', 1);
  await server.command('CONFIG', 'SET', 'maxmemory', '1');

  const writes: readonly (() => Promise<unknown>)[] = [
    () => cache.set('kept', 'w'),
    () => cache.set('new', 'w'),
    () => cache.setIfNotExists('new', 'w'),
    () => numbers.increment('number'),
    () => cache.update('kept', () => 'w'),
    () => cache.touch('kept'),
    () => cache.getOrSet('new', () => 'w'),
  ];
  for (const write of writes)
    expect(await failureOf(write())).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/OOM.*\(the server is out of memory/),
    });
  expect(await cache.getOrSet('new', () => 'loaded', { onFailure: 'open' })).toBe('loaded');

  expect(await cache.get('kept')).toBe('v');
  expect(await cache.get('number')).toBe(1);
  expect(await cache.has('new')).toBe(false);
  expect(await cache.getOrSet('kept', () => 'w')).toBe('v');
  expect(await cache.delete('dropped')).toBe(true);
  await cache.invalidateTags(['t']);
  expect(await cache.get('tagged')).toBeUndefined();
  expect(await cache.expire('number')).toBe(true);
  await cache.clear();
  expect(await cache.get('kept')).toBeUndefined();
  await server.command('CONFIG', 'SET', 'maxmemory', '0');
  await cache.set('kept', 'w');
  expect(await cache.get('kept')).toBe('w');
});

test('writes without memory do not open the circuit, so that removals go on', async () => {
  await using server = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] });
  const manager = createManager({ providers: [redis(at(server))] });
  try {
    const cache = manager.cache<string>('things');
    await cache.set('k', 'v');
    await server.command('CONFIG', 'SET', 'maxmemory', '1');
    for (let n = 0; n < 10; n++) await failureOf(cache.set('k', 'w'));
    expect(await cache.delete('k')).toBe(true);
  } finally {
    await manager.close();
  }
});

test.each([
  ['a text', (key: string) => ['SET', key, 'abc']],
  ['an entry of a later version', (key: string) => ['SET', key, `\u0002${'x'.repeat(100)}`]],
  [
    'an entry of a later version whose fields lie elsewhere',
    (key: string) => ['SET', key, `\u0002${'x'.repeat(70)}\0\0\0\0\0\u0005abcde`],
  ],
  ['a hash', (key: string) => ['HSET', key, 'a', 'b']],
])(
  '%s under a key of ours is one clear error, stays as it is, and goes by a write or a delete',
  async (_, make) => {
    await using server = await startRedis();
    await using opened = openCache(at(server));
    const { cache, numbers } = opened;
    await cache.set('k', 1);
    const [key] = (await server.command('KEYS', 'e:*')) as readonly [string];
    const put = async (): Promise<void> => {
      await server.command('DEL', key);
      await server.command(...make(key));
    };
    await put();
    const dump = await server.command('OBJECT', 'ENCODING', key);
    for (const attempt of [
      () => cache.has('k'),
      () => cache.getEntry('k'),
      () => numbers.increment('k'),
      () => cache.update('k', () => 2),
      () => cache.setIfNotExists('k', 2),
      () => cache.getOrSet('k', () => 2),
    ])
      expect(await failureOf(attempt())).toMatchObject({
        code: 'CODEC_FAILED',
        key: 'k',
        message: expect.stringMatching(/'k'.*delete the key, or upgrade/),
      });
    expect(await cache.get('k', { onFailure: 'open' })).toBeUndefined();
    expect(await server.command('OBJECT', 'ENCODING', key)).toBe(dump);

    await cache.set('k', 3);
    expect(await cache.get('k')).toBe(3);
    await put();
    await cache.delete('k');
    expect(await server.command('EXISTS', key)).toBe(0);
  },
);

test.each<[string, (entry: string) => string]>([
  ['in the place of an index set', (entry) => entry.replace('e:', 'i:').replace(/k$/, 'first=b')],
  ['in the place of the marks', (entry) => entry.replace('e:', 'm:').replace(/k$/, '')],
])('a text %s is one clear error, and the write did nothing', async (_, nameOf) => {
  await using server = await startRedis();
  await using opened = openCache(at(server));
  const cache = opened.manager.cache<string>('indexed', { indexes: { first: (text) => text.slice(0, 1) } });
  await cache.set('k', 'a');
  const [entry] = (await server.command('KEYS', 'e:*')) as readonly [string];
  const name = nameOf(entry);
  const before = await server.command('DUMP', entry);
  await server.command('SET', name, 'text');
  for (const write of [
    () => cache.set('k', 'b'),
    () => cache.getOrSet('l', () => 'b', { onFailure: 'throw' }),
    () => cache.setIfNotExists('l', 'b', { limit: { index: 'first', max: 1, onExceeded: 'evict-oldest' } }),
    () => cache.update('k', () => 'b'),
  ])
    expect(await failureOf(write())).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/WRONGTYPE.*\(somebody else keeps something under this key/),
    });
  expect(await server.command('DUMP', entry)).toBe(before);
  expect(await server.command('KEYS', 'e:*')).toEqual([entry]);
});

test('a text in the place of a lease stands in the way of loads alone', async () => {
  await using server = await startRedis();
  await using opened = openCache(at(server));
  const { cache } = opened;
  await cache.set('k', 1);
  const [entry] = (await server.command('KEYS', 'e:*')) as readonly [string];
  await server.command('SET', entry.replace('e:', 'l:'), 'text');
  await cache.set('k', 2);
  expect(await cache.get('k')).toBe(2);
  expect(await cache.update('k', () => 3)).toBe(3);
  expect(await cache.delete('k')).toBe(true);
  expect(await failureOf(cache.getOrSet('k', () => 4))).toMatchObject({
    message: expect.stringContaining('WRONGTYPE'),
  });
});

test('of a record that is cut off its own reader is told, and no other of the same turn', async () => {
  await using server = await startRedis();
  await using opened = openCache(at(server));
  const { cache } = opened;
  await cache.set('cut', 1, { tags: ['a'] });
  const [key] = (await server.command('KEYS', 'e:*')) as readonly [string];
  await cache.set('whole', 2, { tags: ['a'] });
  await server.command('SETRANGE', key, '71', '\u0001');
  // From here on every record has to be judged by its labels.
  await cache.invalidateTags(['b']);

  expect(await cache.getMany(['cut', 'whole'], { onFailure: 'open' })).toEqual(new Map([['whole', 2]]));
  const [cut, whole] = await Promise.allSettled([
    cache.get('cut', { onFailure: 'throw' }),
    cache.get('whole'),
  ]);
  expect(cut).toMatchObject({ status: 'rejected', reason: { code: 'CODEC_FAILED', key: 'cut' } });
  expect(whole).toEqual({ status: 'fulfilled', value: 2 });
  expect(await failureOf(cache.getEntry('cut', { onFailure: 'throw' }))).toMatchObject({
    code: 'CODEC_FAILED',
  });
  expect(await failureOf(cache.getOrSet('cut', () => 3, { onFailure: 'throw' }))).toMatchObject({
    code: 'CODEC_FAILED',
  });
});

test('an index is refused where the server may evict it, on any master; everything else works', async () => {
  await using server = await startRedis({
    args: ['--maxmemory-policy', 'allkeys-lru', '--maxmemory', '100mb'],
  });
  await using opened = openCache(at(server));
  const indexed = opened.manager.cache<string>('indexed', { indexes: { first: (text) => text.slice(0, 1) } });
  for (const attempt of [
    () => indexed.set('k', 'v'),
    () => indexed.getOrSet('k', () => 'v', { onFailure: 'throw' }),
    () => indexed.getByIndex('first', 'v'),
    () => indexed.deleteByIndex('first', 'v'),
  ])
    expect(await failureOf(attempt())).toMatchObject({
      code: 'UNSUPPORTED',
      trait: 'indexes',
      message: expect.stringMatching(/allkeys-lru.*set noeviction or volatile-ttl, or use no indexes/),
    });
  await opened.cache.set('k', 'v', { tags: ['t'] });
  expect(await opened.cache.get('k')).toBe('v');
  expect(await indexed.health()).toMatchObject({ status: 'ok', details: { policy: 'allkeys-lru' } });
});

test('scripts that the server has forgotten are sent again', async () => {
  await using server = await startRedis();
  await using opened = openCache(at(server));
  await opened.cache.set('n', 1);
  expect(await opened.numbers.increment('n')).toBe(2);
  await server.command('SCRIPT', 'FLUSH');
  expect(await opened.numbers.increment('n')).toBe(3);
});

test('a client that speaks RESP2 only is served as well', async () => {
  await using server = await startRedis();
  const client = new Redis({
    port: server.port,
    protocol: 2,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
  });
  try {
    await using opened = openCache({ client });
    await opened.cache.set('k', 'v');
    expect(await opened.cache.getOrSet('k', () => 'w')).toBe('v');
    expect(await opened.cache.delete('k')).toBe(true);
  } finally {
    client.disconnect();
  }
});

/** The first failure that says `reason`. */
async function untilFailure(attempt: () => Promise<unknown>, reason: RegExp): Promise<unknown> {
  return until(`a failure says ${reason}`, async () => {
    const error: unknown = await attempt().then(
      () => undefined,
      (failure: unknown) => failure,
    );
    return error instanceof Error && reason.test(error.message) && error;
  });
}
