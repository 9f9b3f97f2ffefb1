/** Ways to update a value on one connection of ioredis, of which one is right. */
import type { Redis } from 'ioredis';
import type { Updates } from './updates.ts';

function over(client: Redis, update: Updates['update']): Updates {
  return {
    get: async (key) => (await client.get(key)) ?? undefined,
    update,
    increment: (key) => client.incr(key),
  };
}

/** Compares and sets in one step. */
export function compareThenSet(client: Redis): Updates {
  const script =
    "if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end redis.call('SET', KEYS[1], ARGV[2]) return 1";
  return over(client, async (key, updater) => {
    for (;;) {
      const value = (await client.get(key)) ?? undefined;
      const next = String(await updater(value));
      if ((await client.eval(script, 1, key, value ?? '', next)) === 1) return next;
    }
  });
}

/** Another write comes between the two. */
export function getThenSet(client: Redis): Updates {
  return over(client, async (key, updater) => {
    const next = String(await updater((await client.get(key)) ?? undefined));
    await client.set(key, next);
    return next;
  });
}

/** All that share the connection share what it watches: the EXEC of one forgets what the other watched. */
export function watchOnSharedConnection(client: Redis): Updates {
  return over(client, async (key, updater) => {
    for (;;) {
      await client.watch(key);
      const next = String(await updater((await client.get(key)) ?? undefined));
      if ((await client.multi().set(key, next).exec()) !== null) return next;
    }
  });
}
