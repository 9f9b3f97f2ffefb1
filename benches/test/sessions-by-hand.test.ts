/** That the sessions which `session/lines.ts` counts by hand can do what the session manager can: judged by its own kit. */
import { callbackify } from 'node:util';
import { systemClock, type Manager } from '@cache/core';
import { memory } from '@cache/memory';
import { createSessionManager } from '@cache/session';
import { sessionConformance } from '@cache/session/testing';
import { startRedis } from '@cache/test-servers/redis';
import { Store, type SessionData } from 'express-session';
import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { managerByHand } from '../session/by-hand/cache-by-hand.ts';
import { LocalLocks, RedisLocks } from '../session/by-hand/locks.ts';

type Done<T> = (error?: unknown, value?: T) => void;

/** A store as connect-redis is one: each session is a text under its id, written and removed without a condition. */
class TextStore extends Store {
  readonly #cache: ReturnType<Manager['cache']>;

  constructor(manager: Manager, name: string) {
    super();
    this.#cache = manager.cache(name, { onFailure: 'throw', jitter: 0, deadline: '10s', breaker: false });
  }

  override get(id: string, done: Done<SessionData | null>): void {
    answer(async () => {
      const text = await this.#cache.get(id);
      return text === undefined ? null : (JSON.parse(text as string) as SessionData);
    }, done);
  }

  override set(id: string, session: SessionData, done?: Done<unknown>): void {
    const ttl = (session.cookie as { maxAge?: number }).maxAge ?? 1;
    const text = JSON.stringify(session);
    answer(() => this.#cache.set(id, text, { ttl }), done);
  }

  override destroy(id: string, done?: Done<unknown>): void {
    answer(() => this.#cache.delete(id), done);
  }

  override all(done: Done<SessionData[]>): void {
    answer(() => this.#all(), done);
  }

  override clear(done?: Done<unknown>): void {
    answer(() => this.#cache.clear(), done);
  }

  async #all(): Promise<SessionData[]> {
    const found: SessionData[] = [];
    for await (const id of this.#cache.keys()) {
      const text = await this.#cache.get(id);
      if (text !== undefined) found.push(JSON.parse(text as string) as SessionData);
    }
    return found;
  }
}

function answer<T>(work: () => Promise<T>, done: Done<T> | undefined): void {
  callbackify(work)((error, value) => done?.(error, value));
}

/** Cases that hold a step of one process back and ask another for one that here waits for the lock of the first. */
const NOT_ASKED: ReadonlySet<string> = new Set(['T3', 'T13 late', 'flash late']);

const locksOf = new Map<string, LocalLocks>();

describe('sessions by hand', () => {
  const cases = sessionConformance({
    name: 'a store with locks',
    provider: () => memory(),
    rounds: 5,
    make(options) {
      const { name = '', manager, clock = systemClock() } = options;
      // The processes of a case have one server of locks.
      const locks = locksOf.get(name) ?? new LocalLocks();
      locksOf.set(name, locks);
      const { cache: _, ...own } = options;
      return createSessionManager({
        ...own,
        manager: managerByHand(new TextStore(manager, name), locks, clock),
      });
    },
  });
  for (const { id, name, run, skipped } of cases) {
    if (NOT_ASKED.has(id)) {
      test.skip(`${name} (it holds back what has a lock)`, run);
      continue;
    }
    if (skipped === undefined) test(name, () => expect(run()).resolves.toBeUndefined());
    else test.skip(`${name} (${skipped})`, run);
  }
});

test('of changes under a lock of two processes on one Redis none is lost', async () => {
  await using server = await startRedis({ unixSocket: true });
  const clients = [new Redis(server.socketPath as string), new Redis(server.socketPath as string)];
  try {
    const [one, other] = clients.map((client) => new RedisLocks(client)) as [RedisLocks, RedisLocks];
    const count = async (client: Redis): Promise<void> => {
      const before = Number(await client.get('count'));
      await client.set('count', before + 1);
    };
    await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        (n % 2 === 0 ? one : other).hold('count', () => count(clients[n % 2] as Redis)),
      ),
    );
    expect(await clients[0]?.get('count')).toBe('40');
    await expect(one.hold('count', () => Promise.reject(new Error('the work failed')))).rejects.toThrow(
      'work',
    );
    expect(await other.hold('count', async () => 'free')).toBe('free');
  } finally {
    for (const client of clients) client.disconnect();
  }
});
