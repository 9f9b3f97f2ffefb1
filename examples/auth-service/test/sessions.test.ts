import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PASSWORD } from '../src/database/seed.ts';
import { startService, type Service } from '../src/service.ts';

// Milliseconds: a bound for a machine that is busy with other tests.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let service: Service;

beforeEach(async () => {
  service = await startService({ provider: 'memory', port: 0, latency: 0, http2: false, probe: false });
});

afterEach(() => service.close());

/** Gives the token of the new session. */
async function login(): Promise<string> {
  const body = JSON.stringify({ email: 'user9@example.com', password: PASSWORD });
  const response = await fetch(`${service.url}/login`, { method: 'POST', body });
  return ((await response.json()) as { token: string }).token;
}

function session(authorization: string): Promise<Response> {
  return fetch(`${service.url}/session`, { headers: { authorization } });
}

function remove(path: string, token?: string): Promise<Response> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return fetch(`${service.url}${path}`, { method: 'DELETE', headers });
}

interface Device {
  readonly id: string;
  readonly current: boolean;
}

async function devicesOf(token: string): Promise<readonly Device[]> {
  const response = await fetch(`${service.url}/session/devices`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return (await response.json()) as readonly Device[];
}

test('a session is known by its token, and by nothing else', async () => {
  const token = await login();
  const known = await session(`Bearer ${token}`);
  expect([known.status, await known.json()]).toEqual([200, { userId: 'user-9' }]);
  for (const authorization of ['Bearer another', token, '']) {
    const unknown = await session(authorization);
    expect([unknown.status, await unknown.json()]).toEqual([
      401,
      { error: "there is no such session: give 'authorization: Bearer <token>'" },
    ]);
  }
});

test('the oldest session of a user goes when a fourth begins', async () => {
  const tokens = [await login(), await login(), await login(), await login()];
  const answers = await Promise.all(tokens.map((token) => session(`Bearer ${token}`)));
  expect(answers.map(({ status }) => status)).toEqual([401, 200, 200, 200]);
});

test('all sessions of a user end at once', async () => {
  const [one, other] = [await login(), await login()];
  expect(await (await remove('/users/user-9/sessions')).json()).toEqual({ ended: 2 });
  expect((await session(`Bearer ${one}`)).status).toBe(401);
  expect((await session(`Bearer ${other}`)).status).toBe(401);
});

test('sessions end with their user', async () => {
  const token = await login();
  expect((await remove('/users/user-9')).status).toBe(204);
  expect((await session(`Bearer ${token}`)).status).toBe(401);
});

test('a user sees where else he is logged in, and ends one, the others, or this one', async () => {
  const [one, other, third] = [await login(), await login(), await login()];
  const devices = await devicesOf(one);
  expect(devices.map(({ current }) => current).filter(Boolean)).toEqual([true]);
  const thirds = (await devicesOf(third)).find(({ current }) => current);
  expect((await remove(`/session/devices/${thirds?.id}`, one)).status).toBe(204);
  expect((await session(`Bearer ${third}`)).status).toBe(401);
  expect((await remove(`/session/devices/${thirds?.id}`, one)).status).toBe(404);
  expect(await (await remove('/session/others', one)).json()).toEqual({ ended: 1 });
  expect((await session(`Bearer ${other}`)).status).toBe(401);
  expect((await session(`Bearer ${one}`)).status).toBe(200);
  expect(await (await remove('/session', one)).json()).toEqual({ ended: 1 });
  expect((await session(`Bearer ${one}`)).status).toBe(401);
});

test('nobody ends the session of another user', async () => {
  const mine = await login();
  const body = JSON.stringify({ email: 'user10@example.com', password: PASSWORD });
  const response = await fetch(`${service.url}/login`, { method: 'POST', body });
  const { token: theirs } = (await response.json()) as { token: string };
  const [device] = await devicesOf(theirs);
  expect((await remove(`/session/devices/${device?.id}`, mine)).status).toBe(404);
  expect((await session(`Bearer ${theirs}`)).status).toBe(200);
});
