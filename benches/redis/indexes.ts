/** What does an index cost a write, and how long does a look-up of 100 entries take, on one server and on a Cluster? */
import { startCluster } from '@cache/test-servers/cluster';
import { startRedis } from '@cache/test-servers/redis';
import { inspectMachine } from '../method/machine.ts';
import { quick } from '../method/quick.ts';
import { takeTurns } from '../method/rounds.ts';
import { quantile, ratios, type Spread, spread } from '../method/statistics.ts';
import { Worker } from '../method/worker.ts';
import { keep } from './kept.ts';
import type { IndexedName, IndexedPlace } from './subjects/indexed.ts';
import type { IndexOperation, IndexRound, IndexRoundTaken, IndexSetting } from './workers/indexes.ts';

export interface IndexFigures {
  readonly subject: IndexedName;
  /** Into how many partitions the space is cut; more than one are on a Cluster of three masters. */
  readonly partitions: number;
  readonly operation: IndexOperation;
  readonly inFlight: number;
  /** Operations per second. */
  readonly rate: Spread;
  /** Against the way by hand on one server, round by round. */
  readonly ratio: Spread;
  /** Of one operation, over all rounds, in nanoseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

const MODES: readonly { readonly operation: IndexOperation; readonly inFlight: number }[] = [
  { operation: 'overwrite', inFlight: 256 },
  { operation: 'insert', inFlight: 256 },
  { operation: 'look-up', inFlight: 1 },
];
const ENTRIES = quick ? 200 : 10_000;
const PLAN = quick ? { warmUps: 0, rounds: 1 } : { warmUps: 3, rounds: 12 };
const ROUND_MS = quick ? 5 : 100;

const machine = inspectMachine();
await using server = await startRedis();
await using cluster = await startCluster({ masters: 3, replicas: 0 });
const subjects: readonly {
  readonly subject: IndexedName;
  readonly partitions: number;
  readonly place: IndexedPlace;
}[] = [
  { subject: 'ioredis, a set by hand', partitions: 1, place: { url: server.url } },
  { subject: '@cache/redis', partitions: 1, place: { url: server.url } },
  { subject: '@cache/redis', partitions: 16, place: { cluster: { nodes: cluster.addresses } } },
];
const workers = subjects.map(
  ({ subject, place }) =>
    new Worker(new URL('workers/indexes.ts', import.meta.url), {
      subject,
      place,
      entries: ENTRIES,
    } satisfies IndexSetting),
);
const turns = MODES.flatMap(({ operation, inFlight }) =>
  subjects.map(({ subject, partitions }, at) => ({ subject, partitions, operation, inFlight, at })),
);
const taken = await takeTurns(
  turns.map(({ at, operation, inFlight }) => {
    const worker = workers[at] as Worker;
    return () => worker.ask<IndexRoundTaken>({ operation, inFlight, ms: ROUND_MS } satisfies IndexRound);
  }),
  PLAN,
);
for (const worker of workers) await worker.end();

const rates = taken.map((rounds) => rounds.map(({ rate }) => rate));
const figures = turns.map(({ subject, partitions, operation, inFlight, at }, turn): IndexFigures => {
  const own = rates[turn] as number[];
  const samples = (taken[turn] as IndexRoundTaken[]).flatMap((round) => round.samples);
  return {
    subject,
    partitions,
    operation,
    inFlight,
    rate: spread(own),
    ratio: spread(ratios(own, rates[turn - at] as number[])),
    p50: quantile(samples, 0.5) * 1_000,
    p99: quantile(samples, 0.99) * 1_000,
    p999: quantile(samples, 0.999) * 1_000,
  };
});
for (const { subject, partitions, operation, rate, ratio, p50, p99, p999 } of figures)
  console.log(
    `${operation.padEnd(10)} P=${String(partitions).padEnd(3)} ${subject.padEnd(26)} ${String(Math.round(rate.median)).padStart(7)}/s  x${ratio.median.toFixed(2)} (${ratio.low.toFixed(2)}-${ratio.high.toFixed(2)})` +
      `  p50 ${p50 / 1_000} µs  p99 ${p99 / 1_000} µs  p99.9 ${p999 / 1_000} µs`,
  );
keep('indexes', { machine, figures });
