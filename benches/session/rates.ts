/** How many sessions are validated in a second, in this process and on Redis, against the bare client and the store most programs use? */
import { startRedis } from '@cache/test-servers/redis';
import { inspectMachine } from '../method/machine.ts';
import { quick } from '../method/quick.ts';
import { keepResults } from '../method/results.ts';
import { takeTurns } from '../method/rounds.ts';
import { ratios, spread } from '../method/statistics.ts';
import { Worker } from '../method/worker.ts';
import type { SessionRateQuestion, SessionRateSetting } from '../workers/sessions.ts';
import type { SessionRateFigures } from './figures.ts';

/** A subject in a process of its own, and what it is called in the table. */
interface Turn extends Pick<SessionRateSetting, 'subject' | 'operation' | 'inFlight'> {
  readonly place: SessionRateFigures['place'];
  readonly told: string;
  /** Among which it is compared. */
  readonly about: string;
}

const SESSIONS = quick ? 100 : 10_000;
const PLAN = quick ? { warmUps: 0, rounds: 1 } : { warmUps: 2, rounds: 10 };
const QUESTION: SessionRateQuestion = { milliseconds: quick ? 5 : 100 };

function inMemory(subject: SessionRateSetting['subject'], told: string): Turn {
  return { place: 'memory', subject, told, about: 'get', operation: 'get', inFlight: 1 };
}

function onRedis(
  about: string,
  inFlight: number,
  subject: SessionRateSetting['subject'],
  told: string,
  operation: SessionRateSetting['operation'],
): Turn {
  return { place: 'redis', subject, told, about, operation, inFlight };
}

const TURNS: readonly Turn[] = [
  inMemory('express-session, MemoryStore', 'express-session, MemoryStore'),
  inMemory('@cache/session, memory', '@cache/session'),
  ...[1, 50].flatMap((inFlight) => [
    onRedis('get', inFlight, 'ioredis', 'ioredis, GET', 'get'),
    onRedis('get', inFlight, '@cache/session, Redis', '@cache/session', 'get'),
    onRedis('get', inFlight, 'connect-redis', 'connect-redis, get', 'get'),
    onRedis('get', inFlight, 'connect-redis', 'connect-redis, get and touch', 'request'),
  ]),
  onRedis('create', 50, 'connect-redis', 'connect-redis', 'create'),
  onRedis('create', 50, '@cache/session, Redis', '@cache/session', 'create'),
  onRedis('update', 50, 'connect-redis', 'connect-redis, get and set', 'update'),
  onRedis('update', 50, '@cache/session, Redis', '@cache/session', 'update'),
];

const machine = inspectMachine();
await using server = await startRedis();
const workers = TURNS.map(
  ({ subject, operation, inFlight }) =>
    new Worker(new URL('../workers/sessions.ts', import.meta.url), {
      subject,
      operation,
      inFlight,
      sessions: SESSIONS,
      url: server.url,
    } satisfies SessionRateSetting),
);
try {
  const taken = await takeTurns(
    workers.map((worker) => () => worker.ask<number>(QUESTION)),
    PLAN,
  );
  const figures = TURNS.map(({ place, told, about, inFlight }, at): SessionRateFigures => {
    const first = TURNS.findIndex(
      (other) => other.place === place && other.about === about && other.inFlight === inFlight,
    );
    const own = taken[at] as number[];
    return {
      place,
      subject: told,
      operation: about,
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
} finally {
  await Promise.all(workers.map((worker) => worker.end()));
}
