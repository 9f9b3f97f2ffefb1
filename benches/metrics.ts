/** What does a hit cost while `@cache/metrics` watches, against the same hit while nobody does? */
import { startRedis } from '@cache/test-servers/redis';
import { inspectMachine } from './method/machine.ts';
import { quick } from './method/quick.ts';
import { keepResults } from './method/results.ts';
import { takeTurns } from './method/rounds.ts';
import { ratios, type Spread, spread } from './method/statistics.ts';
import { Worker } from './method/worker.ts';
import type { WatchedRead, WatchedRound, WatchedRoundTaken, WatchedSetting } from './workers/watched.ts';

export interface MetricsFigures {
  readonly provider: WatchedSetting['provider'];
  readonly isolation: WatchedSetting['isolation'];
  readonly read: WatchedRead;
  readonly atOnce: number;
  /** Per hit that nobody watches. */
  readonly ns: Spread;
  /** A watched hit against one that nobody watches, round by round. */
  readonly ratio: Spread;
}

const STARTS = quick ? 1 : 3;
const PLAN = quick ? { warmUps: 1, rounds: 1 } : { warmUps: 8, rounds: 24 };
const MEMORY_MS = quick ? 1 : 15;
const REDIS_MS = quick ? 5 : 60;
const READS: readonly WatchedRead[] = ['get', 'getOrSet'];

const PLACES = [
  { provider: 'memory', isolation: 'frozen', crowds: [1], ms: MEMORY_MS },
  { provider: 'memory', isolation: 'copy', crowds: [1], ms: MEMORY_MS },
  { provider: 'redis', isolation: 'copy', crowds: [1, 64], ms: REDIS_MS },
] as const;

const machine = inspectMachine();
const server = await startRedis({ unixSocket: true });
const figures: MetricsFigures[] = [];
try {
  for (const { provider, isolation, crowds, ms } of PLACES) {
    const turns = crowds.flatMap((atOnce) =>
      READS.flatMap((read) => [false, true].map((isWatched) => ({ atOnce, read, isWatched }))),
    );
    const taken = turns.map((): number[] => []);
    for (let start = 0; start < STARTS; start++) {
      const workers = [false, true].map((isWatched) => {
        const setting: WatchedSetting = { provider, isolation, isWatched, entries: 1_000, url: server.url };
        return new Worker(new URL('workers/watched.ts', import.meta.url), setting);
      });
      const steps = turns.map(({ atOnce, read, isWatched }) => {
        const worker = workers[Number(isWatched)] as Worker;
        return () => worker.ask<WatchedRoundTaken>({ read, atOnce, ms } satisfies WatchedRound);
      });
      for (const [turn, rounds] of (await takeTurns(steps, PLAN)).entries())
        taken[turn]?.push(...rounds.map(({ ns }) => ns));
      for (const worker of workers) await worker.end();
    }
    for (let turn = 0; turn < turns.length; turn += 2) {
      const { atOnce, read } = turns[turn] as (typeof turns)[number];
      const [plain, watched] = [taken[turn], taken[turn + 1]] as [number[], number[]];
      figures.push({
        provider,
        isolation,
        read,
        atOnce,
        ns: spread(plain),
        ratio: spread(ratios(watched, plain)),
      });
    }
  }
} finally {
  await server.stop();
}
for (const { provider, isolation, read, atOnce, ns, ratio } of figures)
  console.log(
    `${`${provider} ${isolation} ${read} x${atOnce}`.padEnd(32)} ${String(ns.median).padStart(8)} ns` +
      `  watched x${ratio.median.toFixed(3)} (${ratio.low.toFixed(3)}-${ratio.high.toFixed(3)})`,
  );
keepResults('metrics', { machine, figures });
