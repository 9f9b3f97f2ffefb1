/** What every adapter must do, told to its real framework by real requests. */
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { createManager } from '@cache/core';
import { chaos, fakeClock, type FakeClock, type Weather } from '@cache/core/testing';
import { memory } from '@cache/memory';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AdoptOptions } from '../../src/http/adoption.ts';
import type { HttpSession } from '../../src/http/http-session.ts';
import { statusOf } from '../../src/http/http-session.ts';
import { createSessionManager, type SessionManager } from '../../src/index.ts';

export interface SiteData {
  readonly count?: number;
  readonly notice?: string;
}

/** The answer of a route. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** The site: its routes are the same on every framework. */
export async function answer(session: HttpSession<SiteData>, path: string): Promise<Answer> {
  try {
    return { status: 200, body: JSON.stringify(await route(session, path)) };
  } catch (error) {
    const status = statusOf(error);
    if (status === undefined) throw error;
    return { status, body: 'null' };
  }
}

async function route(session: HttpSession<SiteData>, path: string): Promise<unknown> {
  switch (path) {
    case '/':
      return 'welcome';
    case '/me': {
      const [one, other] = await Promise.all([session.get(), session.get()]);
      expect(one).toBe(other);
      return one && { id: one.id, subject: one.subject, data: one.data, aal: one.aal };
    }
    case '/visit':
      return (await session.start({ data: { count: 0 } })).id;
    case '/count':
      return (await session.update(({ count = 0 }) => ({ count: count + 1 })))?.data.count;
    case '/login':
      return (await session.login({ subject: 'ann', amr: ['pwd'], keep: 'all' })).id;
    case '/remember':
      return (await session.login({ subject: 'ann', profile: 'long' })).id;
    case '/twice': {
      await session.login({ subject: 'ann' });
      await session.login({ subject: 'ann' });
      return (await session.get())?.subject;
    }
    case '/vault':
      return (await session.require({ aal: 2 })).subject;
    case '/step-up':
      return (await session.stepUp('otp'))?.aal;
    case '/logout':
      return session.logout();
    case '/logout-others':
      return session.logoutOthers();
    case '/logout-everywhere':
      return session.logoutEverywhere();
    default:
      throw new Error(`no route ${path}`);
  }
}

export interface Site {
  readonly server: Server;
  /** Whatever else has to end. */
  readonly close?: () => Promise<void>;
}

/** What a client sees of an answer. */
interface Seen {
  readonly status: number;
  readonly body: unknown;
  /** The values of `Set-Cookie` that are the session's. */
  readonly cookies: readonly string[];
  readonly other: readonly string[];
  readonly cacheControl: string | null;
}

/** The sessions that were there before, in a cookie `old`: tokens and whose they are. */
class Before {
  readonly subjects = new Map<string, string>();

  async read(token: string): Promise<{ subject: string; data: SiteData } | null> {
    const subject = this.subjects.get(token);
    return subject === undefined ? null : { subject, data: { count: 7 } };
  }

  async remove(token: string): Promise<boolean> {
    return this.subjects.delete(token);
  }
}

/** A browser's worth of a client: one cookie. */
class Client {
  readonly #origin: string;
  cookie: string | undefined;

  constructor(origin: string, cookie?: string) {
    this.#origin = origin;
    this.cookie = cookie;
  }

  async get(path: string): Promise<Seen> {
    const response = await fetch(`${this.#origin}${path}`, {
      headers: { 'user-agent': 'test', ...(this.cookie !== undefined && { cookie: this.cookie }) },
    });
    const set = response.headers.getSetCookie();
    const cookies = set.filter((value) => value.startsWith('__Host-sid='));
    for (const value of cookies) this.cookie = value.split(';')[0];
    return {
      status: response.status,
      body: JSON.parse(await response.text()) as unknown,
      cookies,
      other: set.filter((value) => !cookies.includes(value)),
      cacheControl: response.headers.get('cache-control'),
    };
  }
}

interface Mine {
  readonly subject: string;
  readonly data: SiteData;
}

const GRACE = 10_000;

/** Judges the adapter that `serve` puts between a server and {@link answer}. Every answer of the site has a cookie `seen=1` of its own. */
export function describeAdapter(
  name: string,
  serve: (sessions: SessionManager<SiteData>, adopt: AdoptOptions<SiteData>) => Promise<Site>,
): void {
  describe(`sessions with ${name}`, () => {
    let site: Site;
    let origin: string;
    let weather: Weather | undefined;
    const clock: FakeClock = fakeClock();
    const manager = createManager({ providers: [chaos(memory(), () => weather, clock)], clock });
    const sessions = createSessionManager<SiteData>({
      manager,
      secret: new Uint8Array(32).fill(3),
      policy: { idle: '30m', absolute: '12h', renewEvery: '10m', grace: GRACE },
      profiles: { long: { idle: '30d', absolute: '30d', persistent: true } },
      clock,
      cache: { breaker: false, deadline: '1h' },
    });
    const legacy = new Before();
    const adopt = { cookie: 'old', importer: sessions.importFrom(legacy) };
    const client = (cookie?: string): Client => new Client(origin, cookie);

    beforeAll(async () => {
      site = await serve(sessions, adopt);
      const { port } = site.server.address() as AddressInfo;
      origin = `http://127.0.0.1:${port}`;
    });
    afterAll(async () => {
      site.server.closeAllConnections();
      await new Promise((resolve) => site.server.close(resolve));
      await site.close?.();
      await manager.close();
    });

    test('T46: a visitor who is not greeted gets neither session nor cookie', async () => {
      const visitor = client();
      const before = sessions.stats().created;
      expect(await visitor.get('/')).toMatchObject({ status: 200, body: 'welcome', cookies: [] });
      expect(await visitor.get('/me')).toMatchObject({ status: 200, body: null, cookies: [] });
      expect((await visitor.get('/')).other).toEqual(['seen=1']);
      expect(sessions.stats().created).toBe(before);
    });

    test('T33, T34: a log-in gives a new cookie, keeps the data, and the old token is good no more', async () => {
      const visitor = client();
      const visit = await visitor.get('/visit');
      expect(visit.cookies).toEqual([
        expect.stringMatching(/^__Host-sid=[\w-]{2}\.[\w-]{68}; Path=\/; Secure; HttpOnly; SameSite=Lax$/),
      ]);
      expect(visit.cacheControl).toBe('no-store');
      expect(visit.other).toEqual(['seen=1']);
      const planted = visitor.cookie;
      expect((await visitor.get('/visit')).cookies).toEqual([]);
      expect(await visitor.get('/count')).toMatchObject({ body: 1, cookies: [] });
      const login = await visitor.get('/login');
      expect(login.cookies.length).toBe(1);
      expect(login.body).not.toBe(visit.body);
      expect((await visitor.get('/me')).body).toMatchObject({ subject: 'ann', data: { count: 1 }, aal: 1 });
      expect((await client(planted).get('/me')).body).toBeNull();
    });

    test('T43, T49: a cookie is sent when it changes, and not otherwise', async () => {
      const ann = client();
      await ann.get('/login');
      for (const path of ['/me', '/count', '/me', '/']) expect((await ann.get(path)).cookies).toEqual([]);
    });

    test('T23: of two log-ins in one request one cookie is sent, that of the last', async () => {
      const ann = client();
      const twice = await ann.get('/twice');
      expect(twice.cookies.length).toBe(1);
      expect(twice.other).toEqual(['seen=1']);
      expect((await ann.get('/me')).body).toMatchObject({ subject: 'ann' });
    });

    test('ASVS 7.2.4, 7.5.3: a step-up opens what needs it, with a new cookie', async () => {
      const ann = client();
      expect((await ann.get('/vault')).status).toBe(401);
      await ann.get('/login');
      expect((await ann.get('/vault')).status).toBe(401);
      const before = ann.cookie;
      expect(await ann.get('/step-up')).toMatchObject({ body: 2, cookies: [expect.any(String)] });
      expect(await ann.get('/vault')).toMatchObject({ status: 200, body: 'ann' });
      expect((await client(before).get('/me')).body).toBeNull();
    });

    test('ASVS 14.3.1: a log-out ends the session and takes the cookie away', async () => {
      const ann = client();
      await ann.get('/login');
      const before = ann.cookie;
      const logout = await ann.get('/logout');
      expect(logout.body).toBe(true);
      expect(logout.cookies).toEqual([expect.stringMatching(/^__Host-sid=; .*Max-Age=0$/)]);
      expect((await client(before).get('/me')).body).toBeNull();
    });

    test('ASVS 7.4.3: a log-out of the others leaves this one', async () => {
      await sessions.revokeAll('ann');
      const [phone, laptop] = [client(), client()];
      await phone.get('/login');
      await laptop.get('/login');
      expect((await laptop.get('/logout-others')).body).toBe(1);
      expect((await phone.get('/me')).body).toBeNull();
      expect((await laptop.get('/me')).body).toMatchObject({ subject: 'ann' });
      expect((await client().get('/logout-others')).status).toBe(401);
    });

    test('ASVS 7.4.2: a log-out everywhere ends this one as well, and takes its cookie away', async () => {
      await sessions.revokeAll('ann');
      const [phone, laptop] = [client(), client()];
      await phone.get('/login');
      await laptop.get('/login');
      const before = laptop.cookie;
      const logout = await laptop.get('/logout-everywhere');
      expect(logout.body).toBe(2);
      expect(logout.cookies).toEqual([expect.stringMatching(/^__Host-sid=; .*Max-Age=0$/)]);
      expect((await client(before).get('/me')).body).toBeNull();
      expect((await phone.get('/me')).body).toBeNull();
      expect((await client().get('/logout-everywhere')).status).toBe(401);
    });

    test('T35: when the token is due, one of the requests at a time brings the new cookie, and all are served', async () => {
      const ann = client();
      await ann.get('/login');
      clock.advance(10 * 60_000);
      const before = ann.cookie;
      const seen = await Promise.all(Array.from({ length: 5 }, () => client(before).get('/me')));
      expect(seen.map(({ body }) => (body as { subject: string } | null)?.subject)).toEqual(
        Array.from({ length: 5 }, () => 'ann'),
      );
      const cookies = seen.flatMap((each) => each.cookies);
      expect(cookies.length).toBe(1);
      clock.advance(GRACE);
      const late = await client(before).get('/me');
      expect(late).toMatchObject({ body: null, cookies: [] });
      expect((await client(cookies[0]?.split(';')[0]).get('/me')).body).toMatchObject({ subject: 'ann' });
    });

    test('a persistent profile gives a cookie that outlives the browser', async () => {
      const [cookie] = (await client().get('/remember')).cookies;
      expect(cookie).toMatch(/; Max-Age=2592000$/);
    });

    test('T38: a store that fails is 503, and leaves the cookie alone', async () => {
      const ann = client();
      await ann.get('/login');
      weather = { fault: 'fail' };
      for (const path of ['/me', '/login', '/count', '/vault'])
        expect(await ann.get(path)).toMatchObject({ status: 503, cookies: [] });
      expect(await ann.get('/')).toMatchObject({ status: 200, cookies: [] });
      weather = undefined;
      expect((await ann.get('/me')).body).toMatchObject({ subject: 'ann' });
    });

    test('ASVS 14.2.1: a token in the address is none, and a wrong cookie is left alone', async () => {
      const { token } = await sessions.create({ subject: 'ann' });
      const text = token.reveal();
      expect((await client().get(`/me?__Host-sid=${text}&token=${text}`)).body).toBeNull();
      expect(await client('__Host-sid=nonsense').get('/me')).toMatchObject({ body: null, cookies: [] });
    });

    test('a session that was there before is taken over with the first request, whatever that asks', async () => {
      legacy.subjects.set('one', 'ann').set('two', 'ann').set('three', 'ann').set('four', 'ann');
      const seen = await Promise.all(Array.from({ length: 4 }, () => client('old=one').get('/me')));
      const cookies = new Set(seen.flatMap((each) => each.cookies));
      expect(cookies.size).toBe(1);
      for (const { body } of seen)
        expect([null, { subject: 'ann', data: { count: 7 } }]).toContainEqual(
          body && { subject: (body as Mine).subject, data: (body as Mine).data },
        );
      const [mine = ''] = [...cookies].map((cookie) => cookie.split(';')[0]);
      expect((await client(`old=one; ${mine}`).get('/me')).cookies).toEqual([]);
      expect((await client('old=two').get('/count')).body).toBe(8);
      expect((await client('old=three').get('/logout')).body).toBe(true);
      expect((await client('old=three').get('/me')).body).toBeNull();
      const login = client('old=four');
      await login.get('/login');
      expect((await login.get('/me')).body).toMatchObject({ data: { count: 7 } });
      expect(legacy.subjects.size).toBe(0);
      expect((await client('old=five').get('/me')).body).toBeNull();
      const stranger = await client('__Host-sid=nonsense; old=one').get('/me');
      expect(stranger).toMatchObject({ body: null, cookies: [] });
    });
  });
}
