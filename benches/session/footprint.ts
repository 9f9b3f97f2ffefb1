/** What does a session take of the server's memory, with all that belongs to it? */
import { createManager } from '@cache/core';
import { redis } from '@cache/redis';
import { createSessionManager, policies } from '@cache/session';
import { startRedis } from '@cache/test-servers/redis';
import type { RedisServer } from '@cache/test-servers/server';
import { RedisStore } from 'connect-redis';
import type { SessionData } from 'express-session';
import { createClient } from 'redis';
import { inspectMachine } from '../method/machine.ts';
import { quick } from '../method/quick.ts';
import { keepResults } from '../method/results.ts';
import type { SessionFootprintFigures } from './figures.ts';

const SESSIONS = quick ? 500 : 10_000;
/** Some 100 bytes of JSON. */
const DATA = { cart: ['tea', 'milk'], locale: 'en', theme: 'dark', visits: 7, note: 'x'.repeat(30) };

const figures: SessionFootprintFigures[] = [
  { what: '@cache/session, one to a subject', each: await measure((server) => fill(server, 1, false)) },
  { what: '@cache/session, ten to a subject', each: await measure((server) => fill(server, 10, false)) },
  {
    what: '@cache/session, one to a subject, with a limit',
    each: await measure((server) => fill(server, 1, true)),
  },
  { what: 'connect-redis, nobody knows whose', each: await measure(fillStore) },
];
for (const { what, each } of figures) console.log(`${what.padEnd(48)} ${each} bytes`);
keepResults('session-footprint', { machine: inspectMachine(), figures });

async function measure(run: (server: RedisServer) => Promise<void>): Promise<number> {
  await using server = await startRedis();
  const before = await used(server);
  await run(server);
  return Math.round(((await used(server)) - before) / SESSIONS);
}

async function used(server: RedisServer): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(String(await server.command('INFO', 'memory')))?.[1]);
}

async function fill({ url }: RedisServer, each: number, isLimited: boolean): Promise<void> {
  const manager = createManager({ providers: [redis({ url })] });
  const sessions = createSessionManager({
    manager,
    secret: new Uint8Array(32).fill(1),
    policy: policies.aal2(),
    ...(isLimited && { limit: { max: 5, onExceeded: 'evict-lru' as const } }),
  });
  for (let at = 0; at < SESSIONS; at += 1)
    await sessions.create({ subject: `user-${Math.floor(at / each)}`, data: DATA, amr: ['pwd'] });
  await manager.close();
}

async function fillStore({ url }: RedisServer): Promise<void> {
  const client = createClient({ url });
  await client.connect();
  const store = new RedisStore({ client, ttl: 3_600 });
  for (let at = 0; at < SESSIONS; at += 1) {
    const data = {
      cookie: { originalMaxAge: null },
      subject: `user-${at}`,
      ...DATA,
    } as unknown as SessionData;
    await store.set(`7d0b2c1e94a14b528a55${String(at).padStart(12, '0')}`, data);
  }
  await client.close();
}
