import { afterEach, expect, test, vi } from 'vitest';
import { Client, Program } from './program.ts';

// Milliseconds: a bound for a machine that is busy with other tests.
vi.setConfig({ testTimeout: 30_000 });

let program: Program | undefined;
afterEach(async () => {
  const ended = await program?.stop();
  program = undefined;
  expect(ended).toBe(0);
});

test.each(['node', 'web', 'express', 'express-session', 'fastify', 'koa', 'koa-session', 'hono'])(
  '%s logs in, counts visits in the session, and logs out',
  async (name) => {
    program = await Program.start(name);
    const ann = new Client(program.url);
    expect((await ann.ask('GET', '/me')).status).toBe(401);
    const wrong = { user: 'ann', password: 'wrong' };
    expect((await ann.ask('POST', '/login', wrong)).status).toBe(401);
    const right = { user: 'ann', password: 'correct horse battery staple' };
    expect((await ann.ask('POST', '/login', right)).status).toBe(200);
    expect(await ann.ask('GET', '/me')).toEqual({ status: 200, body: { user: 'ann', visits: 1 } });
    expect(await ann.ask('GET', '/me')).toEqual({ status: 200, body: { user: 'ann', visits: 2 } });
    const thief = ann.copy();
    expect((await ann.ask('POST', '/logout')).status).toBe(200);
    expect((await thief.ask('GET', '/me')).status).toBe(401);
  },
);

test('better-auth signs up, finds its session, and signs out', async () => {
  program = await Program.start('better-auth');
  const ann = new Client(program.url);
  const account = { email: 'ann@example.org', password: 'correct horse battery staple', name: 'Ann' };
  expect((await ann.ask('POST', '/api/auth/sign-up/email', account)).status).toBe(200);
  const session = {
    status: 200,
    body: expect.objectContaining({ user: expect.objectContaining({ name: 'Ann' }) }),
  };
  expect(await ann.ask('GET', '/api/auth/get-session')).toEqual(session);
  const thief = ann.copy();
  expect((await ann.ask('POST', '/api/auth/sign-out')).status).toBe(200);
  expect(await thief.ask('GET', '/api/auth/get-session')).toEqual({ status: 200, body: 'null' });
});

test('Auth.js signs in by a link that is good once, finds its session, and signs out', async () => {
  program = await Program.start('authjs');
  const ann = new Client(program.url);
  const form = async (fields: Record<string, string>): Promise<URLSearchParams> => {
    const { body } = await ann.ask('GET', '/auth/csrf');
    return new URLSearchParams({ ...(body as { csrfToken: string }), ...fields });
  };
  await ann.ask('POST', '/auth/signin/email', await form({ email: 'ann@example.org' }));
  const link = /^to sign in: (?<url>\S+)$/.exec(await program.line())?.groups?.['url'] ?? '';
  await ann.ask('GET', link);
  const session = { status: 200, body: expect.objectContaining({ user: { email: 'ann@example.org' } }) };
  expect(await ann.ask('GET', '/auth/session')).toEqual(session);
  const second = new Client(program.url);
  await second.ask('GET', link);
  expect(await second.ask('GET', '/auth/session')).toEqual({ status: 200, body: 'null' });
  const thief = ann.copy();
  await ann.ask('POST', '/auth/signout', await form({}));
  expect(await thief.ask('GET', '/auth/session')).toEqual({ status: 200, body: 'null' });
});
