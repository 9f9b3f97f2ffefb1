import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createManager, type Provider } from '@cache/core';
import { chaos, fakeClock, gate, intercept, type Weather } from '@cache/core/testing';
import { memory } from '@cache/memory';
import express from 'express';
import session, { type SessionData } from 'express-session';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SessionStore, type SessionStoreOptions } from '../../src/http/express-session.ts';

declare module 'express-session' {
  interface SessionData {
    user?: string;
    count?: number;
  }
}

const HOUR = 3_600_000;
const clock = fakeClock();

function storeOver(provider: Provider, options: Partial<SessionStoreOptions> = {}): SessionStore {
  return new SessionStore({
    manager: createManager({ providers: [provider], clock }),
    secret: new Uint8Array(32).fill(5),
    absolute: '12h',
    subjectOf: ({ user }) => user,
    cache: { breaker: false, deadline: '1h' },
    clock,
    ...options,
  });
}

/** The store's methods with promises. */
function asked(store: SessionStore): {
  readonly get: (sid: string) => Promise<SessionData | null | undefined>;
  readonly set: (sid: string, data: SessionData) => Promise<void>;
  readonly touch: (sid: string, data: SessionData) => Promise<void>;
  readonly destroy: (sid: string) => Promise<void>;
  readonly all: () => Promise<readonly SessionData[]>;
  readonly length: () => Promise<number>;
  readonly clear: () => Promise<void>;
} {
  const call = <T>(ask: (done: (error?: unknown, value?: T) => void) => void): Promise<T> =>
    new Promise((resolve, reject) =>
      ask((error, value) => (error === undefined || error === null ? resolve(value as T) : reject(error))),
    );
  return {
    get: (sid) => call((done) => store.get(sid, done)),
    set: (sid, given) => call((done) => store.set(sid, given, done)),
    touch: (sid, given) => call((done) => store.touch(sid, given, done)),
    destroy: (sid) => call((done) => store.destroy(sid, done)),
    all: () => call((done) => store.all((error, found) => done(error, found ?? []))),
    length: () => call((done) => store.length(done)),
    clear: () => call((done) => store.clear(done)),
  };
}

const data = (content: object = {}, maxAge = HOUR): SessionData => ({
  cookie: { originalMaxAge: maxAge, expires: new Date(clock.now() + maxAge) },
  ...content,
});

describe('a store of express-session', () => {
  test('keeps what it is given, and gives each reader a copy', async () => {
    const store = asked(storeOver(memory()));
    expect(await store.get('a')).toBeNull();
    await store.set('a', data({ user: 'ann' }));
    const found = await store.get('a');
    expect(found?.user).toBe('ann');
    if (found) found.user = 'changed';
    expect((await store.get('a'))?.user).toBe('ann');
    await store.set('b', data());
    expect(await store.length()).toBe(2);
    expect(new Set((await store.all()).map(({ user }) => user))).toEqual(new Set(['ann', undefined]));
    await store.clear();
    expect(await store.length()).toBe(0);
  });

  test('T9: what was destroyed is not brought back by a request that was under way', async () => {
    const place = memory();
    const held = gate();
    const slow = asked(
      storeOver(
        intercept<Provider>(
          place,
          async (call, run) => {
            if (call.method === 'write') await held.pass();
            return run();
          },
          { synchronous: false },
        ),
      ),
    );
    const store = asked(storeOver(place));
    await store.set('a', data({ user: 'ann' }));
    const saving = slow.set('a', data({ user: 'ann', count: 2 }));
    await held.arrivals();
    await store.destroy('a');
    held.open();
    await saving;
    expect(await store.get('a')).toBeNull();
    await store.set('a', data({ user: 'ann', count: 3 }));
    await store.touch('a', data());
    expect(await store.get('a')).toBeNull();
    expect(await store.length()).toBe(0);
    clock.advance(60_000 - 1);
    await store.set('a', data());
    expect(await store.get('a')).toBeNull();
    clock.advance(1);
    await store.set('a', data());
    expect(await store.get('a')).not.toBeNull();
  });

  test('T13: a touch moves the end and keeps the data', async () => {
    const store = asked(storeOver(memory()));
    await store.set('a', data({ count: 1 }));
    const old = await store.get('a');
    await store.set('a', data({ count: 2 }));
    clock.advance(HOUR / 2);
    await store.touch('a', { ...(old as SessionData), cookie: data().cookie });
    clock.advance(HOUR - 1);
    expect((await store.get('a'))?.count).toBe(2);
    clock.advance(1);
    expect(await store.get('a')).toBeNull();
    await store.touch('a', data());
    expect(await store.get('a')).toBeNull();
  });

  test('ASVS 7.3.2: no touch and no save takes it beyond its absolute end', async () => {
    const store = asked(storeOver(memory()));
    await store.set('a', data());
    for (let now = HOUR / 2; now < 12 * HOUR; now += HOUR / 2) {
      clock.advance(HOUR / 2);
      await store.touch('a', data());
      await store.set('a', data({ count: now }));
      expect(await store.get('a')).not.toBeNull();
    }
    clock.advance(HOUR / 2);
    expect(await store.get('a')).toBeNull();
    await store.set('a', data());
    expect(await store.get('a')).toBeNull();
  });

  test('ends all sessions of a subject, and those of nobody else', async () => {
    const store = storeOver(memory());
    const { get, set } = asked(store);
    await set('a', data({ user: 'ann' }));
    await set('b', data({ user: 'ann' }));
    await set('c', data({ user: 'bob' }));
    await set('d', data());
    expect(await store.destroyAll('ann')).toBe(2);
    expect(await get('a')).toBeNull();
    await set('b', data({ user: 'ann' }));
    expect(await get('b')).toBeNull();
    expect((await get('c'))?.user).toBe('bob');
    expect(await get('d')).not.toBeNull();
    expect(await store.destroyAll('ann')).toBe(0);
  });

  test('a cookie without an end rests for as long as the options say', async () => {
    const store = asked(storeOver(memory(), { idle: '10m' }));
    await store.set('a', { cookie: { originalMaxAge: null } });
    clock.advance(10 * 60_000 - 1);
    expect(await store.get('a')).not.toBeNull();
    clock.advance(1);
    expect(await store.get('a')).toBeNull();
  });

  test('no id and no subject is in a key or a term', async () => {
    const seen: string[] = [];
    const provider = intercept<Provider>(memory(), (call, run) => {
      const write = call.args[1] as { readonly terms?: readonly string[] } | undefined;
      seen.push(String(call.args[0]), ...(write?.terms ?? []));
      return run();
    });
    const store = storeOver(provider);
    await asked(store).set('the-session-id', data({ user: 'ann@example.org' }));
    await store.destroyAll('ann@example.org');
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.some((name) => /the-session-id|ann@/.test(name))).toBe(false);
  });

  test.each<[object, RegExp]>([
    [{ absolut: '1h' }, /no option 'absolut'/],
    [{ secret: new Uint8Array(31) }, /at least 32/],
    [{ absolute: 0 }, /absolute is 0/],
  ])('is not made with %j', (options, message) => {
    expect(() => storeOver(memory(), options)).toThrow(message);
  });
});

describe('express-session over it', () => {
  let server: Server;
  let weather: Weather | undefined;
  let store: SessionStore;

  beforeEach(async () => {
    weather = undefined;
    store = storeOver(chaos(memory(), () => weather, clock));
    const app = express();
    app.use(session({ store, secret: 'to sign with', resave: false, saveUninitialized: false, name: 'sid' }));
    app.get('/', (request, response) => {
      response.json(request.session.user ?? null);
    });
    app.post('/login', (request, response, next) => {
      request.session.regenerate((error: unknown) => {
        if (error !== undefined && error !== null) return next(error);
        request.session.user = 'ann';
        response.json('welcome');
      });
    });
    app.post('/visit', (request, response) => {
      request.session.count = (request.session.count ?? 0) + 1;
      response.json(request.session.count);
    });
    app.post('/logout', (request, response, next) => {
      request.session.destroy((error: unknown) => {
        if (error !== undefined && error !== null) return next(error);
        response.json('bye');
      });
    });
    // As Express does, without writing to the console.
    app.use((_error: unknown, _request: express.Request, response: express.Response, _next: () => void) => {
      response.status(500).json(null);
    });
    server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function ask(
    method: string,
    path: string,
    cookie?: string,
  ): Promise<{ readonly status: number; readonly body: unknown; readonly cookie: string | undefined }> {
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: cookie === undefined ? {} : { cookie },
    });
    const [set] = response.headers.getSetCookie();
    return { status: response.status, body: await response.json(), cookie: set?.split(';')[0] };
  }

  test('T33: a log-in changes the id; a log-out ends the session', async () => {
    const visit = await ask('POST', '/visit');
    expect(visit.body).toBe(1);
    expect((await ask('POST', '/visit', visit.cookie)).body).toBe(2);
    const login = await ask('POST', '/login', visit.cookie);
    expect(login.cookie).not.toBe(visit.cookie);
    expect((await ask('GET', '/', login.cookie)).body).toBe('ann');
    expect((await ask('GET', '/', visit.cookie)).body).toBeNull();
    expect((await ask('POST', '/logout', login.cookie)).body).toBe('bye');
    expect((await ask('GET', '/', login.cookie)).body).toBeNull();
  });

  test('ends everywhere at once for a subject', async () => {
    const [one, other] = [await ask('POST', '/login'), await ask('POST', '/login')];
    expect(await store.destroyAll('ann')).toBe(2);
    for (const { cookie } of [one, other]) expect((await ask('GET', '/', cookie)).body).toBeNull();
  });

  test('T38: a store that fails is an error, and the session is there when it has recovered', async () => {
    const { cookie } = await ask('POST', '/login');
    weather = { fault: 'fail' };
    expect(await ask('GET', '/', cookie)).toMatchObject({ status: 500, cookie: undefined });
    weather = undefined;
    expect((await ask('GET', '/', cookie)).body).toBe('ann');
  });
});
