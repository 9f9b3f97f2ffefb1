/** How long does a single operation take at its worst but one in a hundred, and in a thousand? */
import { inspectMachine } from './method/machine.ts';
import { quick } from './method/quick.ts';
import { keepResults } from './method/results.ts';
import { takeTurns } from './method/rounds.ts';
import { type Spread, spread } from './method/statistics.ts';
import { Worker } from './method/worker.ts';
import { LIMIT, OURS, PEERS, type SubjectName } from './subjects/subjects.ts';
import type { LatencyRound, LatencyRoundTaken, LatencySetting, TimedOperation } from './workers/latency.ts';

/** Nanoseconds; of each quantile, its spread over the rounds. */
export interface LatencyFigures {
  readonly subject: SubjectName;
  readonly operation: TimedOperation;
  readonly entries: number;
  readonly p50: Spread;
  readonly p99: Spread;
  readonly p999: Spread;
}

const SUBJECTS = [LIMIT, ...OURS, ...PEERS];
const OPERATIONS: readonly TimedOperation[] = ['nothing', 'get', 'overwrite', 'insert'];
const ENTRIES = quick ? 100 : 100_000;
const COUNT = quick ? 50 : 10_000;
const PLAN = quick ? { warmUps: 0, rounds: 1 } : { warmUps: 3, rounds: 20 };

const machine = inspectMachine();
const workers = SUBJECTS.map(
  (subject) =>
    new Worker(new URL('workers/latency.ts', import.meta.url), {
      subject,
      entries: ENTRIES,
    } satisfies LatencySetting),
);
const turns = SUBJECTS.flatMap((subject, at) => OPERATIONS.map((operation) => ({ subject, at, operation })));
const taken = await takeTurns(
  turns.map(({ at, operation }) => {
    const worker = workers[at] as Worker;
    return () => worker.ask<LatencyRoundTaken>({ operation, count: COUNT } satisfies LatencyRound);
  }),
  PLAN,
);
for (const worker of workers) await worker.end();

const figures = turns.map(({ subject, operation }, turn): LatencyFigures => {
  const rounds = taken[turn] as LatencyRoundTaken[];
  const over = (name: keyof LatencyRoundTaken): Spread => spread(rounds.map((round) => round[name]));
  return { subject, operation, entries: ENTRIES, p50: over('p50'), p99: over('p99'), p999: over('p999') };
});
for (const { subject, operation, p50, p99, p999 } of figures)
  console.log(
    `${subject.padEnd(18)} ${operation.padEnd(10)} p50 ${p50.median} ns  p99 ${p99.median} ns (${p99.low}-${p99.high})  p99.9 ${p999.median} ns`,
  );
keepResults('memory-latency', { machine, figures });
