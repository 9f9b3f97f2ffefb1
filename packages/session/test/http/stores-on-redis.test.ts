/** The stores for packages that make their own tokens, on a server, from two processes. */
import { randomUUID } from 'node:crypto';
import type { Adapter } from '@auth/core/adapters';
import { createManager } from '@cache/core';
import { redis } from '@cache/redis';
import { afterAll, expect, inject, test } from 'vitest';
import type { ProvidedRedis } from '@cache/test-servers/redis.global';
import { authjsSessions } from '../../src/http/authjs.ts';
import { secondaryStorage, type SecondaryStorageOptions } from '../../src/http/better-auth.ts';

const { url }: ProvidedRedis = inject('redis');
const SECRET = new Uint8Array(32).fill(5);
const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync());

/** Two processes' ways to what one case keeps. */
function processes<T>(open: (options: SecondaryStorageOptions) => T): readonly [T, T] {
  const name = `stores-${randomUUID()}`;
  const one = (): T => {
    const manager = createManager({ providers: [redis({ url, deadline: '10s' })] });
    stack.defer(() => manager.close());
    return open({ manager, secret: SECRET, name, cache: { deadline: '10s' } });
  };
  return [one(), one()];
}

test('better-auth: what one process writes another reads, takes once, and counts on', async () => {
  const [one, other] = processes(secondaryStorage);
  await one.set('verification:a', 'text', 60);
  expect(await other.get('verification:a')).toBe('text');
  const taken = await Promise.all(
    Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? one : other).getAndDelete('verification:a')),
  );
  expect(taken.filter((value) => value !== null)).toEqual(['text']);
  const counted = await Promise.all(
    Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? one : other).increment('10.0.0.1|/sign-in', 60)),
  );
  expect(counted.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
  expect(await other.get('10.0.0.1|/sign-in')).toBe('20');
  await one.set('kept', 'for ever');
  expect(await other.get('kept')).toBe('for ever');
});

test('better-auth: a session that one process deletes is not written back by another', async () => {
  const [one, other] = processes(secondaryStorage);
  const session = JSON.stringify({ session: { token: 'token', userId: 'ann' }, user: { id: 'ann' } });
  await one.set('token', session, 60);
  const read = await other.get('token');
  await one.delete('token');
  await other.set('token', read as string, 60);
  expect(await one.get('token')).toBeNull();
  expect(await other.get('token')).toBeNull();
});

test('Auth.js: a session of one process is extended and ended by another, and a link is good once', async () => {
  const user = { id: 'ann', email: 'ann@example.org', emailVerified: null };
  const [one, other] = processes((options) => {
    const users: Adapter = { getUser: (id) => (id === 'ann' ? user : null) };
    const { adapter, endAll } = authjsSessions({ ...options, absolute: '12h', users });
    return { ...(adapter as Required<Adapter>), endAll };
  });
  const expires = new Date(Date.now() + 60_000);
  await one.createSession({ sessionToken: 'token', userId: 'ann', expires });
  expect(await other.getSessionAndUser('token')).toEqual({
    session: { sessionToken: 'token', userId: 'ann', expires },
    user,
  });
  const later = new Date(Date.now() + 120_000);
  expect(await other.updateSession({ sessionToken: 'token', expires: later })).toMatchObject({
    expires: later,
  });
  expect((await one.getSessionAndUser('token'))?.session.expires).toEqual(later);
  expect(await one.endAll('ann')).toBe(1);
  expect(await other.getSessionAndUser('token')).toBeNull();
  expect(await other.updateSession({ sessionToken: 'token', expires: later })).toBeNull();

  const link = { identifier: 'ann@example.org', token: 'hash' };
  await one.createVerificationToken({ ...link, expires });
  const used = await Promise.all(
    Array.from({ length: 10 }, async (_, n) => (n % 2 === 0 ? one : other).useVerificationToken(link)),
  );
  expect(used.filter((each) => each !== null)).toEqual([{ ...link, expires }]);
});
