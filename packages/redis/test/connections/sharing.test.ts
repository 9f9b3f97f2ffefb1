import type { EventEmitter } from 'node:events';
import { createManager } from '@cache/core';
import { startCluster } from '@cache/test-servers/cluster';
import { startRedis } from '@cache/test-servers/redis';
import { Cluster, Redis } from 'ioredis';
import { afterAll, expect, expectTypeOf, test } from 'vitest';
import { redis, type IoredisClient, type RedisOptions } from '../../src/index.ts';
import { failureOf, openCache, PATIENT_MS } from './caches.ts';

const [server, cluster] = await Promise.all([
  startRedis({ unixSocket: true, port: 0 }),
  startCluster({ masters: 3, replicas: 0, nodeTimeout: 15_000 }),
]);
afterAll(() => Promise.all([server.stop(), cluster.stop()]));

const path = server.socketPath ?? '';
const proper = { maxRetriesPerRequest: 0, enableOfflineQueue: false } as const;
const properCluster = { retryDelayOnFailover: 0 } as const;

test('databases and prefixes keep entries and wake-ups apart', async () => {
  await using one = openCache({ path });
  await using prefixed = openCache({ path, prefix: 'stage:' });
  await using numbered = openCache({ url: `${server.url}?database=3` });
  const all = [one, prefixed, numbered];
  await Promise.all(all.map(({ cache }, at) => cache.set('k', at)));
  expect(await Promise.all(all.map(({ cache }) => cache.get('k')))).toEqual([0, 1, 2]);
  await prefixed.cache.clear();
  expect(await Promise.all(all.map(({ cache }) => cache.get('k')))).toEqual([0, undefined, 2]);
});

test('a space that was cut into other partitions is refused, by both numbers', async () => {
  await using one = openCache({ path, prefix: 'cut:' });
  await one.cache.set('k', 1);
  await using other = openCache({ path, prefix: 'cut:', partitions: 4 });
  await expect(other.cache.get('k')).rejects.toThrow(TypeError);
  await expect(other.cache.get('k')).rejects.toThrow(/was made with 1 partitions, not 4: give partitions: 1/);
});

test.each<[string, () => Redis | Cluster]>([
  ['a client', () => new Redis({ path, ...proper })],
  ['a client that has not connected yet', () => new Redis({ path, lazyConnect: true, ...proper })],
  ['a Cluster', () => new Cluster([...cluster.addresses], properCluster)],
])('%s that the caller owns is used, never closed, and keeps no listener of ours', async (_, make) => {
  const client = make();
  try {
    const listeners = client.listenerCount('error');
    const opened = openCache({ client });
    await opened.cache.set('k', 'v');
    expect(await opened.cache.getOrSet('l', () => 1)).toBe(1);
    await opened[Symbol.asyncDispose]();
    expect(client.status).toBe('ready');
    expect(await client.set('own', '1')).toBe('OK');
    expect(client.listenerCount('error')).toBe(listeners);
    await using again = openCache({ client });
    expect(await again.cache.get('k')).toBe('v');
  } finally {
    client.disconnect();
  }
});

test.each<[string, () => Redis | Cluster, RegExp]>([
  [
    'by default',
    () => new Redis({ lazyConnect: true }),
    /write again .*maxRetriesPerRequest: 0, enableOfflineQueue: false/,
  ],
  [
    'with retries',
    () => new Redis({ lazyConnect: true, ...proper, maxRetriesPerRequest: 1 }),
    /maxRetriesPerRequest: 0$/,
  ],
  [
    'with a key prefix',
    () => new Redis({ lazyConnect: true, ...proper, keyPrefix: 'a:' }),
    /keyPrefix.*give the prefix as an option here/,
  ],
  [
    'with pipelines of its own',
    () => new Redis({ lazyConnect: true, ...proper, enableAutoPipelining: true }),
    /other commands than it is given; make it with enableAutoPipelining: false$/,
  ],
  [
    'with numbers as texts',
    () => new Redis({ lazyConnect: true, ...proper, stringNumbers: true }),
    /stringNumbers: false/,
  ],
  ['a Cluster by default', () => new Cluster([], { lazyConnect: true }), /retryDelayOnFailover: 0/],
  [
    'a Cluster that pipelines of itself',
    () => new Cluster([], { lazyConnect: true, ...properCluster, enableAutoPipelining: true }),
    /enableAutoPipelining: false/,
  ],
  [
    'a Cluster whose nodes connect again',
    () => new Cluster([], { lazyConnect: true, ...properCluster, clusterNodeRetryStrategy: () => 1 }),
    /clusterNodeRetryStrategy: null/,
  ],
  [
    'a Cluster that reads from replicas',
    () => new Cluster([], { lazyConnect: true, ...properCluster, scaleReads: 'slave' }),
    /replicas.*scaleReads: 'master'/,
  ],
])('a client made %s is refused, by the options to change', (_, make, reason) => {
  const client = make();
  try {
    expect(() => redis({ client })).toThrow(TypeError);
    expect(() => redis({ client })).toThrow(reason);
  } finally {
    client.disconnect();
  }
});

test('G11: of a client on which the program has begun a transaction nothing is told that is not so', async () => {
  const client = new Redis({ path, ...proper });
  await using opened = openCache({ client });
  const { cache, numbers } = opened;
  try {
    await cache.set('k', 'before');
    await numbers.set('n', 1);
    await client.multi({ pipeline: false });
    const questions = [cache.get('k'), cache.has('k'), cache.getEntry('k'), cache.getByIndex('none', 'x')];
    const changes = [
      cache.set('k', 'x'),
      cache.setIfExists('k', 'x'),
      cache.delete('k'),
      cache.getAndDelete('k'),
      cache.touch('k'),
      numbers.increment('n'),
      cache.invalidateTags(['t']),
      cache.deleteByPattern('*'),
      cache.clear(),
    ];
    const failures = await Promise.all([...questions, ...changes].map((call) => failureOf(call)));
    for (const { code } of failures.slice(0, questions.length)) expect(code).toBe('UNAVAILABLE');
    for (const { code } of failures.slice(questions.length)) expect(code).toBe('UNKNOWN_OUTCOME');
    for (const { message } of failures)
      expect(message).toMatch(
        /QUEUED .* a transaction .*\(give redis\(\) a client that nothing else uses\)$/,
      );
    await client.discard();
    expect(await cache.get('k')).toBe('before');
    expect(await numbers.increment('n')).toBe(2);
  } finally {
    client.disconnect();
  }
});

/** As another version of ioredis declares its clients: classes with private members, which are no classes of this one. */
declare class OtherRedis {
  private connector: unknown;
  readonly isCluster: boolean;
  status: 'wait' | 'connecting' | 'connect' | 'ready' | 'close' | 'reconnecting' | 'end';
  options: { host?: string; maxRetriesPerRequest?: number | null };
  connect(callback?: (error?: Error | null) => void): Promise<void>;
  callBuffer(command: string, callback?: (error?: Error | null, result?: unknown) => void): Promise<unknown>;
  callBuffer(...args: [command: string, ...args: (string | Buffer | number)[]]): Promise<unknown>;
  on(event: 'ready', listener: () => void): this;
  on(event: string | symbol, listener: (...args: unknown[]) => void): this;
  off(event: string | symbol, listener: (...args: unknown[]) => void): this;
}

test('clients of this and of other versions of ioredis are clients, and other things are not', () => {
  expectTypeOf<Redis>().toExtend<IoredisClient>();
  expectTypeOf<Cluster>().toExtend<IoredisClient>();
  expectTypeOf<OtherRedis>().toExtend<IoredisClient>();
  expectTypeOf<RedisOptions['client']>().toEqualTypeOf<IoredisClient | undefined>();
  expectTypeOf<string>().not.toExtend<IoredisClient>();
  expectTypeOf<EventEmitter>().not.toExtend<IoredisClient>();
});

test('what a client that is made already cannot be told is refused', () => {
  const client = new Redis({ lazyConnect: true, ...proper });
  const options: RedisOptions = { client, password: 'secret', database: 1 };
  expect(() => redis(options)).toThrow(/password and database cannot be told to a client/);
  client.disconnect();
});

test('a client of the caller that is gone is an error, and nothing waits for it', async () => {
  const client = new Redis({ path, ...proper, retryStrategy: () => null });
  await using opened = openCache({ client }, 300);
  await opened.cache.set('k', 'v');
  client.disconnect();
  expect(await failureOf(opened.cache.get('k'))).toMatchObject({ code: 'UNAVAILABLE' });
});

test('caches of one provider share its connections, and the last that closes ends them', async () => {
  using watcher = await server.connect();
  const clients = async (): Promise<number> =>
    Number(/connected_clients:(\d+)/.exec(String(await watcher.send('INFO', 'clients')))?.[1]);
  const before = await clients();
  const manager = createManager({
    providers: [redis({ path, deadline: PATIENT_MS })],
    defaults: { deadline: PATIENT_MS },
  });
  const [a, b] = [manager.cache('a'), manager.cache('b')];
  await Promise.all([a.set('k', 1), b.set('k', 1)]);
  expect(await clients()).toBe(before + 2);
  await a.close();
  expect(await b.get('k')).toBe(1);
  await manager.close();
  await expect.poll(clients).toBe(before);
});
