import { startCluster } from '@cache/test-servers/cluster';
import { faultProxy, type FaultProxy } from '@cache/test-servers/fault-proxy';
import { startRedis } from '@cache/test-servers/redis';
import { until } from '@cache/test-servers/poll';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import type { RedisOptions } from '../../src/index.ts';
import { failureOf, openCache } from './caches.ts';

/** A deployment all of whose connections go through proxies. */
interface Proxied extends AsyncDisposable {
  readonly options: RedisOptions;
  readonly proxies: readonly FaultProxy[];
}

async function oneServer(): Promise<Proxied> {
  const server = await startRedis();
  const proxy = await faultProxy(server);
  return {
    options: { host: '127.0.0.1', port: proxy.port },
    proxies: [proxy],
    async [Symbol.asyncDispose]() {
      await proxy.stop();
      await server.stop();
    },
  };
}

async function aCluster(): Promise<Proxied> {
  const cluster = await startCluster({ masters: 3, replicas: 0, nodeTimeout: 15_000 });
  const proxies = await Promise.all(cluster.nodes.map((node) => faultProxy(node)));
  const behind = (at: number): { readonly host: string; readonly port: number } => ({
    host: '127.0.0.1',
    port: proxies[at]?.port ?? 0,
  });
  return {
    options: {
      cluster: {
        nodes: proxies.map((_, at) => behind(at)),
        natMap: Object.fromEntries(cluster.nodes.map(({ port }, at) => [`127.0.0.1:${port}`, behind(at)])),
      },
    },
    proxies,
    async [Symbol.asyncDispose]() {
      await Promise.all(proxies.map((proxy) => proxy.stop()));
      await cluster.stop();
    },
  };
}

const isScript = ({ command }: { readonly command: string }): boolean => command.startsWith('EVAL');

test.each([
  ['one server', oneServer],
  ['a Cluster', aCluster],
])(
  'G11: on %s a count whose reply is lost is run once, and its outcome is told to be unknown',
  async (_, start) => {
    await using deployment = await start();
    await using opened = openCache(deployment.options, 2_000);
    const cache = opened.numbers;
    for (let round = 0; round < 5; round++) {
      const key = `n${round}`;
      await until('the connection is back', () => cache.set(key, 0).then(() => true));
      expect(await cache.increment(key)).toBe(1);
      const losses = deployment.proxies.map((proxy) => proxy.loseReplies(1, isScript));
      expect(await failureOf(cache.increment(key))).toMatchObject({ code: 'UNKNOWN_OUTCOME' });
      for (const loss of losses) loss.cancel();
      expect(await until('it can be read', () => cache.get(key))).toBe(2);
    }
  },
);

test.each([
  ['one server', oneServer],
  ['a Cluster', aCluster],
])('on %s a count that was never delivered is run at most once', async (_, start) => {
  await using deployment = await start();
  await using opened = openCache(deployment.options, 2_000);
  const cache = opened.numbers;
  await cache.set('n', 0);
  expect(await cache.increment('n')).toBe(1);
  const losses = deployment.proxies.map((proxy) => proxy.loseRequests(1, isScript));
  expect(await failureOf(cache.increment('n'))).toMatchObject({ code: 'UNKNOWN_OUTCOME' });
  for (const loss of losses) loss.cancel();
  expect(await until('it can be read', () => cache.get('n'))).toBe(1);
});

test('a read whose reply is lost is asked again, and nobody hears of it', async () => {
  await using deployment = await oneServer();
  await using opened = openCache(deployment.options, 2_000);
  await opened.cache.set('k', 'v');
  const [proxy] = deployment.proxies;
  const loss = proxy?.loseReplies(1, ({ command }) => command === 'MGET' || command === 'GET');
  expect(await opened.cache.get('k')).toBe('v');
  expect(loss?.left).toBe(0);
});

test('a read whose reply is lost again and again says that there was no answer, and nothing of an outcome', async () => {
  await using deployment = await oneServer();
  await using opened = openCache(deployment.options, 300);
  await opened.cache.set('k', 'v');
  const [proxy] = deployment.proxies;
  const isQuestion = ({ command }: { readonly command: string }): boolean =>
    command === 'MGET' || command.startsWith('EVAL') || command === 'PING';
  const loss = proxy?.loseReplies(1_000, isQuestion);
  for (const question of [
    () => opened.cache.get('k'),
    () => opened.cache.getEntry('k'),
    () => opened.cache.health().then(({ error }) => Promise.reject(error as Error)),
  ]) {
    const error = await failureOf(question());
    expect(error.code).toMatch(/^(UNAVAILABLE|DEADLINE_EXCEEDED)$/);
  }
  loss?.cancel();
});

test('the proxy would show a write that runs twice: with the defaults of ioredis it does', async () => {
  await using server = await startRedis();
  await using proxy = await faultProxy(server);
  const client = new Redis({ port: proxy.port });
  try {
    await client.set('n', 0);
    proxy.loseReplies(1, ({ command }) => command === 'INCR');
    await client.incr('n');
    expect(await client.get('n')).toBe('2');
  } finally {
    client.disconnect();
  }
});
