import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { createManager, isCacheError, type Cache, type Manager } from '@cache/core';
import { until } from '@cache/test-servers/poll';
import { startRedis } from '@cache/test-servers/redis';
import type { RedisServer } from '@cache/test-servers/server';
import { expect, test } from 'vitest';
import { redis } from '../../src/index.ts';

const FOR_MS = process.env['CACHE_LONG'] === '1' ? 15_000 : 1_500;
const WORKERS = 40;
const DEADLINE_MS = 500;

/** What a server may do at any moment. */
const FAULTS: readonly ((server: RedisServer) => Promise<unknown>)[] = [
  (server) => server.command('SCRIPT', 'FLUSH'),
  (server) => server.command('CLIENT', 'KILL', 'TYPE', 'normal'),
  (server) => server.command('FLUSHALL'),
  (server) => server.command('DEL', 'm:{chaos/c:0}'),
  (server) => server.command('CLIENT', 'KILL', 'TYPE', 'pubsub'),
  async (server) => {
    server.pause();
    await sleep(DEADLINE_MS / 5);
    server.resume();
  },
];

const refuse = (): never => {
  throw new Error('of the loader');
};

/** What a program may do at any moment. */
const WORK: readonly ((cache: Cache<unknown>, key: string) => Promise<unknown>)[] = [
  (cache, key) => cache.get(key),
  (cache, key) => cache.set(key, 'a', { tags: ['A'] }),
  (cache, key) => cache.getOrSet(key, async () => 'b', { tags: ['A', 'B'] }),
  (cache, key) => cache.getOrSet(key, refuse),
  (cache, key) => cache.delete(key),
  (cache) => cache.invalidateTags(['A']),
  (cache) => cache.getByIndex('first', 'a'),
  (cache) => cache.deleteByIndex('first', 'b'),
  (cache, key) => cache.update(key, () => 'c'),
  (cache, key) => (cache.namespace('counts') as Cache<number>).increment(key),
  (cache, key) => cache.getMany([key, 'k1', 'k2']),
  (cache, key) => cache.touch(key),
  (cache) => cache.clear(),
  (cache) => cache.deleteByPattern('k1*'),
  (cache, key) => cache.getEntry(key),
  (cache) => cache.addIndex('manual', 'k*', 'x'),
];

function open(server: RedisServer): { readonly manager: Manager; readonly cache: Cache<unknown> } {
  const manager = createManager({
    namespace: 'chaos',
    providers: [redis({ url: server.url, deadline: DEADLINE_MS })],
  });
  const cache = manager.cache<unknown>('c', {
    indexes: { first: (value) => String(value).slice(0, 1) },
    deadline: DEADLINE_MS,
    timeout: '3s',
    breaker: false,
  });
  return { manager, cache };
}

test(
  'G10, G13: whatever a server does meanwhile, every call ends, with a value or a typed error',
  { timeout: FOR_MS + 20_000 },
  async () => {
    await using server = await startRedis();
    const [one, other] = [open(server), open(server)];
    const endsAt = performance.now() + FOR_MS;
    const end = new AbortController();
    const wrong: unknown[] = [];
    const calls = { ended: 0, failed: 0 };
    const worker = async (number: number): Promise<void> => {
      for (let at = 0; !end.signal.aborted; at++) {
        const { cache } = number % 2 === 0 ? one : other;
        const work = WORK[(at + number * 5) % WORK.length];
        try {
          await work?.(cache, `k${(at * 7 + number) % 11}`);
        } catch (error) {
          calls.failed += 1;
          if (!isCacheError(error) && (error as Error).message !== 'of the loader') wrong.push(error);
        }
        calls.ended += 1;
        // What fails at once must not keep the others from their turn.
        await turn();
      }
    };
    const workers = Array.from({ length: WORKERS }, (_, number) => worker(number));
    for (let at = 0; performance.now() < endsAt; at++) {
      await sleep(30);
      // Who kills all connections may kill its own.
      await FAULTS[at % FAULTS.length]?.(server).catch(() => undefined);
    }
    // In the middle of it all.
    await one.manager.close();
    end.abort();
    await Promise.all(workers);
    expect(wrong).toEqual([]);
    expect(calls.failed).toBeGreaterThan(0);
    expect(calls.ended).toBeGreaterThan(10 * WORKERS);
    await until('it serves again', async () => {
      await other.cache.set('k', 'after');
      return (await other.cache.get('k')) === 'after';
    });
    await other.manager.close();
  },
);
