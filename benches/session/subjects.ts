/** Who keeps sessions in the comparison, and how each is asked. */
import { createManager, type Provider } from '@cache/core';
import { memory } from '@cache/memory';
import { redis } from '@cache/redis';
import { createSessionManager, policies } from '@cache/session';
import { RedisStore } from 'connect-redis';
import expressSession, { type SessionData } from 'express-session';
import { Redis } from 'ioredis';
import { createClient } from 'redis';

export type SessionSubjectName =
  | 'express-session, MemoryStore'
  | '@cache/session, memory'
  | 'ioredis'
  | '@cache/session, Redis'
  | 'connect-redis';

/** What a request asks for the session at this place. Gives something of the session. */
type Ask = (at: number) => Promise<unknown>;

export interface SessionSubject {
  readonly get: Ask;
  /** What express-session asks of its store for each request. */
  readonly request?: Ask;
  readonly create?: Ask;
  readonly update?: Ask;
}

const SECRET = new Uint8Array(32).fill(1);
const DATA = { cart: ['tea', 'milk'], locale: 'en', theme: 'dark', visits: 7 };
const LIFE_MS = 3_600_000;

const OPENERS: Readonly<
  Record<SessionSubjectName, (url: string, sessions: number) => Promise<SessionSubject>>
> = {
  'express-session, MemoryStore': (_url, sessions) => stored(new expressSession.MemoryStore(), sessions),
  '@cache/session, memory': (_url, sessions) => ours(memory({ maxEntries: 100_000 }), sessions),
  ioredis: (url, sessions) => bare(new Redis(url), sessions),
  '@cache/session, Redis': (url, sessions) => ours(redis({ url }), sessions),
  async 'connect-redis'(url, sessions) {
    const client = createClient({ url });
    await client.connect();
    return stored(new RedisStore({ client, ttl: LIFE_MS / 1_000 }), sessions);
  },
};

/** Opens it, with as many sessions. It ends with its process. */
export function openSessions(
  name: SessionSubjectName,
  url: string,
  sessions: number,
): Promise<SessionSubject> {
  return OPENERS[name](url, sessions);
}

async function bare(client: Redis, sessions: number): Promise<SessionSubject> {
  const bytes = Buffer.from(JSON.stringify({ subject: 'user-1', ...DATA }).repeat(2));
  for (let at = 0; at < sessions; at += 1) await client.set(`raw:${at}`, bytes, 'PX', LIFE_MS);
  return { get: (at) => client.getBuffer(`raw:${at}`) };
}

async function ours(provider: Provider, count: number): Promise<SessionSubject> {
  const manager = createManager({ providers: [provider] });
  const sessions = createSessionManager({ manager, secret: SECRET, policy: policies.aal2() });
  const tokens: string[] = [];
  for (let at = 0; at < count; at += 1)
    tokens.push((await sessions.create({ subject: `user-${at}`, data: DATA })).token.reveal());
  return {
    get: (at) => sessions.get(tokens[at]),
    create: (at) => sessions.create({ subject: `user-${at}`, data: DATA }),
    update: (at) => sessions.update(tokens[at], (data) => ({ ...data, visits: at })),
  };
}

async function stored(store: expressSession.Store, count: number): Promise<SessionSubject> {
  const asked = <T>(
    ask: (done: (error?: unknown, value?: T | null) => void) => void,
  ): Promise<T | null | true> =>
    new Promise((resolve, reject) =>
      ask((error, value) => (error === null || error === undefined ? resolve(value ?? true) : reject(error))),
    );
  const content = (at: number): SessionData =>
    ({
      cookie: { maxAge: LIFE_MS, originalMaxAge: LIFE_MS },
      subject: `user-${at}`,
      ...DATA,
    }) as unknown as SessionData;
  const get: Ask = (at) => asked((done) => store.get(`sid-${at}`, done));
  for (let at = 0; at < count; at += 1) await asked((done) => store.set(`sid-${at}`, content(at), done));
  let made = 0;
  return {
    get,
    async request(at) {
      const found = (await get(at)) as SessionData;
      await asked((done) => store.touch?.(`sid-${at}`, found, done));
      return found;
    },
    create: (at) => asked((done) => store.set(`new-${(made += 1)}`, content(at), done)),
    async update(at) {
      const found = (await get(at)) as SessionData;
      return asked((done) => store.set(`sid-${at}`, { ...found, visits: at } as SessionData, done));
    },
  };
}
