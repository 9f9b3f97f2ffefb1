import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encrypted } from '@cache/codec-encrypted';
import { binaryCodec, createManager, type Manager, type Provider } from '@cache/core';
import { chaos, fakeClock, gate, intercept, type Weather } from '@cache/core/testing';
import { memory } from '@cache/memory';
import { betterAuth, type BetterAuthOptions } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { toNodeHandler } from 'better-auth/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  secondaryStorage,
  type SecondaryStorage,
  type SecondaryStorageOptions,
} from '../../src/http/better-auth.ts';
import { Jar } from './jar.ts';

const clock = fakeClock();

function storageOver(provider: Provider, options: Partial<SecondaryStorageOptions> = {}): SecondaryStorage {
  return secondaryStorage({
    manager: createManager({ providers: [provider], clock }),
    secret: new Uint8Array(32).fill(5),
    cache: { breaker: false, deadline: '1h' },
    ...options,
  });
}

/** As better-auth writes a session under its token. */
const session = (token: string, content: object = {}): string =>
  JSON.stringify({ session: { token, userId: 'ann', ...content }, user: { id: 'ann' } });

describe('a secondary storage', () => {
  test('gives the text that it was given, and null for what is not there', async () => {
    const storage = storageOver(memory());
    expect(await storage.get('a')).toBeNull();
    await storage.set('a', 'text', 10);
    await storage.set('b', '');
    expect(await storage.get('a')).toBe('text');
    expect(await storage.get('b')).toBe('');
    await storage.delete('a');
    expect(await storage.get('a')).toBeNull();
    await storage.delete('a');
  });

  test('a ttl is in seconds and holds to the millisecond, and what has none stays', async () => {
    const storage = storageOver(memory());
    await storage.set('a', 'text', 10);
    await storage.set('b', 'text');
    clock.advance(10_000 - 1);
    expect(await storage.get('a')).toBe('text');
    clock.advance(1);
    expect(await storage.get('a')).toBeNull();
    clock.advance(365 * 86_400_000);
    expect(await storage.get('b')).toBe('text');
  });

  test.each([0, -1])('what is set with a ttl of %d has ended', async (ttl) => {
    const storage = storageOver(memory());
    await storage.set('a', 'text', 10);
    await storage.set('a', 'text', ttl);
    expect(await storage.get('a')).toBeNull();
  });

  test('of those who take a value at the same time one gets it', async () => {
    const storage = storageOver(memory());
    await storage.set('a', 'text', 10);
    const taken = await Promise.all(Array.from({ length: 10 }, () => storage.getAndDelete('a')));
    expect(taken.filter((value) => value === 'text').length).toBe(1);
    expect(taken.filter((value) => value === null).length).toBe(9);
  });

  test('counts everybody, in a window that begins with the first', async () => {
    const storage = storageOver(memory());
    const counted = await Promise.all(Array.from({ length: 10 }, () => storage.increment('a', 100)));
    expect(counted.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    clock.advance(100_000 - 1);
    expect(await storage.increment('a', 100)).toBe(11);
    expect(await storage.get('a')).toBe('11');
    clock.advance(1);
    expect(await storage.get('a')).toBeNull();
    expect(await storage.increment('a', 100)).toBe(1);
  });

  test('T10: a session that was deleted is not brought back by a request that was under way', async () => {
    const place = memory();
    const held = gate();
    const slow = storageOver(
      intercept<Provider>(
        place,
        async (call, run) => {
          if (call.method === 'write') await held.pass();
          return run();
        },
        { synchronous: false },
      ),
    );
    const storage = storageOver(place);
    await storage.set('token', session('token'), 100);
    const refreshing = slow.set('token', session('token', { updatedAt: 1 }), 100);
    await held.arrivals();
    await storage.delete('token');
    held.open();
    await refreshing;
    expect(await storage.get('token')).toBeNull();
    expect(await storage.getAndDelete('token')).toBeNull();
    await storage.set('token', session('token'), 100);
    expect(await storage.get('token')).toBeNull();
    clock.advance(60_000);
    await storage.set('token', session('token'), 100);
    expect(await storage.get('token')).not.toBeNull();
  });

  test('what is no session under its token may be deleted and made again', async () => {
    const storage = storageOver(memory());
    for (const value of ['[{"token":"t"}]', session('another'), '{', 'text', '{"session":null}']) {
      await storage.set('list', value, 100);
      await storage.delete('list');
      await storage.set('list', value, 100);
      expect(await storage.get('list')).toBe(value);
    }
  });

  test('a session may be ended twice, and its ttl may end it', async () => {
    const storage = storageOver(memory());
    await storage.set('token', session('token'), 100);
    await storage.set('token', session('token'), 0);
    await storage.delete('token');
    await storage.set('token', session('token'), 100);
    expect(await storage.get('token')).toBeNull();
  });

  test('a store that fails is an error', async () => {
    let weather: Weather | undefined;
    const storage = storageOver(chaos(memory(), () => weather, clock));
    await storage.set('a', 'text', 10);
    weather = { fault: 'fail' };
    for (const ask of [
      () => storage.get('a'),
      () => storage.getAndDelete('a'),
      () => storage.set('a', 'text', 10),
      () => storage.set('token', session('token'), 10),
      () => storage.delete('a'),
      () => storage.increment('n', 10),
    ])
      await expect(ask()).rejects.toMatchObject({ name: 'CacheError' });
    weather = undefined;
    expect(await storage.get('a')).toBe('text');
  });

  test('ASVS 11.4.1: no key is in the store, and with a codec that encrypts no token either', async () => {
    const seen: string[] = [];
    const provider = intercept<Provider>(memory({ secureCleanup: true }), (call, run) => {
      const bytes = JSON.stringify(call.args, (_, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
      );
      seen.push(bytes);
      return run();
    });
    const codec = encrypted(binaryCodec, { keys: [{ id: 'k1', key: new Uint8Array(32).fill(9) }] });
    const storage = storageOver(provider, { cache: { codec, breaker: false, deadline: '1h' } });
    await storage.set('the-token', session('the-token'), 100);
    await storage.set('active-sessions-ann', '[{"token":"the-token"}]', 100);
    await storage.increment('10.0.0.1|/sign-in', 10);
    await storage.delete('the-token');
    expect(seen.length).toBeGreaterThan(4);
    expect(seen.filter((text) => /the-token|ann|10\.0\.0\.1/.test(text))).toEqual([]);
  });

  test.each<[object, RegExp]>([
    [{ ttl: '1h' }, /no option 'ttl'/],
    [{ secret: new Uint8Array(31) }, /at least 32/],
    [{ lateFor: 0 }, /lateFor is 0/],
  ])('is not made with %j', (options, message) => {
    expect(() => storageOver(memory(), options)).toThrow(message);
    expect(() => storageOver(memory(), options)).toThrow(TypeError);
  });
});

describe('better-auth over it', () => {
  let manager: Manager;
  let server: Server;
  let origin: string;
  let weather: Weather | undefined;
  let storage: SecondaryStorage;
  let tables: Record<string, unknown[]>;

  beforeEach(async () => {
    weather = undefined;
    tables = { user: [], session: [], account: [], verification: [] };
    manager = createManager({ providers: [chaos(memory(), () => weather, fakeClock())] });
    storage = secondaryStorage({ manager, secret: new Uint8Array(32).fill(5), cache: { breaker: false } });
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const options: BetterAuthOptions = {
      baseURL: origin,
      secret: 'of-thirty-two-characters-and-more-0123456789',
      database: memoryAdapter(tables),
      secondaryStorage: storage,
      emailAndPassword: { enabled: true },
      rateLimit: {
        enabled: true,
        window: 60,
        max: 1_000,
        customRules: { '/sign-in/*': { window: 60, max: 5 } },
      },
      advanced: { ipAddress: { ipAddressHeaders: ['x-client'] } },
      logger: { disabled: true },
      telemetry: { enabled: false },
    };
    const handle = toNodeHandler(betterAuth(options));
    server.on('request', (request, response) => {
      handle(request, response).catch(() => response.writeHead(500).end());
    });
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await manager.close();
  });

  const post = (client: Jar, path: string, body: object = {}, from = '10.0.0.1'): Promise<Response> =>
    client.ask(`/api/auth${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'x-client': from },
    });
  const account = { email: 'ann@example.org', password: 'correct horse battery', name: 'Ann' };

  async function who(client: Jar): Promise<string | null> {
    const response = await client.ask('/api/auth/get-session', { headers: { 'x-client': '10.0.0.1' } });
    expect(response.status).toBe(200);
    const found = (await response.json()) as { readonly user: { readonly email: string } } | null;
    return found === null ? null : found.user.email;
  }

  async function signedIn(): Promise<Jar> {
    const client = new Jar(origin);
    expect((await post(client, '/sign-in/email', account)).status).toBe(200);
    return client;
  }

  test('signs up, finds the session of a request in the cache and nowhere else, and signs out', async () => {
    const ann = new Jar(origin);
    expect((await post(ann, '/sign-up/email', account)).status).toBe(200);
    expect(await who(ann)).toBe('ann@example.org');
    expect(tables['session']).toEqual([]);
    const token = decodeURIComponent(ann.cookie('session_token') ?? '').split('.')[0] ?? '';
    expect(JSON.parse((await storage.get(token)) ?? 'null')).toMatchObject({ session: { token } });
    const before = ann.copy();
    expect((await post(ann, '/sign-out')).status).toBe(200);
    expect(await who(before)).toBeNull();
    expect(await storage.get(token)).toBeNull();
  });

  test('lists devices, revokes one, and the others', async () => {
    await post(new Jar(origin), '/sign-up/email', account);
    const [phone, laptop, desk] = [await signedIn(), await signedIn(), await signedIn()];
    const listed = await laptop.ask('/api/auth/list-sessions', { headers: { 'x-client': '10.0.0.1' } });
    expect(((await listed.json()) as readonly unknown[]).length).toBe(4);
    const token = decodeURIComponent(phone.cookie('session_token') ?? '').split('.')[0];
    expect((await post(laptop, '/revoke-session', { token })).status).toBe(200);
    expect(await who(phone)).toBeNull();
    expect(await who(desk)).toBe('ann@example.org');
    expect((await post(laptop, '/revoke-other-sessions')).status).toBe(200);
    expect(await who(desk)).toBeNull();
    expect(await who(laptop)).toBe('ann@example.org');
  });

  test('a rate limit counts in the cache', async () => {
    const wrong = { email: 'ann@example.org', password: 'wrong password' };
    const statuses = await Promise.all(
      Array.from({ length: 8 }, async () => (await post(new Jar(origin), '/sign-in/email', wrong)).status),
    );
    expect(statuses.filter((status) => status === 429).length).toBe(3);
    expect((await post(new Jar(origin), '/sign-in/email', wrong, '10.0.0.2')).status).toBe(401);
  });

  test('T38: a store that fails is an error, and leaves the cookie alone', async () => {
    const ann = new Jar(origin);
    await post(ann, '/sign-up/email', account);
    weather = { fault: 'fail' };
    const failed = await ann.ask('/api/auth/get-session', { headers: { 'x-client': '10.0.0.1' } });
    expect(failed.status).toBeGreaterThanOrEqual(500);
    expect(failed.headers.getSetCookie()).toEqual([]);
    weather = undefined;
    expect(await who(ann)).toBe('ann@example.org');
  });
});
