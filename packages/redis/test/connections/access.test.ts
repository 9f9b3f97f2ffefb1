import { startRedis } from '@cache/test-servers/redis';
import { afterAll, expect, test } from 'vitest';
import type { RedisOptions } from '../../src/index.ts';
import { failureOf, openCache } from './caches.ts';
import { readmeUser } from './permissions.ts';

const PASSWORD = 'hunter2';
const [, , , , ...access] = readmeUser({ onCluster: false }).split(' ');
const rights = access.slice(2).join(' ');

const server = await startRedis({
  acl: [
    `user default on >${PASSWORD} ~* &* +@all`,
    `user app on >${PASSWORD} ~?:{app:* &app:inbox:* ${rights}`,
    `user noscripts on >${PASSWORD} ~* &* +@all -@scripting`,
    `user nokeys on >${PASSWORD} ~other:* &* +@all`,
    `user nochannels on >${PASSWORD} ~* resetchannels +@all`,
    `user nowrites on >${PASSWORD} ~* &* +@all -set`,
  ],
});
afterAll(() => server.stop());

const as = (username: string): RedisOptions => ({
  host: '127.0.0.1',
  port: server.port,
  prefix: 'app:',
  username,
  password: PASSWORD,
});

test('a user with the rights that an error names, its keys and its channels can do everything', async () => {
  await using opened = openCache(as('app'));
  const cache = opened.manager.cache<number>('numbers', { indexes: { parity: (n) => String(n % 2) } });
  await cache.set('a', 1, { tags: ['t'] });
  expect(await cache.getOrSet('b', () => 2)).toBe(2);
  expect(await cache.increment('a')).toBe(2);
  expect((await cache.getByIndex('parity', '0')).size).toBe(2);
  expect(await cache.deleteByPattern('b*')).toBe(1);
  await cache.invalidateTags(['t']);
  expect(await cache.get('a')).toBeUndefined();
  await cache.clear();
  expect(await cache.health()).toMatchObject({
    status: 'ok',
    details: { role: 'master', policy: 'noeviction' },
  });
});

test.each<[string, RedisOptions, RegExp]>([
  [
    'a wrong password',
    { ...as('app'), password: 'wrong-hunter2' },
    /WRONGPASS.*\(.*another user or password\)/,
  ],
  ['no password', { host: '127.0.0.1', port: server.port }, /NOAUTH.*\(.*another user or password\)/],
  [
    'a user who may run no scripts',
    as('noscripts'),
    new RegExp(`NOPERM.*evalsha.*it needs ${rights.replaceAll('+', '\\+')}, on a Cluster \\+cluster`),
  ],
  ['a user without the keys', as('nokeys'), /NOPERM.*keys.*\(.*its keys/],
  ['a user without the channels', as('nochannels'), /NOPERM.*channels.*\(.*its channels/],
])(
  '%s is one clear error before anything is sent, again and again until it is right',
  async (_, options, reason) => {
    await using opened = openCache(options);
    const { cache } = opened;
    for (const attempt of [
      cache.set('k', 1),
      cache.get('k'),
      cache.getOrSet('k', () => 1),
      cache.delete('k'),
    ]) {
      const error = await failureOf(attempt);
      expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringMatching(reason) });
      expect(error.message).toContain(`127.0.0.1:${server.port}`);
      expect(`${error.message} ${String(error.cause)}`).not.toContain(PASSWORD);
    }
    expect(await opened.cache.get('k', { onFailure: 'open' })).toBeUndefined();
  },
);

test('a right that is missing inside a script is found before the write, and leaves nothing half done', async () => {
  await using other = openCache(as('app'));
  await other.cache.set('k', 'before');
  await using opened = openCache(as('nowrites'));
  const error = await failureOf(opened.cache.set('k', 'after'));
  expect(error).toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(/\(the user lacks a permission/),
  });
  expect(await other.cache.get('k')).toBe('before');
});

test('a wrong password is no reason to knock all the time', async () => {
  await using opened = openCache({ ...as('app'), password: 'wrong' });
  const before = await connections();
  await failureOf(opened.cache.get('k'));
  // One for commands and one for messages, a few times; not one for each turn of a loop.
  expect((await connections()) - before).toBeLessThan(10);
});

async function connections(): Promise<number> {
  using connection = await server.connect({ username: 'default', password: PASSWORD });
  const stats = String(await connection.send('INFO', 'stats'));
  return Number(/total_connections_received:(\d+)/.exec(stats)?.[1]);
}
