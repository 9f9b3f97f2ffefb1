import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Auth, type AuthConfig } from '@auth/core';
import type { AdapterUser } from '@auth/core/adapters';
import { createManager, type Manager } from '@cache/core';
import { chaos, fakeClock, type Weather } from '@cache/core/testing';
import { memory } from '@cache/memory';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { authjsSessions, type AuthjsSessions } from '../../src/http/authjs.ts';
import { usersIn } from './authjs-users.ts';
import { Jar } from './jar.ts';

describe('Auth.js over a cache', () => {
  let manager: Manager;
  let server: Server;
  let origin: string;
  let weather: Weather | undefined;
  let table: Map<string, AdapterUser>;
  let sessions: AuthjsSessions;
  /** The links that were sent. */
  let mail: string[];

  beforeEach(async () => {
    weather = undefined;
    mail = [];
    table = new Map();
    manager = createManager({ providers: [chaos(memory(), () => weather, fakeClock())] });
    sessions = authjsSessions({
      manager,
      secret: new Uint8Array(32).fill(5),
      users: usersIn(table),
      absolute: '30d',
      cache: { breaker: false },
    });
    const config: AuthConfig = {
      adapter: sessions.adapter,
      secret: 'of-thirty-two-characters-and-more-0123456789',
      trustHost: true,
      basePath: '/auth',
      session: { strategy: 'database' },
      // It complains of every error that a test provokes.
      logger: { error: () => undefined, warn: () => undefined },
      providers: [
        {
          id: 'email',
          type: 'email',
          name: 'Email',
          sendVerificationRequest({ url }) {
            mail.push(url);
          },
        },
      ],
    };
    server = createServer((request, response) => {
      requestOf(request, origin)
        .then((asked) => Auth(asked, config))
        .then(async (answer) => {
          response.writeHead(answer.status, [...answer.headers].flat());
          response.end(await answer.text());
        })
        .catch(() => response.writeHead(500).end());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await manager.close();
  });

  async function post(client: Jar, path: string, fields: Record<string, string> = {}): Promise<Response> {
    const { csrfToken } = (await (await client.ask('/auth/csrf')).json()) as { readonly csrfToken: string };
    return client.ask(path, { method: 'POST', body: new URLSearchParams({ csrfToken, ...fields }) });
  }

  async function who(client: Jar): Promise<string | null> {
    const response = await client.ask('/auth/session');
    expect(response.status).toBe(200);
    const found = (await response.json()) as { readonly user: { readonly email: string } } | null;
    return found?.user.email ?? null;
  }

  /** The link that a visitor was sent. */
  async function linkFor(email: string): Promise<string> {
    await post(new Jar(origin), '/auth/signin/email', { email });
    const link = mail.at(-1) as string;
    expect(link).toContain(encodeURIComponent(email));
    return link;
  }

  test('signs in by a link, finds the session in the cache, and signs out', async () => {
    const ann = new Jar(origin);
    expect((await ann.ask(await linkFor('ann@example.org'))).status).toBe(302);
    expect(await who(ann)).toBe('ann@example.org');
    expect([...table.values()]).toMatchObject([{ email: 'ann@example.org' }]);
    const before = ann.copy();
    await post(ann, '/auth/signout');
    expect(ann.cookie('session-token')).toBeUndefined();
    expect(await who(before)).toBeNull();
  });

  test('of those who follow a link at the same time one is signed in', async () => {
    const link = await linkFor('ann@example.org');
    const clients = Array.from({ length: 8 }, () => new Jar(origin));
    await Promise.all(clients.map((client) => client.ask(link)));
    const seen = await Promise.all(clients.map(who));
    expect(seen.filter((email) => email !== null)).toEqual(['ann@example.org']);
  });

  test('all devices of a user are signed out at once', async () => {
    const [phone, laptop, bob] = [new Jar(origin), new Jar(origin), new Jar(origin)];
    await phone.ask(await linkFor('ann@example.org'));
    await laptop.ask(await linkFor('ann@example.org'));
    await bob.ask(await linkFor('bob@example.org'));
    const ann = [...table.values()].find(({ email }) => email === 'ann@example.org');
    expect(await sessions.endAll(ann?.id ?? '')).toBe(2);
    expect([await who(phone), await who(laptop), await who(bob)]).toEqual([null, null, 'bob@example.org']);
  });

  test('T38: a store that fails leaves the cookie alone', async () => {
    const ann = new Jar(origin);
    await ann.ask(await linkFor('ann@example.org'));
    weather = { fault: 'fail' };
    const failed = await ann.ask('/auth/session');
    expect(failed.headers.getSetCookie().filter((cookie) => cookie.includes('session-token'))).toEqual([]);
    weather = undefined;
    expect(await who(ann)).toBe('ann@example.org');
  });
});

/** The request as the Web has it. */
async function requestOf(request: IncomingMessage, origin: string): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new Request(new URL(request.url ?? '/', origin), {
    method: request.method ?? 'GET',
    headers: Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
  });
}
