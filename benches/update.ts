/** What do 50,000 updates of one key cost that all begin at once, and how many of them are lost? */
import { inspectMachine } from './method/machine.ts';
import { quick } from './method/quick.ts';
import { keepResults } from './method/results.ts';
import { takeTurns } from './method/rounds.ts';
import { ratios, type Spread, spread } from './method/statistics.ts';
import { Worker } from './method/worker.ts';
import { OURS, PEERS, type SubjectName } from './subjects/subjects.ts';
import type { UpdateRound, UpdateRoundTaken, UpdateSetting } from './workers/updates.ts';

export interface UpdateFigures {
  readonly subject: SubjectName;
  readonly updates: number;
  readonly atomic: boolean;
  /** Per update. */
  readonly ns: Spread;
  /** Against the queue, round by round. */
  readonly ratio: Spread;
  /** The most of a round. */
  readonly lost: number;
}

const QUEUE: SubjectName = 'lru-cache, queued updates';
const SUBJECTS: readonly UpdateSetting[] = [
  ...[QUEUE, ...OURS].map((subject) => ({ subject, atomic: true })),
  ...PEERS.map((subject) => ({ subject, atomic: false })),
];
const UPDATES = quick ? 100 : 50_000;
const PLAN = quick ? { warmUps: 0, rounds: 1 } : { warmUps: 3, rounds: 15 };

const machine = inspectMachine();
const workers = SUBJECTS.map(
  (setting) => new Worker(new URL('workers/updates.ts', import.meta.url), setting),
);
const taken = await takeTurns(
  workers.map((worker) => () => worker.ask<UpdateRoundTaken>({ updates: UPDATES } satisfies UpdateRound)),
  PLAN,
);
for (const worker of workers) await worker.end();

const ns = taken.map((rounds) => rounds.map((round) => round.ns));
const figures = SUBJECTS.map(({ subject, atomic }, at): UpdateFigures => {
  const own = ns[at] as number[];
  const lost = Math.max(...(taken[at] as UpdateRoundTaken[]).map((round) => round.lost));
  return {
    subject,
    updates: UPDATES,
    atomic,
    ns: spread(own),
    ratio: spread(ratios(own, ns[0] as number[])),
    lost,
  };
});
for (const { subject, ns: cost, ratio, lost } of figures)
  console.log(
    `${subject.padEnd(26)} ${String(cost.median).padStart(7)} ns  x${ratio.median.toFixed(2)} (${ratio.low.toFixed(2)}-${ratio.high.toFixed(2)})  lost ${lost}`,
  );
keepResults('update', { machine, figures });
