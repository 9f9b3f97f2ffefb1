import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createManager, type Manager, type Provider } from '@cache/core';
import { chaos, fakeClock, gate, intercept, type Weather } from '@cache/core/testing';
import { memory } from '@cache/memory';
import Koa from 'koa';
import { createSession } from 'koa-session';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  koaSessionStore,
  type KoaSessionStore,
  type KoaSessionStoreOptions,
} from '../../src/http/koa-session.ts';
import { Jar } from './jar.ts';

const HOUR = 3_600_000;
const clock = fakeClock();

function storeOver(provider: Provider, options: Partial<KoaSessionStoreOptions> = {}): KoaSessionStore {
  return koaSessionStore({
    manager: createManager({ providers: [provider], clock }),
    secret: new Uint8Array(32).fill(5),
    absolute: '12h',
    subjectOf: ({ user }) => user as string | undefined,
    cache: { breaker: false, deadline: '1h' },
    clock,
    ...options,
  });
}

describe('a store of koa-session', () => {
  test('keeps what it is given until its cookie ends, and gives each reader a copy', async () => {
    const store = storeOver(memory());
    expect(await store.get('a')).toBeUndefined();
    await store.set('a', { user: 'ann', cart: ['tea'] }, HOUR);
    const found = (await store.get('a')) as { cart: string[] };
    found.cart.push('milk');
    expect(await store.get('a')).toEqual({ user: 'ann', cart: ['tea'] });
    clock.advance(HOUR - 1);
    expect(await store.get('a')).toBeDefined();
    clock.advance(1);
    expect(await store.get('a')).toBeUndefined();
  });

  test('a session whose cookie ends with the browser rests for as long as the options say', async () => {
    const store = storeOver(memory(), { idle: '10m' });
    await store.set('a', {}, 'session');
    clock.advance(10 * 60_000 - 1);
    expect(await store.get('a')).toBeDefined();
    clock.advance(1);
    expect(await store.get('a')).toBeUndefined();
  });

  test('ASVS 7.3.2: no save takes it beyond its absolute end', async () => {
    const store = storeOver(memory());
    for (let now = 0; now < 12 * HOUR; now += HOUR / 2) {
      await store.set('a', { now }, HOUR);
      expect(await store.get('a')).toEqual({ now });
      clock.advance(HOUR / 2);
    }
    expect(await store.get('a')).toBeUndefined();
    await store.set('a', {}, HOUR);
    expect(await store.get('a')).toBeUndefined();
  });

  test('T9: what was destroyed is not brought back by a request that was under way', async () => {
    const place = memory();
    const held = gate();
    const slow = storeOver(
      intercept<Provider>(
        place,
        async (call, run) => {
          if (call.method === 'write') await held.pass();
          return run();
        },
        { synchronous: false },
      ),
    );
    const store = storeOver(place);
    await store.set('a', { user: 'ann' }, HOUR);
    const saving = slow.set('a', { user: 'ann', count: 2 }, HOUR);
    await held.arrivals();
    await store.destroy('a');
    held.open();
    await saving;
    expect(await store.get('a')).toBeUndefined();
  });

  test('ends all sessions of a subject, and those of nobody else', async () => {
    const store = storeOver(memory());
    await store.set('a', { user: 'ann' }, HOUR);
    await store.set('b', { user: 'ann' }, HOUR);
    await store.set('c', { user: 'bob' }, HOUR);
    expect(await store.destroyAll('ann')).toBe(2);
    expect([await store.get('a'), await store.get('b')]).toEqual([undefined, undefined]);
    expect(await store.get('c')).toBeDefined();
  });

  test.each<[object, RegExp]>([
    [{ absolut: '1h' }, /no option 'absolut'/],
    [{ secret: new Uint8Array(31) }, /at least 32/],
    [{ absolute: 0 }, /absolute is 0/],
  ])('is not made with %j', (options, message) => {
    expect(() => storeOver(memory(), options)).toThrow(message);
  });
});

describe('koa-session over it', () => {
  let manager: Manager;
  let server: Server;
  let origin: string;
  let store: KoaSessionStore;
  let weather: Weather | undefined;

  beforeEach(async () => {
    weather = undefined;
    manager = createManager({ providers: [chaos(memory(), () => weather, fakeClock())] });
    store = koaSessionStore({
      manager,
      secret: new Uint8Array(32).fill(5),
      absolute: '12h',
      subjectOf: ({ user }) => user as string | undefined,
      cache: { breaker: false },
    });
    const app = new Koa();
    app.keys = ['to sign with'];
    // As Koa does, without writing to the console.
    app.silent = true;
    app.use(createSession({ store, key: 'sid', maxAge: HOUR }, app));
    app.use(async (context) => {
      const { session } = context as unknown as { session: Record<string, unknown> | null };
      switch (context.path) {
        case '/login':
          if (session !== null) session['user'] = 'ann';
          context.body = 'null';
          return;
        case '/visit': {
          const visits = Number(session?.['visits'] ?? 0) + 1;
          if (session !== null) session['visits'] = visits;
          context.body = String(visits);
          return;
        }
        case '/logout':
          (context as unknown as { session: null }).session = null;
          context.body = 'null';
          return;
        default:
          context.body = JSON.stringify(session?.['user'] ?? null);
      }
    });
    server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await manager.close();
  });

  const ask = async (client: Jar, path: string): Promise<unknown> =>
    JSON.parse(await (await client.ask(path)).text());

  test('logs in, counts visits, and logs out', async () => {
    const ann = new Jar(origin);
    expect(await ask(ann, '/')).toBeNull();
    await ask(ann, '/login');
    expect(await ask(ann, '/')).toBe('ann');
    expect(await ask(ann, '/visit')).toBe(1);
    expect(await ask(ann, '/visit')).toBe(2);
    const before = ann.copy();
    await ask(ann, '/logout');
    expect(await ask(before, '/')).toBeNull();
  });

  test('a user is logged out everywhere', async () => {
    const [phone, laptop] = [new Jar(origin), new Jar(origin)];
    await ask(phone, '/login');
    await ask(laptop, '/login');
    expect(await store.destroyAll('ann')).toBe(2);
    expect([await ask(phone, '/'), await ask(laptop, '/')]).toEqual([null, null]);
  });

  test('T38: a store that fails is an error, and leaves the cookie alone', async () => {
    const ann = new Jar(origin);
    await ask(ann, '/login');
    weather = { fault: 'fail' };
    const failed = await ann.ask('/');
    expect(failed.status).toBe(500);
    expect(failed.headers.getSetCookie()).toEqual([]);
    weather = undefined;
    expect(await ask(ann, '/')).toBe('ann');
  });
});
