import { createServer } from 'node:net';
import { createManager, isCacheError, type Cache, type Manager } from '@cache/core';
import { faultProxy } from '@cache/test-servers/fault-proxy';
import { until } from '@cache/test-servers/poll';
import { startRedis, type RedisOptions as ServerOptions } from '@cache/test-servers/redis';
import { afterAll, describe, expect, test } from 'vitest';
import { redis, type RedisOptions } from '../../src/index.ts';
import { openCache } from './caches.ts';

const DEADLINE_MS = 300;
/** So many deadlines are a hang, also on a machine that is busy. */
const BOUND_MS = 10 * DEADLINE_MS;
const TYPED = new Set(['UNAVAILABLE', 'UNKNOWN_OUTCOME', 'DEADLINE_EXCEEDED']);

type Things = Cache<unknown, unknown>;

const reads: Readonly<Record<string, (cache: Things) => Promise<unknown>>> = {
  get: (cache) => cache.get('k'),
  has: (cache) => cache.has('k'),
  getMany: (cache) => cache.getMany(['k', 'l']),
};
const changes: Readonly<Record<string, (cache: Things) => Promise<unknown>>> = {
  set: (cache) => cache.set('k', 1),
  setIfNotExists: (cache) => cache.setIfNotExists('k', 1),
  setIfExists: (cache) => cache.setIfExists('k', 1),
  compareAndSet: (cache) => cache.compareAndSet('k', 'version', 1),
  delete: (cache) => cache.delete('k'),
  getAndDelete: (cache) => cache.getAndDelete('k'),
  touch: (cache) => cache.touch('k'),
  expire: (cache) => cache.expire('k'),
  update: (cache) => cache.update('k', () => 1),
  increment: (cache) => (cache as Cache<number>).increment('k'),
  setMany: (cache) => cache.setMany([['k', 1]]),
  deleteMany: (cache) => cache.deleteMany(['k']),
  invalidateTags: (cache) => cache.invalidateTags(['t']),
  clear: (cache) => cache.clear(),
  getByIndex: (cache) => cache.getByIndex('first', 'a'),
  deleteByIndex: (cache) => cache.deleteByIndex('first', 'a'),
  deleteByPattern: (cache) => cache.deleteByPattern('*'),
  keys: async (cache) => {
    for await (const _ of cache.keys('*')) break;
  },
};

/** A server that is connected to and never says a word. */
const silent = createServer(() => undefined);
await new Promise<void>((resolve) => {
  silent.listen(0, '127.0.0.1', resolve);
});
const server = await startRedis();
const holes = await faultProxy(server);
const gone = await faultProxy(server);
await gone.down();
afterAll(async () => {
  silent.close();
  await Promise.all([holes.stop(), gone.stop()]);
  await server.stop();
});

function manage(options: RedisOptions): { readonly manager: Manager; readonly cache: Things } {
  const manager = createManager({ providers: [redis({ deadline: DEADLINE_MS, ...options })] });
  const cache = manager.cache<unknown>('things', {
    deadline: DEADLINE_MS,
    breaker: false,
    indexes: { first: (value) => String(value) },
  });
  return { manager, cache };
}

describe.each<
  [string, () => Promise<{ readonly manager: Manager; readonly cache: Things; after?: () => void }>]
>([
  ['refuses connections', async () => manage({ host: '127.0.0.1', port: gone.port })],
  [
    'has never said a word',
    async () => {
      const address = silent.address();
      return manage({ host: '127.0.0.1', port: typeof address === 'object' ? (address?.port ?? 0) : 0 });
    },
  ],
  [
    'falls silent',
    async () => {
      const managed = manage({ host: '127.0.0.1', port: holes.port });
      await managed.cache.set('k', 0);
      holes.blackHole();
      return { ...managed, after: () => holes.heal() };
    },
  ],
])('when the server %s', (_, start) => {
  test('G10: every operation ends within its deadline, typed; reads fail open, loads give their value', async () => {
    const { manager, cache, after } = await start();
    try {
      const bounded = <X>(promise: Promise<X>): Promise<X> => within(BOUND_MS, promise);
      for (const read of Object.values(reads))
        expect(await bounded(read(cache))).toSatisfy(
          (value: unknown) =>
            value === undefined || value === false || (value instanceof Map && value.size === 0),
        );
      expect(await bounded(cache.getOrSet('k', () => 'loaded'))).toBe('loaded');
      await Promise.all(
        Object.entries({
          ...changes,
          'get, which must throw': (things: Things) => things.get('k', { onFailure: 'throw' }),
          'getOrSet, which must throw': (things: Things) =>
            things.getOrSet('k', () => 1, { onFailure: 'throw' }),
        }).map(async ([name, change]) => {
          const error: unknown = await bounded(
            change(cache).then(
              (value) => value,
              (reason: unknown) => reason,
            ),
          );
          const codes = codesOf(error);
          expect(codes.length, name).toBeGreaterThan(0);
          for (const code of codes) expect(TYPED, `${name}: ${String(error)}`).toContain(code);
        }),
      );
      expect(await bounded(cache.health())).toMatchObject({ status: expect.stringMatching(/down|degraded/) });
      await bounded(manager.close());
    } finally {
      after?.();
      await manager.close();
    }
  });
});

test('a slow server is one that answers, as long as it does within the deadline', async () => {
  await using proxy = await faultProxy(server);
  await using opened = openCache({ host: '127.0.0.1', port: proxy.port }, 2_000);
  await opened.cache.set('slow', 1);
  proxy.delay({ requests: 30, replies: 30, jitter: 20 });
  expect(await opened.numbers.increment('slow')).toBe(2);
  expect(await opened.cache.getOrSet('slow', () => 7)).toBe(2);
  await Promise.all(Array.from({ length: 20 }, () => opened.numbers.increment('slow')));
  expect(await opened.cache.get('slow')).toBe(22);
});

test('after an outage everything goes on with the same manager, and the listener hears of both', async () => {
  await using proxy = await faultProxy(server);
  const manager = createManager({ providers: [redis({ host: '127.0.0.1', port: proxy.port })] });
  try {
    const cache = manager.cache<unknown>('outage', { deadline: DEADLINE_MS });
    const states: string[] = [];
    cache.on('connection', ({ state }) => states.push(state));
    await cache.set('k', 'before');
    for (let round = 0; round < 3; round++) {
      await proxy.down();
      expect(await cache.get('k')).toBeUndefined();
      await proxy.up();
      await until('it answers again', async () => (await cache.get('k')) === 'before');
      await until('writes are taken', () => cache.set('k', 'before').then(() => true));
    }
    expect(states).toEqual(['up', 'down', 'up', 'down', 'up', 'down', 'up']);
  } finally {
    await manager.close();
  }
});

test('a cache that was made while the server was away is used when it is there', async () => {
  await using own = await startRedis();
  await using proxy = await faultProxy(own);
  await proxy.down();
  const manager = createManager({ providers: [redis({ host: '127.0.0.1', port: proxy.port })] });
  try {
    const cache = manager.cache<unknown>('early', { deadline: DEADLINE_MS });
    const states: string[] = [];
    cache.on('connection', ({ state, error }) => states.push(`${state} ${String(error)}`));
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded');
    await proxy.up();
    await until('it is used', () => cache.set('k', 'stored').then(() => true));
    expect(await cache.get('k')).toBe('stored');
    expect(states).toEqual([expect.stringMatching(/^down .*ECONNREFUSED/), 'up undefined']);
  } finally {
    await manager.close();
  }
});

test('a connection that the server has forgotten is given up, and another one serves', async () => {
  await using proxy = await faultProxy(server);
  await using opened = openCache({ host: '127.0.0.1', port: proxy.port }, DEADLINE_MS);
  await opened.cache.set('half', 1);
  proxy.halfOpen();
  expect(await until('it answers again', () => opened.numbers.get('half'))).toBe(1);
});

test('failures that repeat open the circuit: then nobody waits, and it closes when the server is back', async () => {
  const options: ServerOptions = { port: 0, unixSocket: true };
  await using own = await startRedis(options);
  await using proxy = await faultProxy(own);
  const manager = createManager({ providers: [redis({ host: '127.0.0.1', port: proxy.port })] });
  try {
    const cache = manager.cache<unknown>('circuit', {
      deadline: DEADLINE_MS,
      breaker: { failures: 3, halfOpenAfter: 50 },
    });
    await cache.set('k', 1);
    await proxy.down();
    await until('the circuit is open', async () => {
      await cache.get('k');
      return (await cache.health()).breaker === 'open';
    });
    await proxy.up();
    expect(await until('the circuit is closed', async () => (await cache.get('k')) === 1)).toBe(true);
  } finally {
    await manager.close();
  }
});

/** What a failure consists of: its code, or the codes of the keys of a batch. */
function codesOf(error: unknown): readonly string[] {
  if (isCacheError(error, 'PARTIAL_FAILURE'))
    return [...error.outcomes.values()].flatMap((outcome) =>
      outcome.status === 'rejected' ? codesOf(outcome.reason) : [],
    );
  return isCacheError(error) ? [error.code] : [];
}

async function within<X>(ms: number, promise: Promise<X>): Promise<X> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it hangs: nothing within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
