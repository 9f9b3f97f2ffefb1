/** Two processes want a key at once. How often is it loaded, and how long after the load does the other one have it? */
import { startRedis } from '@cache/test-servers/redis';
import { inspectMachine } from '../method/machine.ts';
import { quick } from '../method/quick.ts';
import { takeTurns } from '../method/rounds.ts';
import { quantile } from '../method/statistics.ts';
import { Worker } from '../method/worker.ts';
import { keep } from './kept.ts';
import { FOLLOWING, type FollowingName } from './subjects/following.ts';
import type { FollowRound, FollowRoundTaken, FollowSetting } from './workers/followers.ts';

export interface FollowFigures {
  readonly subject: FollowingName;
  /** The most for one key. */
  readonly loads: number;
  /** From the end of the load to the answer of the process that loaded, in nanoseconds. */
  readonly leader: Quantiles;
  /** To that of the process that waited; `undefined`: it loaded, too. */
  readonly follower: Quantiles | undefined;
}

interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

const LOAD_MS = 10;
const PLAN = quick ? { warmUps: 1, rounds: 3 } : { warmUps: 20, rounds: 120 };

const machine = inspectMachine();
await using server = await startRedis();
const workers = FOLLOWING.map((subject) =>
  Array.from(
    { length: 2 },
    () =>
      new Worker(new URL('workers/followers.ts', import.meta.url), {
        subject,
        url: server.url,
      } satisfies FollowSetting),
  ),
);
// Not before both have connected: a key that nobody waits for.
for (const worker of workers.flat())
  await worker.ask<FollowRoundTaken>({ key: 'ready', loadMs: 0 } satisfies FollowRound);
let rounds = 0;
const taken = await takeTurns(
  workers.map((both) => () => {
    const round: FollowRound = { key: `wanted:${rounds++}`, loadMs: LOAD_MS };
    return Promise.all(both.map((worker) => worker.ask<FollowRoundTaken>(round)));
  }),
  PLAN,
);
for (const worker of workers.flat()) await worker.end();

const figures = FOLLOWING.map((subject, at): FollowFigures => {
  const own = taken[at] as FollowRoundTaken[][];
  const leaders: number[] = [];
  const followers: number[] = [];
  for (const both of own) {
    const end = Math.min(...both.map(({ loadedAt }) => loadedAt ?? Infinity));
    for (const { askedAt, loadedAt, answeredAt } of both) {
      if (loadedAt !== undefined) leaders.push(answeredAt - loadedAt);
      // Whoever asked when the load was done had a hit.
      else if (askedAt < end - 1e6) followers.push(answeredAt - end);
    }
  }
  return {
    subject,
    loads: Math.max(...own.map((both) => both.filter(({ loadedAt }) => loadedAt !== undefined).length)),
    leader: quantilesOf(leaders),
    follower: followers.length === 0 ? undefined : quantilesOf(followers),
  };
});
for (const { subject, loads, leader, follower } of figures)
  console.log(
    `${subject.padEnd(38)} loads ${loads}  leader p50 ${leader.p50 / 1_000} µs p99 ${leader.p99 / 1_000} µs` +
      (follower === undefined
        ? ''
        : `  follower p50 ${follower.p50 / 1_000} µs p99 ${follower.p99 / 1_000} µs`),
  );
keep('followers', { machine, figures });

function quantilesOf(samples: readonly number[]): Quantiles {
  return { p50: quantile(samples, 0.5), p99: quantile(samples, 0.99) };
}
