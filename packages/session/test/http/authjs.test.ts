import { createManager, type Provider } from '@cache/core';
import { chaos, fakeClock, gate, intercept, type Weather } from '@cache/core/testing';
import { memory } from '@cache/memory';
import type { Adapter, AdapterSession, AdapterUser } from '@auth/core/adapters';
import { describe, expect, test } from 'vitest';
import { authjsSessions, type AuthjsOptions, type AuthjsSessions } from '../../src/http/authjs.ts';
import { usersIn } from './authjs-users.ts';

const HOUR = 3_600_000;
const clock = fakeClock();

const ANN: AdapterUser = { id: 'ann', email: 'ann@example.org', emailVerified: null };
const BOB: AdapterUser = { id: 'bob', email: 'bob@example.org', emailVerified: null };

type Methods = Required<
  Pick<
    Adapter,
    | 'createSession'
    | 'getSessionAndUser'
    | 'updateSession'
    | 'deleteSession'
    | 'createVerificationToken'
    | 'useVerificationToken'
    | 'deleteUser'
  >
>;

function sessionsOver(
  provider: Provider,
  options: Partial<AuthjsOptions> = {},
): AuthjsSessions & { readonly adapter: Methods } {
  const made = authjsSessions({
    manager: createManager({ providers: [provider], clock }),
    secret: new Uint8Array(32).fill(5),
    users: usersIn(
      new Map([
        [ANN.id, ANN],
        [BOB.id, BOB],
      ]),
    ),
    absolute: '12h',
    cache: { breaker: false, deadline: '1h' },
    clock,
    ...options,
  });
  return made as AuthjsSessions & { readonly adapter: Methods };
}

const inAnHour = (sessionToken: string, userId = 'ann'): AdapterSession => ({
  sessionToken,
  userId,
  expires: new Date(clock.now() + HOUR),
});

describe('an adapter of Auth.js', () => {
  test('keeps a session until it expires, and gives it with its user', async () => {
    const { adapter } = sessionsOver(memory());
    expect(await adapter.getSessionAndUser('one')).toBeNull();
    const session = inAnHour('one');
    expect(await adapter.createSession(session)).toEqual(session);
    expect(await adapter.getSessionAndUser('one')).toEqual({ session, user: ANN });
    clock.advance(HOUR - 1);
    expect(await adapter.getSessionAndUser('one')).not.toBeNull();
    clock.advance(1);
    expect(await adapter.getSessionAndUser('one')).toBeNull();
  });

  test('what the database can do, its adapter still does', async () => {
    const { adapter } = sessionsOver(memory());
    expect(await (adapter as Adapter).getUserByEmail?.('bob@example.org')).toEqual(BOB);
    expect(Object.hasOwn(adapter, 'listAuthenticatorsByUserId')).toBe(false);
  });

  test('a session is extended, and never beyond its absolute end', async () => {
    const { adapter } = sessionsOver(memory());
    await adapter.createSession(inAnHour('one'));
    const begun = clock.now();
    for (let hours = 1; hours < 24; hours += 1) {
      clock.advance(HOUR / 2);
      const extended = await adapter.updateSession(inAnHour('one'));
      const last = begun + 12 * HOUR;
      expect(extended?.expires.getTime()).toBe(Math.min(clock.now() + HOUR, last));
    }
    clock.advance(HOUR / 2 - 1);
    expect(await adapter.getSessionAndUser('one')).not.toBeNull();
    clock.advance(1);
    expect(await adapter.getSessionAndUser('one')).toBeNull();
    expect(await adapter.updateSession(inAnHour('one'))).toBeNull();
  });

  test('T3: an extension that was under way does not bring back what was ended', async () => {
    const place = memory();
    const held = gate();
    const slow = sessionsOver(
      intercept<Provider>(
        place,
        async (call, run) => {
          if (call.method === 'write') await held.pass();
          return run();
        },
        { synchronous: false },
      ),
    );
    const { adapter } = sessionsOver(place);
    await adapter.createSession(inAnHour('one'));
    const extending = slow.adapter.updateSession(inAnHour('one'));
    await held.arrivals();
    expect(await adapter.deleteSession('one')).toMatchObject({ userId: 'ann' });
    held.open();
    expect(await extending).toBeNull();
    expect(await adapter.getSessionAndUser('one')).toBeNull();
    expect(await adapter.deleteSession('one')).toBeNull();
  });

  test('an update that says no end changes nothing, and one in the past ends the session', async () => {
    const { adapter } = sessionsOver(memory());
    const session = inAnHour('one');
    await adapter.createSession(session);
    expect(await adapter.updateSession({ sessionToken: 'one' })).toEqual(session);
    await adapter.updateSession({ sessionToken: 'one', expires: new Date(clock.now()) });
    expect(await adapter.getSessionAndUser('one')).toBeNull();
  });

  test('a token that is taken is refused', async () => {
    const { adapter } = sessionsOver(memory());
    await adapter.createSession(inAnHour('one'));
    await expect(adapter.createSession(inAnHour('one', 'bob'))).rejects.toThrow('taken');
    expect((await adapter.getSessionAndUser('one'))?.user).toEqual(ANN);
  });

  test("ends all of a user's sessions, and those of nobody else; a user's deletion ends them, too", async () => {
    const { adapter, endAll } = sessionsOver(memory());
    await adapter.createSession(inAnHour('one'));
    await adapter.createSession(inAnHour('two'));
    await adapter.createSession(inAnHour('three', 'bob'));
    expect(await endAll('ann')).toBe(2);
    expect(await adapter.getSessionAndUser('one')).toBeNull();
    expect(await adapter.getSessionAndUser('three')).not.toBeNull();
    await adapter.deleteUser('bob');
    expect(await adapter.deleteSession('three')).toBeNull();
  });

  test('of those who use a verification token at the same time one gets it', async () => {
    const { adapter } = sessionsOver(memory());
    const token = { identifier: 'ann@example.org', token: 'hash', expires: new Date(clock.now() + HOUR) };
    expect(await adapter.createVerificationToken(token)).toEqual(token);
    const { expires, ...presented } = token;
    expect(await adapter.useVerificationToken({ ...presented, identifier: 'bob@example.org' })).toBeNull();
    const used = await Promise.all(
      Array.from({ length: 10 }, async () => adapter.useVerificationToken(presented)),
    );
    expect(used.filter((each) => each !== null)).toEqual([{ ...presented, expires }]);
    await adapter.createVerificationToken({ ...token, expires: new Date(clock.now() + HOUR) });
    clock.advance(HOUR);
    expect(await adapter.useVerificationToken(presented)).toBeNull();
    await adapter.createVerificationToken(token);
    expect(await adapter.useVerificationToken(presented)).toBeNull();
  });

  test('T30: no token and no user is in a key or a term, and no token in a value', async () => {
    const seen: string[] = [];
    const provider = intercept<Provider>(memory(), (call, run) => {
      if (call.method !== 'open') seen.push(JSON.stringify(call.args));
      return run();
    });
    const { adapter, endAll } = sessionsOver(provider);
    await adapter.createSession(inAnHour('the-token', 'ann'));
    await adapter.getSessionAndUser('the-token');
    await adapter.updateSession(inAnHour('the-token'));
    await adapter.deleteSession('the-token');
    await endAll('ann');
    const presented = { identifier: 'ann@example.org', token: 'the-token' };
    await adapter.createVerificationToken({ ...presented, expires: new Date(clock.now() + HOUR) });
    await adapter.useVerificationToken(presented);
    expect(seen.length).toBeGreaterThan(6);
    expect(seen.filter((text) => /the-token|ann@/.test(text))).toEqual([]);
    expect(seen.filter((text) => /"terms":\[[^\]]*ann/.test(text))).toEqual([]);
  });

  test('a store that fails is an error, and so is a database', async () => {
    let weather: Weather | undefined;
    const { adapter, endAll } = sessionsOver(chaos(memory(), () => weather, clock));
    await adapter.createSession(inAnHour('one'));
    weather = { fault: 'fail' };
    const presented = { identifier: 'ann@example.org', token: 'hash' };
    for (const ask of [
      () => adapter.createSession(inAnHour('two')),
      () => adapter.getSessionAndUser('one'),
      () => adapter.updateSession(inAnHour('one')),
      () => adapter.deleteSession('one'),
      () => adapter.createVerificationToken({ ...presented, expires: new Date(clock.now() + HOUR) }),
      () => adapter.useVerificationToken(presented),
      () => endAll('ann'),
    ])
      await expect(ask()).rejects.toMatchObject({ name: 'CacheError' });
    weather = undefined;
    expect(await adapter.getSessionAndUser('one')).not.toBeNull();
    const failing = sessionsOver(memory(), {
      users: { getUser: () => Promise.reject(new Error('no database')) },
    });
    await failing.adapter.createSession(inAnHour('one'));
    await expect(failing.adapter.getSessionAndUser('one')).rejects.toThrow('no database');
  });

  test.each<[object, RegExp]>([
    [{ ttl: '1h' }, /no option 'ttl'/],
    [{ secret: new Uint8Array(31) }, /at least 32/],
    [{ absolute: 0 }, /absolute is 0/],
    [{ users: {} }, /no getUser/],
  ])('is not made with %j', (options, message) => {
    expect(() => sessionsOver(memory(), options)).toThrow(message);
    expect(() => sessionsOver(memory(), options)).toThrow(TypeError);
  });
});
