/** How much can two processes read together, each for many callers at once? */
import { startRedis } from '@cache/test-servers/redis';
import { inspectMachine } from '../method/machine.ts';
import { quick } from '../method/quick.ts';
import { takeTurns } from '../method/rounds.ts';
import { ratios, type Spread, spread } from '../method/statistics.ts';
import { Worker } from '../method/worker.ts';
import { keep } from './kept.ts';
import { LIMIT, OURS, type SubjectName } from './subjects/subjects.ts';
import type { OperationRound, OperationRoundTaken, OperationSetting } from './workers/operations.ts';

export interface TogetherFigures {
  readonly subject: SubjectName;
  readonly processes: number;
  /** Callers in each process. */
  readonly inFlight: number;
  /** Reads per second, of all processes. */
  readonly rate: Spread;
  /** Against the bare client, round by round. */
  readonly ratio: Spread;
}

const PROCESSES = 2;
const SUBJECTS: readonly SubjectName[] = [LIMIT, 'ioredis, auto-pipelining', 'node-redis, JSON', OURS];
const DEPTHS = [256, 1_024];
const ENTRIES = quick ? 200 : 10_000;
const PLAN = quick ? { warmUps: 0, rounds: 1 } : { warmUps: 2, rounds: 9 };
const ROUND_MS = quick ? 5 : 200;

const machine = inspectMachine();
await using server = await startRedis();
const workers = SUBJECTS.map((subject) =>
  Array.from(
    { length: PROCESSES },
    () =>
      new Worker(new URL('workers/operations.ts', import.meta.url), {
        subject,
        url: server.url,
        entries: ENTRIES,
      } satisfies OperationSetting),
  ),
);
const turns = DEPTHS.flatMap((inFlight) => SUBJECTS.map((subject, at) => ({ subject, inFlight, at })));
const rates = await takeTurns(
  turns.map(
    ({ inFlight, at }) =>
      () =>
        readTogether(workers[at] as Worker[], inFlight),
  ),
  PLAN,
);
for (const worker of workers.flat()) await worker.end();

const figures = turns.map(({ subject, inFlight, at }, turn): TogetherFigures => {
  const own = rates[turn] as number[];
  const limit = rates[turn - at] as number[];
  return {
    subject,
    processes: PROCESSES,
    inFlight,
    rate: spread(own),
    ratio: spread(ratios(own, limit)),
  };
});
for (const { subject, inFlight, rate, ratio } of figures)
  console.log(
    `${String(inFlight).padStart(4)} ${subject.padEnd(26)} ${String(Math.round(rate.median)).padStart(7)}/s  x${ratio.median.toFixed(2)} (${ratio.low.toFixed(2)}-${ratio.high.toFixed(2)})`,
  );
keep('two-processes', { machine, figures });

/** Reads per second, from the first one's start to the last one's end. */
async function readTogether(readers: readonly Worker[], inFlight: number): Promise<number> {
  const round: OperationRound = { operation: 'get', inFlight, ms: ROUND_MS };
  const taken = await Promise.all(readers.map((reader) => reader.ask<OperationRoundTaken>(round)));
  const count = taken.reduce((total, each) => total + each.count, 0);
  const from = Math.min(...taken.map(({ startedAt }) => startedAt));
  return (1e9 * count) / (Math.max(...taken.map(({ endedAt }) => endedAt)) - from);
}
