import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '@cache/test-servers/redis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PASSWORD } from '../src/database/seed.ts';
import { startService, type Service, type ServiceOptions } from '../src/service.ts';
import { authenticator } from './authenticator.ts';
import { Visitor } from './visitor.ts';

// Milliseconds: a bound for a machine that is busy with other tests.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const OPTIONS: ServiceOptions = { provider: 'memory', port: 0, latency: 0, http2: false, probe: false };

/** What holds in one process holds in two that share a Redis and a database: requests go to them in turn. */
describe.each(['memory', 'redis'] as const)('an account in a browser, over %s', (provider) => {
  const stack = new AsyncDisposableStack();
  let services: readonly Service[];
  let turn = 0;

  beforeAll(async () => {
    if (provider === 'memory') services = [await startService(OPTIONS)];
    else {
      const server = stack.use(await startRedis({ unixSocket: true }));
      const folder = await mkdtemp(join(tmpdir(), 'auth-service-'));
      stack.defer(() => rm(folder, { recursive: true }));
      const shared = { ...OPTIONS, provider, redisUrl: server.url, database: join(folder, 'users.sqlite') };
      services = [await startService(shared), await startService(shared)];
    }
    for (const service of services) stack.defer(() => service.close());
  });
  afterAll(() => stack.disposeAsync());

  const url = (): string => (services[turn++ % services.length] as Service).url;

  /** Each user has three sessions at most, so each test has users of its own. */
  async function registered(email: string): Promise<{ visitor: Visitor; secret: string }> {
    const visitor = new Visitor(url());
    const { status, body } = await visitor.ask('POST', '/me/register', {
      name: 'Ann',
      email,
      password: 'a good password',
    });
    expect(status).toBe(201);
    visitor.url = url();
    await visitor.look();
    return { visitor, secret: (body as { secondFactor: string }).secondFactor };
  }

  async function loggedIn(email: string, password = 'a good password'): Promise<Visitor> {
    const visitor = new Visitor(url());
    expect(await visitor.logIn(email, password)).toBe(200);
    visitor.url = url();
    return visitor;
  }

  test('who registers is logged in, by a cookie that no script and no other site gets', async () => {
    const { visitor } = await registered('ann@example.org');
    expect(visitor.setCookies).toEqual([
      expect.stringMatching(/^__Host-sid=[\w.-]{71}; Path=\/; Secure; HttpOnly; SameSite=Lax$/),
    ]);
    expect(await visitor.look()).toEqual({
      status: 200,
      body: {
        userId: expect.stringMatching(/^user-/),
        name: 'Ann',
        email: 'ann@example.org',
        level: 1,
        csrfToken: expect.any(String),
      },
    });
    expect((await new Visitor(url()).look()).status).toBe(401);
    const again = await new Visitor(url()).ask('POST', '/me/register', {
      name: 'Eve',
      email: ' Ann@Example.org',
      password: 'another password',
    });
    expect(again.status).toBe(409);
  });

  test('a short password, and a body that a form of another site could send, are refused', async () => {
    const visitor = new Visitor(url());
    const account = { name: 'Ann', email: 'short@example.org', password: 'short' };
    expect((await visitor.ask('POST', '/me/register', account)).status).toBe(400);
    const login = { email: 'user1@example.com', password: PASSWORD };
    const asForm = await visitor.ask('POST', '/me/login', login, { 'content-type': 'text/plain' });
    expect(asForm.status).toBe(415);
    expect(visitor.setCookies).toEqual([]);
  });

  test('the right password logs in, a wrong one does not, and five lock the account', async () => {
    const visitor = new Visitor(url());
    for (let n = 0; n < 5; n += 1) {
      visitor.url = url();
      expect(await visitor.logIn('user20@example.com', 'wrong')).toBe(401);
    }
    expect(await visitor.logIn('user20@example.com', PASSWORD)).toBe(429);
    expect((await loggedIn('user21@example.com', PASSWORD)).cookie).toBeDefined();
  });

  test('a log-in in the place of a session ends that one', async () => {
    const visitor = await loggedIn('user22@example.com', PASSWORD);
    const before = visitor.cookie;
    await visitor.logIn('user22@example.com', PASSWORD);
    expect(visitor.cookie).not.toBe(before);
    expect((await visitor.devices()).length).toBe(1);
    visitor.cookie = before;
    expect((await visitor.look()).status).toBe(401);
  });

  test('devices are listed by name, and one is logged out from another', async () => {
    const { visitor: laptop } = await registered('devices@example.org');
    const phone = new Visitor(url(), 'Mozilla/5.0 (iPhone; like Mac OS X) Version/18.0 Safari/604.1');
    await phone.logIn('devices@example.org', 'a good password');
    const devices = await laptop.devices();
    expect(devices.map(({ device, current }) => ({ device, current }))).toEqual(
      expect.arrayContaining([
        { device: 'Safari on iPhone', current: false },
        { device: 'Unknown device', current: true },
      ]),
    );
    const { id } = devices.find(({ current }) => !current) as { id: string };
    expect((await laptop.ask('DELETE', `/me/devices/${id}`)).status).toBe(204);
    expect((await phone.look()).status).toBe(401);
    expect((await laptop.ask('DELETE', `/me/devices/${id}`)).status).toBe(404);
    const here = (await laptop.devices()).find(({ current }) => current) as { id: string };
    expect((await laptop.ask('DELETE', `/me/devices/${here.id}`)).status).toBe(204);
    expect(laptop.cookie).toBeUndefined();
    expect((await laptop.look()).status).toBe(401);
  });

  test('all others are logged out, and everywhere means here as well', async () => {
    const one = await loggedIn('user23@example.com', PASSWORD);
    const other = await loggedIn('user23@example.com', PASSWORD);
    const stranger = await loggedIn('user24@example.com', PASSWORD);
    expect(await one.ask('DELETE', '/me/devices/others')).toEqual({ status: 200, body: { ended: 1 } });
    expect((await other.look()).status).toBe(401);
    expect((await one.look()).status).toBe(200);
    await loggedIn('user23@example.com', PASSWORD);
    expect(await one.ask('DELETE', '/me/devices')).toEqual({ status: 200, body: { ended: 2 } });
    expect(one.cookie).toBeUndefined();
    expect((await stranger.look()).status).toBe(200);
  });

  test('what another site has a browser send changes nothing', async () => {
    const visitor = await loggedIn('user25@example.com', PASSWORD);
    const [device] = await visitor.devices();
    for (const [method, path, body] of [
      ['DELETE', '/me/devices'],
      ['DELETE', '/me/devices/others'],
      ['DELETE', `/me/devices/${device?.id}`],
      ['PUT', '/me/password', { password: 'changed password' }],
      ['POST', '/me/step-up', { code: '000000' }],
    ] as const)
      expect((await visitor.ask(method, path, body, { 'x-csrf-token': 'guessed' })).status).toBe(403);
    expect((await visitor.look()).status).toBe(200);
  });

  test('nobody logs out the device of another user', async () => {
    const mine = await loggedIn('user26@example.com', PASSWORD);
    const theirs = await loggedIn('user27@example.com', PASSWORD);
    const [device] = await theirs.devices();
    expect((await mine.ask('DELETE', `/me/devices/${device?.id}`)).status).toBe(404);
    expect((await theirs.look()).status).toBe(200);
  });

  test('a password is changed after both factors, which replaces the token and logs out the others', async () => {
    const { visitor, secret } = await registered('step@example.org');
    const other = await loggedIn('step@example.org');
    const change = (): ReturnType<Visitor['ask']> =>
      visitor.ask('PUT', '/me/password', { password: 'a better password' });
    expect(await change()).toMatchObject({ status: 401, body: { code: 'REAUTH_REQUIRED' } });
    expect((await visitor.ask('POST', '/me/step-up', { code: 'x' })).status).toBe(403);
    const code = authenticator(secret)();
    const before = visitor.cookie;
    expect(await visitor.ask('POST', '/me/step-up', { code })).toEqual({ status: 200, body: { level: 2 } });
    expect(visitor.cookie).not.toBe(before);
    expect((await visitor.look()).body).toMatchObject({ level: 2 });
    expect((await visitor.ask('POST', '/me/step-up', { code })).status).toBe(403);
    expect(await change()).toEqual({ status: 200, body: { ended: 1 } });
    expect((await other.look()).status).toBe(401);
    expect(await new Visitor(url()).logIn('step@example.org', 'a good password')).toBe(401);
    expect(await new Visitor(url()).logIn('step@example.org', 'a better password')).toBe(200);
    const seeded = await loggedIn('user28@example.com', PASSWORD);
    expect((await seeded.ask('POST', '/me/step-up', { code: '000000' })).status).toBe(409);
  });

  test('a session ends with its user', async () => {
    const visitor = await loggedIn('user29@example.com', PASSWORD);
    await visitor.ask('DELETE', '/users/user-29');
    expect((await visitor.look()).status).toBe(401);
  });
});
