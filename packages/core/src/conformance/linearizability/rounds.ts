/** Many rounds, one for each seed, and what became of them. */
import { seededRandom } from '../../testing/seeded-random.ts';
import { simulatedTime, type SimulatedTime } from '../../testing/simulated-time.ts';
import { playRound, type Focus, type Scene } from './round.ts';

/** What a scene is built from. Different seeds ask for different sizes and different trouble, so that rounds differ in kind. */
export interface Setting {
  readonly seed: number;
  readonly time: SimulatedTime;
  /** Uniform in [0, 1), from the seed. */
  readonly random: () => number;
  readonly processes: number;
  /** Replies get lost and calls are refused in this round. */
  readonly isTroubled: boolean;
  /** Calls stand still for long more often. */
  readonly isUnsteady: boolean;
}

export type BuildScene = (setting: Setting) => Scene | Promise<Scene>;

export interface Summary {
  readonly rounds: number;
  readonly operations: number;
  /** Operations whose outcome nobody knows. */
  readonly unknown: number;
  readonly failures: readonly { readonly seed: number; readonly problems: readonly string[] }[];
}

export interface Rounds {
  readonly first: number;
  readonly count: number;
  readonly focus?: Focus;
  /** Stop after so many rounds with problems. Default: 1. */
  readonly mostFailures?: number;
}

/** Plays the rounds of `count` seeds from `first` on. */
export async function playRounds(
  build: BuildScene,
  { first, count, focus, mostFailures = 1 }: Rounds,
): Promise<Summary> {
  const failures: { seed: number; problems: readonly string[] }[] = [];
  let rounds = 0;
  let operations = 0;
  let unknown = 0;
  for (let seed = first; seed < first + count && failures.length < mostFailures; seed += 1) {
    const report = await playSeed(build, seed, focus);
    rounds += 1;
    operations += report.operations;
    unknown += report.unknown;
    if (report.problems.length > 0) failures.push({ seed, problems: report.problems });
  }
  return { rounds, operations, unknown, failures };
}

async function playSeed(
  build: BuildScene,
  seed: number,
  focus: Focus | undefined,
): ReturnType<typeof playRound> {
  const random = seededRandom(seed * 7_919 + 1);
  const time = simulatedTime();
  const scene = await build({
    seed,
    time,
    random,
    processes: 2 + (seed % 2),
    isTroubled: seed % 3 === 0,
    isUnsteady: seed % (focus === undefined ? 7 : 2) === 0,
  });
  return playRound(scene, {
    seed,
    random,
    clientsPerProcess: seed % 5 === 1 ? 3 : 2,
    turns: 12,
    usesTags: focus === undefined ? seed % 4 < 2 : focus === 'tags',
    usesIndexes: scene.indexes && (focus === undefined ? seed % 2 === 0 : focus === 'terms'),
    usesPatterns: scene.scans && focus === undefined && seed % 8 < 3,
    ...(focus !== undefined && { focus }),
  });
}
