/** What does an operation cost, asked one after the other and by 256 callers at once, against the bare client? */
import { startRedis } from '@cache/test-servers/redis';
import { inspectMachine } from '../method/machine.ts';
import { quick } from '../method/quick.ts';
import { takeTurns } from '../method/rounds.ts';
import { quantile, ratios, type Spread, spread } from '../method/statistics.ts';
import { Worker } from '../method/worker.ts';
import { keep } from './kept.ts';
import { type ServerCost, withServerCost } from './server-cost.ts';
import { LIMIT, SUBJECTS, type SubjectName } from './subjects/subjects.ts';
import type {
  Operation,
  OperationRound,
  OperationRoundTaken,
  OperationSetting,
} from './workers/operations.ts';

export interface ThroughputFigures {
  readonly subject: SubjectName;
  readonly operation: Operation;
  readonly inFlight: number;
  /** Operations per second. */
  readonly rate: Spread;
  /** Of the rate against that of the bare client, round by round. */
  readonly ratio: Spread;
  /** Of one operation, over all rounds, in nanoseconds. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  /** Microseconds of an operation: in the commands of the server, all of the server, all of the client. */
  readonly commands: number;
  readonly server: number;
  readonly client: number;
  /** How often each command was called for an operation, and what a call took of the server in microseconds. */
  readonly calls: Readonly<Record<string, { readonly each: number; readonly microseconds: number }>>;
}

interface Turn {
  readonly subject: SubjectName;
  readonly operation: Operation;
  readonly inFlight: number;
}

const MODES: readonly Omit<Turn, 'subject'>[] = [
  { operation: 'get', inFlight: 1 },
  { operation: 'get', inFlight: 256 },
  { operation: 'set', inFlight: 1 },
  { operation: 'set', inFlight: 256 },
  { operation: 'getMany', inFlight: 1 },
  { operation: 'getMany', inFlight: 8 },
  { operation: 'getOrSet', inFlight: 1 },
  { operation: 'getOrSet', inFlight: 256 },
  { operation: 'load', inFlight: 1 },
  { operation: 'load', inFlight: 256 },
];
const ENTRIES = quick ? 200 : 10_000;
const PLAN = quick ? { warmUps: 0, rounds: 1 } : { warmUps: 2, rounds: 10 };
const ROUND_MS = quick ? 5 : 80;

const machine = inspectMachine();
await using server = await startRedis();
using observer = await server.connect();
const workers = new Map(
  SUBJECTS.map((subject) => [
    subject,
    new Worker(new URL('workers/operations.ts', import.meta.url), {
      subject,
      url: server.url,
      entries: ENTRIES,
    } satisfies OperationSetting),
  ]),
);
const turns = MODES.flatMap((mode) =>
  SUBJECTS.map((subject): Turn => ({ subject, operation: mode.operation, inFlight: mode.inFlight })),
);
const taken = await takeTurns(
  turns.map(({ subject, operation, inFlight }) => () => {
    const worker = workers.get(subject) as Worker;
    return withServerCost(observer, () =>
      worker.ask<OperationRoundTaken>({ operation, inFlight, ms: ROUND_MS } satisfies OperationRound),
    );
  }),
  PLAN,
);
for (const worker of workers.values()) await worker.end();

const rates = taken.map((rounds) => rounds.map((round) => rateOf(round.taken)));
const figures = turns.map(({ subject, operation, inFlight }, turn): ThroughputFigures => {
  const limit = turns.findIndex(
    (other) => other.subject === LIMIT && other.operation === operation && other.inFlight === inFlight,
  );
  const own = rates[turn] as number[];
  const rounds = taken[turn] as { readonly taken: OperationRoundTaken; readonly cost: ServerCost }[];
  const samples = rounds.flatMap((round) => round.taken.samples);
  const each = (of: (round: (typeof rounds)[number]) => number): number =>
    Number((sum(rounds.map(of)) / samples.length).toPrecision(3));
  return {
    subject,
    operation,
    inFlight,
    rate: spread(own),
    ratio: spread(ratios(own, rates[limit] as number[])),
    p50: quantile(samples, 0.5) * 1_000,
    p90: quantile(samples, 0.9) * 1_000,
    p99: quantile(samples, 0.99) * 1_000,
    p999: quantile(samples, 0.999) * 1_000,
    commands: each(({ cost }) => cost.commands),
    server: each(({ cost }) => cost.processor),
    client: each((round) => round.taken.processor),
    calls: callsOf(
      rounds.map(({ cost }) => cost),
      samples.length,
    ),
  };
});
for (const { subject, operation, inFlight, rate, ratio, p50, p999, commands, server: all, client } of figures)
  console.log(
    `${operation.padEnd(8)} ${String(inFlight).padStart(3)} ${subject.padEnd(26)} ${String(Math.round(rate.median)).padStart(7)}/s  x${ratio.median.toFixed(2)} (${ratio.low.toFixed(2)}-${ratio.high.toFixed(2)})` +
      `  p50 ${p50 / 1_000} µs  p99.9 ${p999 / 1_000} µs  server ${commands} of ${all} µs  client ${client} µs`,
  );
keep('throughput', { machine, figures });

function rateOf({ count, startedAt, endedAt }: OperationRoundTaken): number {
  return (1e9 * count) / (endedAt - startedAt);
}

function callsOf(costs: readonly ServerCost[], operations: number): ThroughputFigures['calls'] {
  const names = [...new Set(costs.flatMap((cost) => Object.keys(cost.calls)))];
  return Object.fromEntries(
    names.map((name) => {
      const calls = sum(costs.map((cost) => cost.calls[name]?.calls ?? 0));
      const microseconds = sum(costs.map((cost) => cost.calls[name]?.microseconds ?? 0)) / calls;
      return [
        name,
        {
          each: Number((calls / operations).toPrecision(3)),
          microseconds: Number(microseconds.toPrecision(3)),
        },
      ];
    }),
  );
}

function sum(all: readonly number[]): number {
  return all.reduce((total, each) => total + each, 0);
}
