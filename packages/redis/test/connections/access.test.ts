import { createManager } from '@cache/core';
import { startRedis } from '@cache/test-servers/redis';
import { afterAll, expect, test } from 'vitest';
import { redis, type RedisOptions } from '../../src/index.ts';
import { FENCE } from '../../src/lock/fence.ts';
import * as steps from '../../src/steps.ts';
import { failureOf, openCache } from './caches.ts';
import { readmeUser } from './permissions.ts';

const PASSWORD = 'hunter2';
const [, , , , ...access] = readmeUser({ onCluster: false }).split(' ');
const rights = access.slice(2).join(' ');

const server = await startRedis({
  acl: [
    `user default on >${PASSWORD} ~* &* +@all`,
    `user app on >${PASSWORD} ~?:{app:* &app:inbox:* ${rights}`,
    `user blind on >${PASSWORD} ~?:{app:* &app:* ${rights} -info`,
    `user noscripts on >${PASSWORD} ~* &* +@all -@scripting`,
    `user nokeys on >${PASSWORD} ~other:* &* +@all`,
    `user nochannels on >${PASSWORD} ~* resetchannels +@all`,
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

test.each<[string, readonly string[], RegExp]>([
  [
    'may not write',
    ['-@write'],
    /NOPERM.* may not run SET, .*HINCRBY.*\(the user lacks a permission: it needs/,
  ],
  ['lacks one command', ['-hrandfield'], /NOPERM.* may not run HRANDFIELD in scripts/],
  ['lacks the time', ['-time'], /NOPERM.* may not run TIME in scripts/],
  ['has the entries alone', ['resetkeys', '~e:{app:*'], /NOPERM.*keys.*\(the user lacks/],
  ['may only read the keys', ['resetkeys', '%R~?:{app:*'], /NOPERM.*keys.*\(the user lacks/],
])('a user who %s is refused when the cache opens', async (_, changes, reason) => {
  using connection = await server.connect({ username: 'default', password: PASSWORD });
  await connection.send('ACL', 'SETUSER', 'app', ...changes);
  try {
    await using opened = openCache(as('app'));
    expect(await failureOf(opened.cache.ready())).toMatchObject({
      code: 'UNAVAILABLE',
      answered: true,
      message: expect.stringMatching(reason),
    });
  } finally {
    await connection.send('ACL', 'LOAD');
  }
});

test('where the policy cannot be asked for, an index set has no end that a server could evict it by', async () => {
  using connection = await server.connect({ username: 'default', password: PASSWORD });
  const endOf = async (user: string): Promise<unknown> => {
    await using opened = openCache(as(user));
    const cache = opened.manager.cache<string>(`of-${user}`, {
      indexes: { first: (text) => text.slice(0, 1) },
    });
    await cache.set('k', 'v');
    return await connection.send('PTTL', `i:{app:of-${user}:0}first=v`);
  };
  expect(await endOf('app')).toBeGreaterThan(0);
  expect(await endOf('blind')).toBe(-1);
});

test('the permissions that are asked for are those of all commands of all scripts', () => {
  const sources = [...Object.values(steps), FENCE].map(({ source }) => source);
  const used = sources.flatMap((source) =>
    [...source.matchAll(/redis\.p?call\('([A-Z]+)'/g)].map(([, name]) => name),
  );
  const asked = [...steps.OPEN.source.matchAll(/\bneed\('([A-Z]+)'/g)].map(([, name]) => name);
  // The channels are tried for themselves.
  expect(new Set([...asked, 'PUBLISH'])).toEqual(new Set(used));
});

test('a right that is taken away inside a script is found before the write, and leaves nothing half done', async () => {
  using connection = await server.connect({ username: 'default', password: PASSWORD });
  await using opened = openCache(as('app'));
  await opened.cache.set('k', 'before');
  await connection.send('ACL', 'SETUSER', 'app', '-set');
  try {
    const error = await failureOf(opened.cache.set('k', 'after'));
    expect(error).toMatchObject({
      code: 'UNKNOWN_OUTCOME',
      answered: true,
      message: expect.stringMatching(/was broken off, .*\(the user lacks a permission/),
    });
    expect(await opened.cache.get('k')).toBe('before');
  } finally {
    await connection.send('ACL', 'LOAD');
  }
});

test('whoever cannot be told of a write does not undo it', async () => {
  using connection = await server.connect({ username: 'default', password: PASSWORD });
  await using opened = openCache(as('app'));
  await opened.cache.set('k', 'before');
  await connection.send('HSET', 'l:{app:things:0}k', 't', 'token', 'w:app:inbox:elsewhere', '1');
  await connection.send('ACL', 'SETUSER', 'app', 'resetchannels');
  try {
    await opened.cache.set('k', 'after');
    expect(await opened.cache.get('k')).toBe('after');
    expect(await connection.send('EXISTS', 'l:{app:things:0}k')).toBe(0);
  } finally {
    await connection.send('ACL', 'LOAD');
  }
});

test('a login that is refused does not open the circuit: each call says what is wrong', async () => {
  const manager = createManager({ providers: [redis({ ...as('app'), password: 'wrong' })] });
  try {
    const cache = manager.cache<string>('things', { breaker: { failures: 2, halfOpenAfter: '1h' } });
    for (let n = 0; n < 5; n++)
      expect(await failureOf(cache.set('k', 'v'))).toMatchObject({
        answered: true,
        message: expect.stringContaining('WRONGPASS'),
      });
    expect(await cache.health()).toMatchObject({ breaker: 'closed' });
  } finally {
    await manager.close();
  }
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
