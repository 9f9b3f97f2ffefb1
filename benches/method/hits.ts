/** Hits of several caches, compared in one run. Each cache has a process of its own; several starts even out what one start fixes. */
import { inspectMachine } from './machine.ts';
import type { KeyKind } from './keys.ts';
import { quick } from './quick.ts';
import type { Results } from './results.ts';
import { takeTurns } from './rounds.ts';
import type { Variant } from './session.ts';
import { ratios, type Spread, spread } from './statistics.ts';
import { Worker } from './worker.ts';
import { LIMIT, OURS, type SubjectName } from '../subjects/subjects.ts';
import type { HitRound, HitRoundTaken, HitSetting, ReadKind } from '../workers/hits.ts';

export interface HitFigures {
  readonly entries: number;
  readonly variant: Variant;
  readonly keys: KeyKind;
  readonly read: ReadKind;
  readonly subject: SubjectName;
  /** Whether the next reader sees what one does to his value. */
  readonly isolates: boolean;
  readonly ns: Spread;
  /** Against the limit, round by round. */
  readonly ratio: Spread;
  /** `getOrSet` against `get` of the same subject, round by round. */
  readonly againstGet: Spread | undefined;
}

interface Turn {
  readonly subject: SubjectName;
  readonly keys: KeyKind;
  readonly read: ReadKind;
}

const STARTS = quick ? 1 : 3;
const PLAN = quick ? { warmUps: 1, rounds: 1 } : { warmUps: 8, rounds: 24 };
const ROUND_MS = quick ? 1 : 15;

export async function compareHits(
  subjects: readonly SubjectName[],
  sizes: readonly number[],
): Promise<Results<HitFigures[]>> {
  const machine = inspectMachine();
  const figures: HitFigures[] = [];
  for (const entries of quick ? [100] : sizes)
    for (const variant of ['date', 'plain'] as const)
      figures.push(...(await compareOne(subjects, entries, variant)));
  return { machine, figures };
}

async function compareOne(
  subjects: readonly SubjectName[],
  entries: number,
  variant: Variant,
): Promise<HitFigures[]> {
  const turns = subjects.flatMap((subject) => turnsOf(subject));
  const taken = turns.map((): HitRoundTaken[] => []);
  for (let start = 0; start < STARTS; start++) {
    const program = new URL('../workers/hits.ts', import.meta.url);
    const workers = new Map(
      subjects.map((subject) => [
        subject,
        new Worker(program, { subject, entries, variant } satisfies HitSetting),
      ]),
    );
    const steps = turns.map(({ subject, keys, read }) => {
      const worker = workers.get(subject) as Worker;
      return () => worker.ask<HitRoundTaken>({ read, keys, ms: ROUND_MS } satisfies HitRound);
    });
    for (const [turn, rounds] of (await takeTurns(steps, PLAN)).entries()) taken[turn]?.push(...rounds);
    for (const worker of workers.values()) await worker.end();
  }

  const ns = taken.map((rounds) => rounds.map((round) => round.ns));
  const nsOf = (subject: SubjectName, keys: KeyKind): number[] =>
    ns[
      turns.findIndex((turn) => turn.subject === subject && turn.keys === keys && turn.read === 'get')
    ] as number[];
  const compared: HitFigures[] = turns.map(({ subject, keys, read }, turn) => ({
    entries,
    variant,
    keys,
    read,
    subject,
    isolates: taken[turn]?.every(({ isolates }) => isolates) === true,
    ns: spread(ns[turn] as number[]),
    ratio: spread(ratios(ns[turn] as number[], nsOf(LIMIT, keys))),
    againstGet: read === 'get' ? undefined : spread(ratios(ns[turn] as number[], nsOf(subject, keys))),
  }));
  show(compared);
  return compared;
}

function turnsOf(subject: SubjectName): Turn[] {
  const reads: readonly ReadKind[] = OURS.includes(subject) ? ['get', 'getOrSet'] : ['get'];
  const kinds: readonly KeyKind[] = ['held', 'fresh'];
  return kinds.flatMap((keys) => reads.map((read): Turn => ({ subject, keys, read })));
}

function show(compared: readonly HitFigures[]): void {
  console.log(`\n${compared[0]?.entries} entries, ${compared[0]?.variant}`);
  for (const { subject, read, keys, isolates, ns, ratio, againstGet } of compared)
    console.log(
      `${`${subject} ${read}`.padEnd(36)} ${keys.padEnd(6)} ${isolates ? 'isolates' : 'shares  '} ${String(ns.median).padStart(7)} ns` +
        `  x${ratio.median.toFixed(2)} (${ratio.low.toFixed(2)}-${ratio.high.toFixed(2)})` +
        (againstGet === undefined ? '' : `  x${againstGet.median.toFixed(2)} of get`),
    );
}
