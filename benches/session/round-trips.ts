/** How often does an operation on a session wait for the server, and which commands does it send? */
import { once } from 'node:events';
import { createManager, systemClock } from '@cache/core';
import { fakeClock } from '@cache/core/testing';
import { redis } from '@cache/redis';
import { createSessionManager, policies } from '@cache/session';
import { startRedis } from '@cache/test-servers/redis';
import { Redis } from 'ioredis';
import { inspectMachine } from '../method/machine.ts';
import { keepResults } from '../method/results.ts';
import type { TripFigures } from './figures.ts';

await using server = await startRedis();
const client = new Redis(server.url, { maxRetriesPerRequest: 0, enableOfflineQueue: false });
await once(client, 'ready');
/** What is sent before a reply to any of it came is one trip. */
let trips: string[][] = [];
let isAnswered = true;
const send = client.callBuffer.bind(client) as (command: string, ...args: unknown[]) => Promise<unknown>;
client.callBuffer = (command: string, ...args: unknown[]): Promise<unknown> => {
  if (isAnswered) trips.push([]);
  isAnswered = false;
  trips.at(-1)?.push(command);
  const reply = send(command, ...args);
  const answered = (): void => void (isAnswered = true);
  reply.then(answered, answered);
  return reply;
};

// Time stands still: nothing beats and nothing polls.
const clock = fakeClock(systemClock().now());
const manager = createManager({ providers: [redis({ client })], clock });
const sessions = createSessionManager<{ count?: number }>({
  manager,
  secret: new Uint8Array(32).fill(1),
  policy: policies.aal2({ touchInterval: 1 }),
  limit: { max: 100, onExceeded: 'evict-lru' },
  clock,
});
const made = async (subject: string): Promise<string> =>
  (await sessions.create({ subject, amr: ['pwd'] })).token.reveal();

const operations: Readonly<Record<string, (token: string, subject: string) => Promise<unknown>>> = {
  create: (_, subject) => sessions.create({ subject }),
  get: (token) => sessions.get(token, { touch: false }),
  'get, of no session': () => sessions.get(`ab.${'x'.repeat(68)}`),
  touch: (token) => sessions.touch(token),
  update: (token) => sessions.update(token, ({ count = 0 }) => ({ count: count + 1 })),
  patch: (token) => sessions.patch(token, { count: 1 }),
  rotate: (token) => sessions.rotate(token),
  stepUp: (token) => sessions.stepUp(token, 'otp'),
  login: (token, subject) => sessions.login(token, { subject }),
  list: (_, subject) => sessions.list(subject),
  revoke: (token) => sessions.revoke(token),
  revokeAll: (_, subject) => sessions.revokeAll(subject),
  'revokeAll, but one': (token, subject) => sessions.revokeAll(subject, { except: token }),
};
// Scripts that the server knows are sent by their digest.
for (const run of Object.values(operations)) await run(await made('warm-up'), 'warm-up');
const figures: TripFigures[] = [];
for (const [operation, run] of Object.entries(operations)) {
  const token = await made(operation);
  await made(operation);
  clock.advance(10);
  trips = [];
  isAnswered = true;
  await run(token, operation);
  figures.push({ operation, trips });
  trips = [];
}
for (const { operation, trips: taken } of figures)
  console.log(`${operation.padEnd(20)} ${taken.length}  ${taken.map((each) => each.join('+')).join(', ')}`);
keepResults('session-round-trips', { machine: inspectMachine(), figures });
await sessions.close();
await manager.close();
client.disconnect();
