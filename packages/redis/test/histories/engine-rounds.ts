/** Rounds of calls to engines on real servers: each round on a space of its own, all over the connections of a few processes. */
import { randomUUID } from 'node:crypto';
import { CacheError, type Engine, type EngineProvider, type OpenContext } from '@cache/core';
import { seededRandom } from '@cache/core/testing';
import { realTime } from './real-time.ts';
import {
  engineScene,
  EngineSubject,
  playRound,
  type Focus,
  type Loaded,
  type LoadRequest,
  type RoundReport,
} from '@cache/core/conformance/histories';

/** Some run out: a load takes up to 80 milliseconds, and not everybody prolongs its lease. */
const LEASE_MS = 50;
/** Both clocks are of this machine; each cuts off what is below a millisecond. */
const EARLY_MS = 1;
const CLIENTS_PER_PROCESS = 2;
/** An engine that has to give up soon must tell more often that nothing happened. */
const DEADLINES_MS = [1_000, 150];
/** How often to open an engine while everything breaks. */
const MOST_OPENINGS = 50;

export interface Rounds {
  /** Each with connections of its own to the same entries. */
  readonly processes: readonly EngineProvider[];
  readonly count: number;
  /** Rounds that are played at the same time. */
  readonly together: number;
  /** Of each client. */
  readonly turns: number;
  /** How much of their pauses the clients take. Default 1. */
  readonly pace?: number;
  readonly firstSeed?: number;
  readonly driver?: typeof EngineSubject;
  /** Is told of the space of each round, before anything happens in it. */
  readonly onSpace?: (space: string) => void;
}

export interface Played {
  readonly rounds: number;
  readonly operations: number;
  /** Operations whose outcome nobody knows. */
  readonly unknown: number;
  /** What each round with problems found. A history about which the checker gave up is one. */
  readonly problems: readonly string[];
}

export async function playRounds(rounds: Rounds): Promise<Played> {
  const { count, together, firstSeed = 1 } = rounds;
  const reports: RoundReport[] = [];
  let next = firstSeed;
  const lane = async (): Promise<void> => {
    while (next < firstSeed + count) {
      const seed = next++;
      reports.push(await playSeed(seed, rounds));
    }
  };
  await Promise.all(Array.from({ length: together }, lane));
  return {
    rounds: reports.length,
    operations: reports.reduce((sum, { operations }) => sum + operations, 0),
    unknown: reports.reduce((sum, { unknown }) => sum + unknown, 0),
    problems: reports
      .filter(({ problems }) => problems.length > 0)
      .map(({ seed, problems }) => `round ${seed}: ${problems.join('\n')}`),
  };
}

async function playSeed(
  seed: number,
  { processes, turns, pace = 1, driver, onSpace }: Rounds,
): Promise<RoundReport> {
  const random = seededRandom(seed);
  const time = realTime(pace);
  const space = `round-${seed}-${randomUUID().slice(0, 8)}:`;
  const deadline = DEADLINES_MS[seed % DEADLINES_MS.length] as number;
  const opened: Engine[] = [];
  const open = async (context: OpenContext): Promise<Engine> => {
    const provider = processes[opened.length] as EngineProvider;
    const engine = await openAmidFaults(provider, { ...context, space, deadline });
    opened.push(engine);
    return engine;
  };
  onSpace?.(space);
  try {
    const { traits } = processes[0] as EngineProvider;
    const setting = { seed, time, random, processes: processes.length, isTroubled: false, isUnsteady: false };
    const scene = await engineScene(setting, {
      traits,
      leaseMs: LEASE_MS,
      earlyMs: EARLY_MS,
      open,
      driver: driver ?? LateWriter,
    });
    const focus = focusOf(seed);
    // What is left in the indexes is not looked at: the faults go on, and a look-up may fail.
    return await playRound(
      { ...scene, indexes: false },
      {
        seed,
        random,
        clientsPerProcess: CLIENTS_PER_PROCESS,
        turns,
        usesTags: focus === undefined ? seed % 4 < 2 : focus === 'tags',
        usesIndexes: focus === undefined ? seed % 2 === 0 : focus === 'terms',
        usesPatterns: focus === undefined && seed % 8 < 3,
        ...(focus !== undefined && { focus }),
      },
    );
  } finally {
    for (const engine of opened) await engine.close();
  }
}

function focusOf(seed: number): Focus | undefined {
  if (seed % 10 === 4) return 'tags';
  return seed % 10 === 9 ? 'terms' : undefined;
}

/** To open an engine changes nothing that a round sees. */
async function openAmidFaults(provider: EngineProvider, context: OpenContext): Promise<Engine> {
  for (let openings = 1; ; openings += 1) {
    try {
      return await provider.open(context);
    } catch (error) {
      if (!(error instanceof CacheError) || openings === MOST_OPENINGS) throw error;
    }
  }
}

/**
 * A load whose commit was sent and not answered is stored now, later or never: what was on its way when the connection broke is executed
 * after the call has ended.
 */
class LateWriter extends EngineSubject {
  override async getOrSet(key: string, request: LoadRequest): Promise<Loaded> {
    const loaded = await super.getOrSet(key, request);
    if (loaded.how === 'unsure')
      throw new CacheError('UNKNOWN_OUTCOME', `nobody knows whether ${key} was stored`);
    return loaded;
  }
}
