/** Locks by name: one in a process, one for many processes on a Redis. */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Redis } from 'ioredis';

export interface Locks {
  /** Runs `work` while nobody else holds the lock `name`. */
  hold<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** For the callers of one process: first come, first served. */
export class LocalLocks implements Locks {
  readonly #last = new Map<string, Promise<unknown>>();

  async hold<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(name, settled);
    try {
      return await mine;
    } finally {
      if (this.#last.get(name) === settled) this.#last.delete(name);
    }
  }
}

const TTL_MS = 10_000;
const LONGEST_WAIT_MS = 5_000;
const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;
const EXTEND = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0`;

/** For many processes. Who holds one for too long has lost it, and does not know. */
export class RedisLocks implements Locks {
  readonly #local = new LocalLocks();
  readonly #client: Redis;

  constructor(client: Redis) {
    this.#client = client;
  }

  hold<T>(name: string, work: () => Promise<T>): Promise<T> {
    // Those of this process wait for each other here, and only one of them asks the server.
    return this.#local.hold(name, async () => {
      const key = `lock:${name}`;
      const token = randomUUID();
      await this.#acquire(key, token);
      const extending = setInterval(() => {
        this.#client.eval(EXTEND, 1, key, token, TTL_MS).catch(() => undefined);
      }, TTL_MS / 3);
      try {
        return await work();
      } finally {
        clearInterval(extending);
        await this.#client.eval(RELEASE, 1, key, token);
      }
    });
  }

  async #acquire(key: string, token: string): Promise<void> {
    const end = performance.now() + LONGEST_WAIT_MS;
    while ((await this.#client.set(key, token, 'PX', TTL_MS, 'NX')) === null) {
      if (performance.now() > end) throw new Error(`the lock ${key} was not to be had`);
      await setTimeout(5 + Math.random() * 20);
    }
  }
}
