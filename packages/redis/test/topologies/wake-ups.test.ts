import { createManager, type Acquired, type Cache, type Manager } from '@cache/core';
import { intercept } from '@cache/core/testing';
import { startCluster } from '@cache/test-servers/cluster';
import { until } from '@cache/test-servers/poll';
import { startRedis } from '@cache/test-servers/redis';
import { startSentinel } from '@cache/test-servers/sentinel';
import type { RedisServer } from '@cache/test-servers/server';
import { Cluster } from 'ioredis';
import { expect, test } from 'vitest';
import { redis, type RedisOptions } from '../../src/index.ts';

interface Deployment extends AsyncDisposable {
  /** For one process. */
  readonly options: () => RedisOptions;
  /** All servers that may have a subscriber. */
  readonly servers: readonly RedisServer[];
  /** Ends the server that `subscribed` names, as a failure would, and has the rest work without it. */
  readonly lose: (subscribed: RedisServer) => Promise<void>;
}

async function oneServer(): Promise<Deployment> {
  const server = await startRedis();
  return {
    options: () => ({ host: '127.0.0.1', port: server.port }),
    servers: [server],
    async lose() {
      await server.kill();
      await server.restart();
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

async function behindSentinels(): Promise<Deployment> {
  const group = await startSentinel();
  return {
    options: () => ({ sentinels: { nodes: group.addresses, name: group.name } }),
    servers: group.data,
    async lose() {
      await group.failOver();
    },
    [Symbol.asyncDispose]: () => group.stop(),
  };
}

async function aCluster(): Promise<Deployment> {
  const cluster = await startCluster();
  return {
    options: () => ({ cluster: { nodes: cluster.addresses } }),
    servers: cluster.nodes,
    async lose(subscribed) {
      await subscribed.kill();
      await cluster.settled();
    },
    [Symbol.asyncDispose]: () => cluster.stop(),
  };
}

async function aGivenCluster(): Promise<Deployment> {
  const deployment = await aCluster();
  const clients: Cluster[] = [];
  return {
    ...deployment,
    options() {
      const client = new Cluster([...(deployment.options().cluster?.nodes ?? [])], {
        retryDelayOnFailover: 0,
      });
      clients.push(client);
      return { client };
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.disconnect();
      await deployment[Symbol.asyncDispose]();
    },
  };
}

test.each([
  ['one server', oneServer],
  ['Sentinels', behindSentinels],
  ['a Cluster', aCluster],
  ['a Cluster whose client is given', aGivenCluster],
])(
  'with %s wake-ups come again after the server was lost over which they came',
  { timeout: 60_000 },
  async (_, start) => {
    await using deployment = await start();
    const leader = open(deployment.options());
    const follower = open(deployment.options());
    try {
      await until('the follower is woken', () => isWoken(leader, follower));
      // The leader listens, too: where it does so elsewhere, the follower may not have to move, but one of the two does.
      const [subscribed] = await subscribedTo(deployment.servers);
      if (subscribed === undefined) throw new Error('no server has a subscriber');
      await deployment.lose(subscribed);
      await until('the follower is woken again', () => isWoken(leader, follower), { within: 30_000 });
      expect(
        await until('the leader is woken again', () => isWoken(follower, leader), { within: 30_000 }),
      ).toBe(true);
    } finally {
      await Promise.all([leader.manager.close(), follower.manager.close()]);
    }
  },
);

interface Process {
  readonly manager: Manager;
  readonly cache: Cache<string>;
  /** What its acquires gave since the last one that was taken. */
  readonly acquired: Acquired[];
}

function open(options: RedisOptions): Process {
  const acquired: Acquired[] = [];
  const provider = intercept(redis(options), async (call, run) => {
    const answer = await run();
    if (call.method === 'acquire') acquired.push(answer as Acquired);
    return answer;
  });
  const manager = createManager({ providers: [provider] });
  return { manager, cache: manager.cache<string>('woken', { breaker: false }), acquired };
}

let round = 0;

/**
 * Whether the end of a load in one process reaches another that waits for it by a message, which has the value: who is not told looks again
 * by itself, with one more acquire.
 */
async function isWoken(leader: Process, follower: Process): Promise<boolean> {
  const key = `k${++round}`;
  const gate = Promise.withResolvers<string>();
  const begun = Promise.withResolvers<void>();
  const leading = leader.cache.getOrSet(key, () => {
    begun.resolve();
    return gate.promise;
  });
  await begun.promise;
  follower.acquired.length = 0;
  const following = follower.cache.getOrSet(key, () => 'its own');
  try {
    await until('the follower waits', () => follower.acquired[0]?.status === 'wait', { within: 5_000 });
  } finally {
    gate.resolve('led');
  }
  expect(await leading).toBe('led');
  return (await following) === 'led' && follower.acquired.length === 1;
}

/** The running servers over which wake-ups come. */
async function subscribedTo(servers: readonly RedisServer[]): Promise<readonly RedisServer[]> {
  const found: RedisServer[] = [];
  for (const server of servers.filter(({ running }) => running)) {
    const channels = (await server.command('PUBSUB', 'CHANNELS', '*inbox:*')) as readonly string[];
    if (channels.length > 0) found.push(server);
  }
  return found;
}
