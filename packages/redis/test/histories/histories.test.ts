import { seededRandom } from '@cache/core/testing';
import { afterAll, expect, test } from 'vitest';
import { playRounds, type Played, type Rounds } from './engine-rounds.ts';
import {
  delaying,
  killing,
  losing,
  noFaults,
  resharding,
  restarting,
  slotsOf,
  together,
  type Nemesis,
} from './nemesis.ts';
import { clusterStage, serverStage, type ServerStage, type Stage } from './stage.ts';

/** `CACHE_LONG=1`: at least so many operations, and a line for each scenario. */
const isLong = process.env['CACHE_LONG'] === '1';
const LONG_OPERATIONS = 100_000;
const HOUR = 3_600_000;

/** Of a Cluster's spaces: few, so that slots in use move often. */
const PARTITIONS = 2;
const KILLED_EVERY_MS = 40;
const RESTARTED_EVERY_MS = 250;
const LOST_SHARE = 0.003;

/** What the checker can judge depends on how many outcomes are unknown: where more are, rounds are shorter. */
interface Scenario {
  readonly name: string;
  readonly start: (stage: ServerStage) => Nemesis | Promise<Nemesis>;
  readonly args?: readonly string[];
  readonly rounds: Pick<Rounds, 'together' | 'turns' | 'pace'>;
  readonly count: number;
  readonly longCount: number;
}

const random = seededRandom(7);

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'while nothing goes wrong',
    start: noFaults,
    rounds: { together: 8, turns: 24 },
    count: 8,
    longCount: 150,
  },
  {
    name: 'under lost replies',
    start: ({ proxies }) => losing('replies', proxies, LOST_SHARE, random),
    rounds: { together: 8, turns: 16 },
    count: 16,
    longCount: 150,
  },
  {
    name: 'under lost requests',
    start: ({ proxies }) => losing('requests', proxies, LOST_SHARE, random),
    rounds: { together: 8, turns: 16 },
    count: 16,
    longCount: 150,
  },
  {
    name: 'over delayed streams',
    start: ({ proxies }) => delaying(proxies, random),
    rounds: { together: 8, turns: 16 },
    count: 16,
    longCount: 150,
  },
  {
    name: 'while connections are killed every 40 ms',
    start: ({ server }) => killing(server, KILLED_EVERY_MS),
    rounds: { together: 24, turns: 12, pace: 0.25 },
    count: 24,
    longCount: 240,
  },
  {
    name: 'while the server is restarted',
    start: ({ server }) => restarting(server, RESTARTED_EVERY_MS),
    // With less, what was acknowledged may be gone after the restart.
    args: ['--appendonly', 'yes', '--appendfsync', 'always'],
    rounds: { together: 8, turns: 16 },
    count: 16,
    longCount: 150,
  },
  {
    name: 'while everything goes wrong at once',
    start: async ({ server, proxies }) =>
      together([
        delaying(proxies, random),
        losing('replies', proxies, LOST_SHARE, random),
        losing('requests', proxies, LOST_SHARE, random),
        await killing(server, 10 * KILLED_EVERY_MS),
      ]),
    rounds: { together: 16, turns: 10, pace: 0.5 },
    count: 16,
    longCount: 160,
  },
];

let operations = 0;

test.each(SCENARIOS)(
  'G2, G4, G11: histories of engines are linearizable $name',
  async ({ name, start, args = [], rounds, count, longCount }) => {
    await using stage = await serverStage({ args });
    const faults = await judge(name, stage, await start(stage), {
      ...rounds,
      count: isLong ? longCount : count,
    });
    expect(faults > 0).toBe(start !== noFaults);
  },
  HOUR,
);

test(
  'G2, G4, G11: histories of engines are linearizable while slots move from master to master',
  async () => {
    await using stage = await clusterStage(PARTITIONS);
    const slots: number[] = [];
    const nemesis = resharding(stage.cluster, () => slots.slice(-8 * PARTITIONS), random);
    const moves = await judge('while slots move', stage, nemesis, {
      together: 8,
      turns: 16,
      count: isLong ? 150 : 16,
      onSpace: (space) => void slots.push(...slotsOf(space, PARTITIONS)),
    });
    expect(moves).toBeGreaterThan(0);
  },
  HOUR,
);

afterAll(() => {
  if (isLong) expect(operations).toBeGreaterThanOrEqual(LONG_OPERATIONS);
});

/** Plays the rounds while things go wrong. Gives how many did. */
async function judge(
  name: string,
  stage: Stage,
  nemesis: Nemesis,
  rounds: Omit<Rounds, 'processes'>,
): Promise<number> {
  const startedAt = performance.now();
  let played: Played;
  let faults: number;
  try {
    played = await playRounds({ ...rounds, processes: stage.processes });
  } finally {
    faults = await nemesis.stop();
  }
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  const { unknown, problems } = played;
  const undecided = problems.filter((problem) => problem.includes('no verdict')).length;
  if (isLong)
    process.stdout.write(
      `${name}: ${played.rounds} rounds, ${played.operations} operations, ${unknown} unknown outcomes, ${faults} faults, ${problems.length - undecided} violations, ${undecided} without a verdict, ${seconds} s\n`,
    );
  expect(problems).toEqual([]);
  expect(played.operations).toBeGreaterThan(40 * played.rounds);
  operations += played.operations;
  return faults;
}
