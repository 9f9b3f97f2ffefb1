/** How many sessions are validated in a second, in this process and on Redis, against the bare client and the store most programs use? */
import { createManager, type Provider } from '@cache/core';
import { memory } from '@cache/memory';
import { redis } from '@cache/redis';
import { createSessionManager, policies } from '@cache/session';
import { startRedis } from '@cache/test-servers/redis';
import { RedisStore } from 'connect-redis';
import expressSession, { type SessionData } from 'express-session';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { inspectMachine } from '../method/machine.ts';
import { quick } from '../method/quick.ts';
import { keepResults } from '../method/results.ts';
import { takeTurns } from '../method/rounds.ts';
import { ratios, spread, type Spread } from '../method/statistics.ts';

export interface SessionRateFigures {
  readonly place: 'memory' | 'redis';
  readonly subject: string;
  readonly operation: string;
  readonly inFlight: number;
  readonly rate: Spread;
  /** Of the rate against the first of the same place, operation and depth, round by round. */
  readonly ratio: Spread;
}

/** What a request asks of a subject, for the session at this place. */
type Ask = (at: number) => Promise<unknown>;

interface Turn {
  readonly place: SessionRateFigures['place'];
  readonly subject: string;
  readonly operation: string;
  readonly inFlight: number;
  readonly ask: Ask;
}

const SESSIONS = quick ? 100 : 10_000;
const PLAN = quick ? { warmUps: 0, rounds: 1 } : { warmUps: 2, rounds: 10 };
const ROUND_MS = quick ? 5 : 100;
const DATA = { cart: ['tea', 'milk'], locale: 'en', theme: 'dark', visits: 7 };
const SECRET = new Uint8Array(32).fill(1);

const machine = inspectMachine();
await using server = await startRedis();
const raw = new Redis(server.url);
const nodeRedis = createClient({ url: server.url });
await nodeRedis.connect();

const inMemory = await ours(memory({ maxEntries: 100_000 }));
const onRedis = await ours(redis({ url: server.url }));
const bytes = Buffer.from(JSON.stringify({ subject: 'user-1', ...DATA }).repeat(2));
for (let at = 0; at < SESSIONS; at += 1) await raw.set(`raw:${at}`, bytes, 'PX', 3_600_000);
const memoryStore = await stored(new expressSession.MemoryStore());
const redisStore = await stored(new RedisStore({ client: nodeRedis, ttl: 3_600 }));

const depths = [1, 50];
const turns: readonly Turn[] = [
  {
    place: 'memory',
    subject: 'express-session, MemoryStore',
    operation: 'get',
    inFlight: 1,
    ask: memoryStore.get,
  },
  { place: 'memory', subject: '@cache/session', operation: 'get', inFlight: 1, ask: inMemory.get },
  ...depths.flatMap((inFlight): readonly Turn[] => [
    {
      place: 'redis',
      subject: 'ioredis, GET',
      operation: 'get',
      inFlight,
      ask: (at) => raw.getBuffer(`raw:${at}`),
    },
    { place: 'redis', subject: '@cache/session', operation: 'get', inFlight, ask: onRedis.get },
    { place: 'redis', subject: 'connect-redis, get', operation: 'get', inFlight, ask: redisStore.get },
    {
      place: 'redis',
      subject: 'connect-redis, get and touch',
      operation: 'get',
      inFlight,
      ask: redisStore.request,
    },
  ]),
  { place: 'redis', subject: 'connect-redis', operation: 'create', inFlight: 50, ask: redisStore.create },
  { place: 'redis', subject: '@cache/session', operation: 'create', inFlight: 50, ask: onRedis.create },
  {
    place: 'redis',
    subject: 'connect-redis, get and set',
    operation: 'update',
    inFlight: 50,
    ask: redisStore.update,
  },
  { place: 'redis', subject: '@cache/session', operation: 'update', inFlight: 50, ask: onRedis.update },
];
const taken = await takeTurns(
  turns.map((turn) => () => rateOf(turn)),
  PLAN,
);
const figures = turns.map((turn, at): SessionRateFigures => {
  const first = turns.findIndex(
    (other) =>
      other.place === turn.place && other.operation === turn.operation && other.inFlight === turn.inFlight,
  );
  const own = taken[at] as number[];
  const { place, subject, operation, inFlight } = turn;
  return {
    place,
    subject,
    operation,
    inFlight,
    rate: spread(own),
    ratio: spread(ratios(own, taken[first] as number[])),
  };
});
for (const { place, subject, operation, inFlight, rate, ratio } of figures)
  console.log(
    `${place.padEnd(7)} ${operation.padEnd(7)} ${String(inFlight).padStart(3)} ${subject.padEnd(30)} ${String(Math.round(rate.median)).padStart(8)}/s  x${ratio.median.toFixed(2)} (${ratio.low.toFixed(2)}-${ratio.high.toFixed(2)})`,
  );
keepResults('session-rates', { machine, figures });
await inMemory.close();
await onRedis.close();
raw.disconnect();
await nodeRedis.close();

/** Calls per second of a closed loop. */
async function rateOf({ ask, inFlight }: Turn): Promise<number> {
  const end = performance.now() + ROUND_MS;
  const started = performance.now();
  let count = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() < end) {
      for (let n = 0; n < 16; n += 1) {
        const found = await ask((count * 7919) % SESSIONS);
        if (found === null || found === undefined) throw new Error('a session is missing');
        count += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  return (1_000 * count) / (performance.now() - started);
}

async function ours(provider: Provider): Promise<{
  readonly get: Ask;
  readonly create: Ask;
  readonly update: Ask;
  readonly close: () => Promise<void>;
}> {
  const manager = createManager({ providers: [provider] });
  const sessions = createSessionManager({ manager, secret: SECRET, policy: policies.aal2() });
  const tokens: string[] = [];
  for (let at = 0; at < SESSIONS; at += 1)
    tokens.push((await sessions.create({ subject: `user-${at}`, data: DATA })).token.reveal());
  return {
    get: (at) => sessions.get(tokens[at]),
    create: (at) => sessions.create({ subject: `user-${at}`, data: DATA }),
    update: (at) => sessions.update(tokens[at], (data) => ({ ...data, visits: at })),
    close: () => manager.close(),
  };
}

/** A store of express-session, with what its middleware does for a request. */
async function stored(
  store: expressSession.Store,
): Promise<{ readonly get: Ask; readonly request: Ask; readonly create: Ask; readonly update: Ask }> {
  const asked = <T>(
    ask: (done: (error?: unknown, value?: T | null) => void) => void,
  ): Promise<T | null | true> =>
    new Promise((resolve, reject) =>
      ask((error, value) => (error === null || error === undefined ? resolve(value ?? true) : reject(error))),
    );
  const content = (at: number): SessionData =>
    ({
      cookie: { maxAge: 3_600_000, originalMaxAge: 3_600_000 },
      subject: `user-${at}`,
      ...DATA,
    }) as unknown as SessionData;
  const get: Ask = (at) => asked((done) => store.get(`sid-${at}`, done));
  for (let at = 0; at < SESSIONS; at += 1) await asked((done) => store.set(`sid-${at}`, content(at), done));
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
