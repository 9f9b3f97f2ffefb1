/** A server, and caches on it that are closed with it. */
import { randomUUID } from 'node:crypto';
import { type Cache, type CacheOptions, createManager, type ManagerOptions } from '@cache/core';
import { startRedis } from '@cache/test-servers/redis';
import type { RedisServer } from '@cache/test-servers/server';
import { redis, type RedisOptions } from '../../src/index.ts';

interface Item {
  readonly team?: string;
  readonly text?: string;
}

/** One function for all: two caches on one space must be declared alike. */
const TEAM = (value: unknown): string | undefined => (value as Item | null)?.team;

interface Opening {
  /** Default: one that nobody else has. */
  readonly namespace?: string;
  readonly provider?: RedisOptions;
  readonly cache?: Partial<CacheOptions>;
  readonly manager?: Partial<ManagerOptions>;
}

export interface OpenCache {
  readonly cache: Cache<unknown>;
  readonly namespace: string;
  readonly close: () => Promise<void>;
}

export interface HygieneScene extends AsyncDisposable {
  readonly server: RedisServer;
  /** A process of its own as far as the server can tell. */
  open(opening?: Opening): Promise<OpenCache>;
  /** The name of the marks of a namespace. */
  marksOf(namespace: string, partition?: number): string;
}

export async function hygieneScene(): Promise<HygieneScene> {
  const server = await startRedis();
  const stack = new AsyncDisposableStack();
  stack.use(server);
  return {
    server,
    async open({ namespace = randomUUID(), provider, cache: options, manager: more } = {}) {
      const manager = createManager({
        namespace,
        providers: [redis({ url: server.url, deadline: '10s', ...provider })],
        ...more,
      });
      stack.defer(() => manager.close());
      const cache = manager.cache<unknown>('shared', {
        indexes: { team: TEAM },
        deadline: '10s',
        jitter: 0,
        ...options,
      });
      await cache.ready();
      return { cache, namespace, close: () => manager.close() };
    },
    marksOf: (namespace, partition = 0) => `m:{${namespace}/shared:${partition}}`,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** The keys that match, as a walk gives them. */
export async function keysOf(cache: Cache<unknown>, pattern?: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const key of cache.keys(pattern)) found.push(key);
  return found;
}
