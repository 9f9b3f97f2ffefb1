import { gate } from '@cache/core/testing';
import { until } from '@cache/test-servers/poll';
import { startRedis } from '@cache/test-servers/redis';
import { expect, test } from 'vitest';
import { failureOf, openCache } from './caches.ts';

// PUBLISH is in the middle of a step: what was done before it stays done.
test('G11: a user who loses its channels while others wait is never told that a write was not executed that was', async () => {
  await using server = await startRedis({
    acl: ['user default on >pw ~* &* +@all', 'user app on >pw ~* &* +@all'],
  });
  const at = { host: '127.0.0.1', port: server.port, password: 'pw' };
  await using app = openCache({ ...at, username: 'app' });
  await using other = openCache(at);
  await Promise.all([app.cache.ready(), other.cache.ready()]);
  using admin = await server.connect({ password: 'pw' });
  const query = gate<string>();
  const load = other.cache.getOrSet('k', () => query.pass());
  await query.arrivals();
  const leaving = new AbortController();
  const awaited = app.cache.getOrSet('k', () => 'x', { signal: leaving.signal }).catch(() => undefined);
  await until('somebody waits', async () => {
    const [lease] = (await admin.send('KEYS', 'l:*')) as string[];
    const fields = (await admin.send('HKEYS', lease ?? '')) as string[];
    return fields.some((field) => field.startsWith('w:'));
  });
  await admin.send('ACL', 'SETUSER', 'app', 'resetchannels');
  const error = await failureOf(app.cache.set('k', 'written'));
  const isThere = (await other.cache.get('k')) === 'written';
  expect(error.code).toBe(isThere ? 'UNKNOWN_OUTCOME' : 'UNAVAILABLE');
  leaving.abort();
  query.open('late');
  await Promise.all([load, awaited]);
});
