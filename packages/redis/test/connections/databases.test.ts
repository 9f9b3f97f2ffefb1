import { once } from 'node:events';
import { startRedis } from '@cache/test-servers/redis';
import { until } from '@cache/test-servers/poll';
import { Redis } from 'ioredis';
import { afterAll, afterEach, expect, test } from 'vitest';
import { createLocks } from '../../src/lock/index.ts';
import type { RedisOptions } from '../../src/index.ts';
import { failureOf, openCache } from './caches.ts';

const PASSWORD = 'hunter2';
const server = await startRedis({
  args: ['--databases', '16'],
  acl: ['user default on nopass ~* &* +@all', `user app on >${PASSWORD} ~* &* +@all -select`],
});
afterAll(() => server.stop());
afterEach(async () => {
  await server.command('FLUSHALL');
});

const at = { host: '127.0.0.1', port: server.port };
const proper = { ...at, maxRetriesPerRequest: 0, enableOfflineQueue: false } as const;

/** Nothing may ever lie in the database that nobody asked for. */
async function expectUntouched(): Promise<void> {
  expect(await server.command('DBSIZE')).toBe(0);
}

test.each<[string, RedisOptions, RegExp]>([
  ['by option', { ...at, database: 99 }, /database 99 was refused: .*\(the server has fewer databases/],
  ['by URL', { url: `redis://127.0.0.1:${server.port}/99` }, /database 99 was refused/],
  [
    'to a user who may not select',
    { ...at, database: 3, username: 'app', password: PASSWORD },
    /database 3 was refused: NOPERM.*\(the user lacks a permission/,
  ],
])(
  'a database that is refused, %s, is one clear error each time, and no other is used',
  async (_, options, reason) => {
    await using opened = openCache(options);
    for (const attempt of [
      () => opened.cache.ready(),
      () => opened.cache.set('k', 1),
      () => opened.cache.ready(),
      () => opened.cache.get('k'),
      () => opened.cache.set('k', 1),
    ])
      expect(await failureOf(attempt())).toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringMatching(reason),
      });
    await using locks = createLocks(options);
    expect(await failureOf(locks.withLock('k', () => 1))).toMatchObject({ code: 'UNAVAILABLE' });
    await expectUntouched();
  },
);

test.each<[string, (client: Redis) => Promise<unknown>]>([
  ['that stands already', (client) => new Promise((resolve) => void client.once('ready', resolve))],
  ['that has not connected yet', async () => undefined],
  ['that is being refused it', (client) => new Promise((resolve) => void client.once('error', resolve))],
])('a given client %s in another database than its own is refused', async (_, prepare) => {
  const client = new Redis({ ...proper, db: 99 });
  client.on('error', () => undefined);
  try {
    await prepare(client);
    await using opened = openCache({ client });
    for (let time = 0; time < 2; time++)
      expect(await failureOf(opened.cache.set('k', 1))).toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringMatching(/database 99 was refused/),
      });
    await using locks = createLocks({ client });
    expect(await failureOf(locks.withLock('k', () => 1))).toMatchObject({ code: 'UNAVAILABLE' });
    await expectUntouched();
  } finally {
    client.disconnect();
  }
});

test('a given client in its database is used, also after it connected again', async () => {
  const client = new Redis({ ...proper, db: 3, retryStrategy: () => 1 });
  try {
    await once(client, 'ready');
    await using opened = openCache({ client });
    await opened.cache.set('k', 1);
    client.disconnect(true);
    expect(await until('it answers again', () => opened.cache.get('k'))).toBe(1);
    await expectUntouched();
  } finally {
    client.disconnect();
  }
});

test('a database that is granted again is used', async () => {
  await using opened = openCache({ ...at, database: 3, username: 'app', password: PASSWORD });
  await failureOf(opened.cache.set('k', 1));
  await server.command('ACL', 'SETUSER', 'app', '+select');
  try {
    await until('it is used', () => opened.cache.set('k', 1).then(() => true));
    await expectUntouched();
  } finally {
    await server.command('ACL', 'SETUSER', 'app', '-select');
  }
});
