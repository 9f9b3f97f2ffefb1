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

function remove(path: string): Promise<Response> {
  return fetch(`${service.url}${path}`, { method: 'DELETE' });
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
