/** What do 10,000 callers cost who miss at once, and how often does their loader run? */
import { inspectMachine } from './method/machine.ts';
import { quick } from './method/quick.ts';
import { keepResults } from './method/results.ts';
import { takeTurns } from './method/rounds.ts';
import { ratios, type Spread, spread } from './method/statistics.ts';
import { Worker } from './method/worker.ts';
import { OURS, type SubjectName } from './subjects/subjects.ts';
import type { Stampede, StampedeSetting, StampedeTaken } from './workers/stampede.ts';

export interface StampedeFigures extends Stampede {
  readonly subject: SubjectName;
  /** Per caller. */
  readonly ns: Spread;
  /** Against the least that shares loads, round by round. */
  readonly ratio: Spread;
  /** The most of a round. */
  readonly loads: number;
}

const SUBJECTS: readonly SubjectName[] = [
  'lru-cache, shared loads',
  ...OURS,
  'layered-loader, Loader',
  'cacheable',
  'cache-manager',
  'bentocache',
];
const CALLERS = quick ? 100 : 10_000;
const PLAN = quick ? { warmUps: 0, rounds: 1 } : { warmUps: 5, rounds: 20 };

const machine = inspectMachine();
const figures: StampedeFigures[] = [];
for (const keys of [1, 50]) figures.push(...(await compare({ callers: CALLERS, keys })));
keepResults('getorset-stampede', { machine, figures });

async function compare({ callers, keys }: Stampede): Promise<StampedeFigures[]> {
  const workers = SUBJECTS.map(
    (subject) =>
      new Worker(new URL('workers/stampede.ts', import.meta.url), { subject } satisfies StampedeSetting),
  );
  const taken = await takeTurns(
    workers.map((worker) => () => worker.ask<StampedeTaken>({ callers, keys } satisfies Stampede)),
    PLAN,
  );
  for (const worker of workers) await worker.end();

  const ns = taken.map((rounds) => rounds.map((round) => round.ns));
  return SUBJECTS.map((subject, at) => {
    const own = ns[at] as number[];
    const cost = spread(own);
    const ratio = spread(ratios(own, ns[0] as number[]));
    const loads = Math.max(...(taken[at] as StampedeTaken[]).map((round) => round.loads));
    console.log(
      `${String(keys).padStart(2)} keys  ${subject.padEnd(24)} ${String(cost.median).padStart(7)} ns a caller  x${ratio.median.toFixed(2)}  loads ${loads}`,
    );
    return { callers, keys, subject, ns: cost, ratio, loads };
  });
}
