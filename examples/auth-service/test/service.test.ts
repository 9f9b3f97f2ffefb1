import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { User } from '../src/database/database.ts';
import { PASSWORD } from '../src/database/seed.ts';
import type { Sighting } from '../src/probe.ts';
import { startService, type Service, type ServiceOptions } from '../src/service.ts';
import type { Stats } from '../src/tour/stage.ts';

/** Milliseconds: a bound for a machine that is busy with other tests. */
const PATIENCE = 30_000;
vi.setConfig({ testTimeout: PATIENCE, hookTimeout: PATIENCE });

const OPTIONS: ServiceOptions = { provider: 'memory', port: 0, latency: 0, http2: false, probe: true };

let service: Service;

beforeEach(async () => {
  service = await startService(OPTIONS);
});

async function restart(options: Partial<ServiceOptions>): Promise<void> {
  await service.close();
  service = await startService({ ...OPTIONS, ...options });
}

afterEach(async () => {
  await service.close();
});

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function ask(method: string, path: string, body?: string): Promise<Answer> {
  const response = await fetch(`${service.url}${path}`, { method, ...(body === undefined ? {} : { body }) });
  const answer = await response.text();
  return { status: response.status, body: answer === '' ? undefined : JSON.parse(answer) };
}

/** Waits until the probe sees this of user-1. */
async function seen(what: Partial<Sighting>): Promise<void> {
  const look = async (): Promise<unknown> => (await ask('GET', '/probe/users/user-1')).body;
  await expect.poll(look, { timeout: PATIENCE }).toMatchObject(what);
}

async function queries(name: string): Promise<number> {
  const { body } = await ask('GET', '/stats');
  return (body as Stats).queries[name] ?? 0;
}

describe('profiles', () => {
  test('are read once and then cached', async () => {
    const first = await ask('GET', '/users/user-1');
    expect(first).toEqual({
      status: 200,
      body: {
        id: 'user-1',
        name: 'Barbara Booth',
        email: 'user1@example.com',
        teamId: 'team-1',
        teamName: 'Search 1',
        visits: 0,
        revision: 0,
      },
    });
    expect(await ask('GET', '/users/user-1')).toEqual(first);
    expect(await queries('findUser')).toBe(1);
  });

  test('an unknown user is a 404 and is not cached', async () => {
    const absent = { status: 404, body: { error: "there is no user 'nobody'" } };
    expect(await ask('GET', '/users/nobody')).toEqual(absent);
    expect(await ask('GET', '/users/nobody')).toEqual(absent);
    expect(await queries('findUser')).toBe(2);
  });

  test('an unknown user can be neither changed nor deleted', async () => {
    for (const [method, path, body] of [
      ['PATCH', '/users/nobody', '{"name":"Lin"}'],
      ['POST', '/users/nobody/visits'],
      ['POST', '/users/nobody/activity', '{"device":"phone"}'],
      ['DELETE', '/users/nobody'],
    ] as const) {
      expect(await ask(method, path, body)).toEqual({
        status: 404,
        body: { error: "there is no user 'nobody'" },
      });
    }
  });

  test('a change shows at once, cached before or not', async () => {
    await ask('GET', '/users/user-1');
    await ask('PATCH', '/users/user-1', '{"name":"Lin"}');
    await ask('PATCH', '/users/user-2', '{"name":"Mia"}');
    expect((await ask('GET', '/users/user-1')).body).toMatchObject({ name: 'Lin' });
    expect((await ask('GET', '/users/user-2')).body).toMatchObject({ name: 'Mia' });
    expect(await queries('findUser')).toBe(2);
  });

  test('a change overtakes a query that had read the old row', async () => {
    await ask('POST', '/probe/users/user-1/hold', '{}');
    const slow = ask('GET', '/users/user-1');
    await seen({ held: true });
    await ask('PATCH', '/users/user-1', '{"name":"Lin"}');
    await ask('POST', '/probe/users/user-1/release');
    expect((await slow).body).toMatchObject({ name: 'Barbara Booth' });
    expect((await ask('GET', '/users/user-1')).body).toMatchObject({ name: 'Lin' });
  });

  test('a change that contradicts what is stored is a 409 and changes nothing', async () => {
    const before = await ask('GET', '/users/user-1');
    expect((await ask('PATCH', '/users/user-1', '{"email":"user2@example.com"}')).status).toBe(409);
    expect((await ask('PATCH', '/users/user-1', '{"teamId":"team-0"}')).status).toBe(409);
    expect((await ask('GET', '/users/user-1')).body).toEqual(before.body);
  });
});

describe('changes at once', () => {
  test('a user who is deleted amid changes stays deleted', async () => {
    await restart({ latency: 5 });
    for (const id of ['user-1', 'user-2', 'user-3', 'user-4', 'user-5']) {
      await ask('GET', `/users/${id}`);
      const visits = Array.from({ length: 30 }, () => ask('POST', `/users/${id}/visits`));
      const reads = Array.from({ length: 30 }, () => ask('GET', `/users/${id}`));
      const deleted = await ask('DELETE', `/users/${id}`);
      await Promise.all([...visits, ...reads]);
      expect([deleted.status, (await ask('GET', `/users/${id}`)).status]).toEqual([204, 404]);
      expect((await ask('GET', `/teams/team-${id.slice(5)}/cached-users`)).body).toEqual({
        count: 0,
        users: [],
      });
    }
  });

  test('changes of users and of their teams leave the cache as the database is', async () => {
    await restart({ latency: 5 });
    for (let round = 0; round < 20; round++) {
      const all = Array.from({ length: 10 }, (_, n) => [
        ask('PATCH', '/users/user-1', JSON.stringify({ name: `name ${round} ${n}` })),
        ask('PATCH', '/users/user-1', JSON.stringify({ teamId: `team-${1 + (n % 3)}` })),
        ask('PATCH', `/teams/team-${1 + (n % 3)}`, JSON.stringify({ name: `team ${round} ${n}` })),
        ask('POST', '/users/user-1/visits'),
        ask('GET', '/users/user-1'),
      ]).flat();
      await Promise.all(all);
      const cached = (await ask('GET', '/users/user-1')).body as User;
      // An empty change gives the row as it is, but for its revision.
      const { revision, ...stored } = (await ask('PATCH', '/users/user-1', '{}')).body as User;
      expect(cached).toMatchObject(stored);
      expect(revision).toBeGreaterThan(cached.revision);
    }
  });
});

describe('requests', () => {
  test.each([
    ['not json', "the body is not JSON: give an object with 'name', 'email', 'teamId'"],
    ['', "the body is not JSON: give an object with 'name', 'email', 'teamId'"],
    ['[]', "the body is not an object: give one with 'name', 'email', 'teamId'"],
    ['{"visits":1}', "there is no field 'visits': give 'name', 'email', 'teamId'"],
    ['{"name":7}', "the field 'name' has to be a text of 1 to 200 characters"],
  ])('the body %j is a 400', async (body, error) => {
    expect(await ask('PATCH', '/users/user-1', body)).toEqual({ status: 400, body: { error } });
  });

  test('a missing field is a 400', async () => {
    expect(await ask('POST', '/login', '{"email":"user1@example.com"}')).toEqual({
      status: 400,
      body: { error: "the field 'password' is missing" },
    });
  });

  test('an unknown device is a 400', async () => {
    expect(await ask('POST', '/users/user-1/activity', '{"device":"__proto__"}')).toEqual({
      status: 400,
      body: { error: "there is no device '__proto__': give phone, tablet, laptop" },
    });
  });

  test('an oversized id is a 400 and reaches neither cache nor database', async () => {
    const error = 'the id has 9000 characters: give at most 64';
    const id = 'x'.repeat(9_000);
    expect(await ask('GET', `/users/${id}`)).toEqual({ status: 400, body: { error } });
    expect(await ask('DELETE', `/users/${id}`)).toEqual({ status: 400, body: { error } });
    expect(await ask('GET', `/teams/${id}/cached-users`)).toEqual({ status: 400, body: { error } });
    expect(await queries('findUser')).toBe(0);
  });

  test('an oversized body is a 413', async () => {
    const { status } = await ask('PATCH', '/users/user-1', JSON.stringify({ name: 'x'.repeat(20_000) }));
    expect(status).toBe(413);
  });

  test('an unknown path is a 404 that names it', async () => {
    expect(await ask('GET', '/nowhere')).toEqual({
      status: 404,
      body: { error: 'there is no GET /nowhere' },
    });
  });
});

describe('logins', () => {
  test('the right password gives the user, however the address is written', async () => {
    const body = JSON.stringify({ email: ' User9@Example.com', password: PASSWORD });
    expect(await ask('POST', '/login', body)).toEqual({
      status: 200,
      body: { userId: 'user-9', token: expect.any(String) },
    });
  });

  test('an unknown address looks like a wrong password, and is locked like one', async () => {
    const wrong = { error: 'wrong e-mail address or password', allowed: 5 };
    const guess = (email: string): Promise<Answer> =>
      ask('POST', '/login', JSON.stringify({ email, password: 'x' }));
    for (let attempts = 1; attempts <= 5; attempts++) {
      expect(await guess('user9@example.com')).toEqual({ status: 401, body: { ...wrong, attempts } });
      expect(await guess('nobody@example.com')).toEqual({ status: 401, body: { ...wrong, attempts } });
    }
    expect((await guess('user9@example.com')).status).toBe(429);
    expect((await guess('nobody@example.com')).status).toBe(429);
  });

  test('a lock tells when it ends', async () => {
    const guess = (): Promise<Response> =>
      fetch(`${service.url}/login`, { method: 'POST', body: '{"email":"user9@example.com","password":"x"}' });
    for (let n = 0; n < 5; n++) await guess();
    const seconds = Number((await guess()).headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(15 * 60);
  });
});

describe('the running service', () => {
  test('tells its health', async () => {
    expect(await ask('GET', '/health')).toMatchObject({
      status: 200,
      body: {
        status: 'ok',
        checks: { database: { status: 'ok' } },
        providers: { memory: { status: 'ok', caches: { users: 'ok' } } },
      },
    });
  });

  test('is alive without its database, and not ready', async () => {
    await ask('POST', '/probe/outage', '{"on":true}');
    expect(await ask('GET', '/health/ready')).toMatchObject({ status: 503, body: { status: 'down' } });
    expect(await ask('GET', '/health/live')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect((await ask('GET', '/health/other')).status).toBe(404);
  });

  test('gives its figures to Prometheus', async () => {
    await ask('GET', '/users/user-1');
    await ask('GET', '/users/user-1');
    const response = await fetch(`${service.url}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const labels = 'manager="default",cache="users",provider="memory",operation="getOrSet",outcome';
    const text = await response.text();
    expect(text).toContain(`cache_operations_total{${labels}="loaded"} 1\n`);
    expect(text).toContain(`cache_operations_total{${labels}="hit"} 1\n`);
    expect(text).toContain(
      'cache_session_validations_total{manager="default",sessions="sessions",outcome="valid"} 0',
    );
  });

  test('has no /probe unless asked', async () => {
    await restart({ probe: false });
    expect((await ask('GET', '/probe/users/user-1')).status).toBe(404);
  });

  test('stops by its own handle: requests are refused and the port is free again', async () => {
    const { port } = new URL(service.url);
    await service.close();
    await expect(fetch(`${service.url}/health`)).rejects.toThrow('fetch failed');
    service = await startService({ ...OPTIONS, port: Number(port) });
    expect(new URL(service.url).port).toBe(port);
  });

  test('lets a request finish when it stops', async () => {
    await restart({ latency: 200 });
    const slow = ask('GET', '/users/user-1');
    await seen({ inFlight: 1 });
    await service.close();
    expect((await slow).status).toBe(200);
  });

  test('cuts off a request that does not finish', async () => {
    await ask('POST', '/probe/users/user-1/hold', '{}');
    const hanging = ask('GET', '/users/user-1');
    const cut = expect(hanging).rejects.toThrow('fetch failed');
    await seen({ held: true });
    await service.close();
    await cut;
  });
});
