/** Locks under a prefix that nobody else has, and a way to see and touch what they leave on the server. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Clock } from '@cache/core';
import type { ProvidedRedis } from '@cache/test-servers/redis.global';
import { Redis } from 'ioredis';
import { inject } from 'vitest';
import { createLocks, type Locks, type LocksOptions } from '../../src/lock/index.ts';

export interface LockScene extends AsyncDisposable {
  readonly prefix: string;
  /** A connection beside those of the locks. */
  readonly redis: Redis;
  /** One more process, as far as the server can tell. Closed with the scene. */
  locks(options?: LocksOptions): Locks;
  /** The same on a clock that stands still, for which a connection has to be there before. */
  locksOn(clock: Clock, options?: LocksOptions): Promise<Locks>;
  /** Where a key is locked. */
  nameOf(key: string): string;
  /** What is on the server: names without the prefix, and milliseconds to live, -1 for ever. */
  left(): Promise<ReadonlyMap<string, number>>;
}

/** On the server of `url`, or else on the one that all test files share. */
export function lockScene(url?: string): LockScene {
  const shared: ProvidedRedis = inject('redis');
  const prefix = `${randomUUID()}:`;
  const redis = new Redis(url ?? shared.socketPath ?? shared.url, { maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined);
  const opened: Locks[] = [];
  const clients: Redis[] = [redis];
  return {
    prefix,
    redis,
    locks(options) {
      const locks = createLocks({ url: url ?? shared.url, prefix, ...options });
      opened.push(locks);
      return locks;
    },
    async locksOn(clock, options) {
      const client = redis.duplicate({ maxRetriesPerRequest: 0, enableOfflineQueue: false });
      clients.push(client);
      await once(client, 'ready');
      const locks = createLocks({ client, prefix, clock, ...options });
      opened.push(locks);
      return locks;
    },
    nameOf: (key) => `k:{${prefix}lock}${key}`,
    async left() {
      const found = new Map<string, number>();
      for await (const names of redis.scanStream({ match: `*{${prefix}lock}*`, count: 1_000 })) {
        for (const name of names as readonly string[])
          found.set(name.replace(prefix, ''), await redis.pttl(name));
      }
      return found;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((locks) => locks.close()));
      for (const client of clients) client.disconnect();
    },
  };
}

/** Resolves when `signal` fires. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
