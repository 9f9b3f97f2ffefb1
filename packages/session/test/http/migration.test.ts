/** A service that leaves express-session on connect-redis: what is there before, and what comes after, are real. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { unescape } from 'node:querystring';
import { createManager } from '@cache/core';
import { memory } from '@cache/memory';
import { startRedis } from '@cache/test-servers/redis';
import { RedisStore } from 'connect-redis';
import express from 'express';
import session from 'express-session';
import { createClient } from 'redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expressSessions } from '../../src/http/express.ts';
import { createSessionManager, type LegacySessions } from '../../src/index.ts';
import { Jar } from './jar.ts';

interface Data {
  readonly cart: readonly string[];
}

const SECRET = 'that express-session signed with';
const stack = new AsyncDisposableStack();
let oldSite: string;
let newSite: string;

beforeAll(async () => {
  const server = stack.use(await startRedis({ unixSocket: true }));
  const client = createClient({ socket: { path: server.socketPath as string, tls: false } });
  await client.connect();
  stack.defer(() => client.close());

  const before = express();
  before.use(
    session({
      store: new RedisStore({ client }),
      secret: SECRET,
      resave: false,
      saveUninitialized: false,
    }),
  );
  before.get('/login', (request, response) => {
    Object.assign(request.session, { user: 'ann', cart: ['tea'] });
    response.json('welcome');
  });
  before.get('/me', (request, response) => {
    response.json(Reflect.get(request.session, 'user') ?? null);
  });
  oldSite = await listening(before.listen(0, '127.0.0.1'));

  const sessions = createSessionManager<Data>({
    manager: createManager({ providers: [memory()] }),
    secret: new Uint8Array(32).fill(1),
    policy: { idle: '30m', absolute: '12h' },
    initial: () => ({ cart: [] }),
  });
  const legacy: LegacySessions<Data> = {
    async read(token) {
      const sid = signedId(token, SECRET);
      const text = sid === undefined ? null : await client.get(`sess:${sid}`);
      if (text === null) return null;
      const { user, cart } = JSON.parse(text) as { user?: string; cart?: string[] };
      return { subject: user ?? null, data: { cart: cart ?? [] } };
    },
    async remove(token) {
      const sid = signedId(token, SECRET);
      return sid !== undefined && (await client.del(`sess:${sid}`)) === 1;
    },
  };
  const after = express();
  const mine = expressSessions(sessions, {
    cookie: { name: 'sid', secure: false },
    adopt: { cookie: 'connect.sid', importer: sessions.importFrom(legacy) },
  });
  after.use(mine);
  after.get('/me', async (_request, response) => {
    const found = await mine.of(response).get();
    response.json(found && { subject: found.subject, cart: found.data.cart });
  });
  newSite = await listening(after.listen(0, '127.0.0.1'));
});
afterAll(() => stack.disposeAsync());

async function listening(server: Server): Promise<string> {
  await once(server, 'listening');
  stack.defer(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The id in a cookie of express-session, if its signature is right. */
function signedId(cookie: string, secret: string): string | undefined {
  const [, sid, signature] = /^s:(?<sid>.+)\.(?<signature>[^.]+)$/.exec(unescape(cookie)) ?? [];
  if (sid === undefined || signature === undefined) return undefined;
  const right = createHmac('sha256', secret).update(sid).digest('base64').replace(/=+$/, '');
  const isRight =
    signature.length === right.length && timingSafeEqual(Buffer.from(signature), Buffer.from(right));
  return isRight ? sid : undefined;
}

test('who was logged in stays so, on every device, and the old session is good no more', async () => {
  const laptop = new Jar(oldSite);
  await laptop.ask('/login');
  const old = laptop.cookie('connect.sid') as string;
  const ann = new Jar(newSite);
  const first = await ann.ask('/me', { headers: { cookie: `connect.sid=${old}` } });
  expect(await first.json()).toEqual({ subject: 'ann', cart: ['tea'] });
  expect(first.headers.getSetCookie()).toEqual([expect.stringMatching(/^sid=/)]);
  expect(await (await ann.ask('/me')).json()).toEqual({ subject: 'ann', cart: ['tea'] });
  expect(await (await laptop.ask('/me')).json()).toBeNull();
});

test('a cookie with a wrong signature is nobody', async () => {
  const laptop = new Jar(oldSite);
  await laptop.ask('/login');
  const old = laptop.cookie('connect.sid') as string;
  const forged = `${old.slice(0, -2)}${old.endsWith('AA') ? 'BB' : 'AA'}`;
  const seen = await new Jar(newSite).ask('/me', { headers: { cookie: `connect.sid=${forged}` } });
  expect(await seen.json()).toBeNull();
  expect(seen.headers.getSetCookie()).toEqual([]);
  expect(await (await laptop.ask('/me')).json()).toBe('ann');
});
