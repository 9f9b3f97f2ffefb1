/** What does a hit cost, against the least an asynchronous cache can do and against other caches? */
import type { KeyKind } from './method/keys.ts';
import { inspectMachine } from './method/machine.ts';
import { quick } from './method/quick.ts';
import { keepResults } from './method/results.ts';
import type { Variant } from './method/session.ts';
import { type Spread, spread } from './method/statistics.ts';
import { Worker } from './method/worker.ts';
import { LIMIT, type SubjectName, subjectNames } from './subjects/subjects.ts';
import type { GetRound, GetRoundTaken, GetSetting, ReadKind } from './workers/get.ts';

export interface HitFigures {
  readonly entries: number;
  readonly variant: Variant;
  readonly keys: KeyKind;
  readonly read: ReadKind;
  readonly subject: SubjectName;
  readonly isolates: boolean;
  readonly ns: Spread;
  /** Against the limit, round by round: both took their turn within the same tenths of a second. */
  readonly ratio: Spread;
  /** `getOrSet` against `get` of the same subject, round by round. */
  readonly againstGet?: Spread;
}

interface Turn {
  readonly subject: SubjectName;
  readonly keys: KeyKind;
  readonly read: ReadKind;
  /** Nanoseconds per read, round by round. */
  readonly taken: number[];
  isolates: boolean;
}

const STARTS = quick ? 1 : 3;
const WARM_UPS = quick ? 1 : 8;
const ROUNDS = quick ? 2 : 25;
const ROUND_MS = quick ? 2 : 15;
const SIZES = quick ? [100] : [1_000, 100_000];

const machine = inspectMachine();
const figures: HitFigures[] = [];
for (const entries of SIZES)
  for (const variant of ['date', 'plain'] as const) figures.push(...(await compare(entries, variant)));
keepResults('memory-get', { machine, figures });

async function compare(entries: number, variant: Variant): Promise<HitFigures[]> {
  const turns = subjectNames.flatMap((subject) => turnsOf(subject));
  for (let start = 0; start < STARTS; start++) {
    const workers = new Map<SubjectName, Worker>();
    for (const subject of subjectNames) {
      const setting: GetSetting = { subject, entries, variant };
      workers.set(subject, new Worker(new URL('workers/get.ts', import.meta.url), setting));
    }
    for (let round = -WARM_UPS; round < ROUNDS; round++) {
      for (const turn of turns) {
        const question: GetRound = { read: turn.read, keys: turn.keys, ms: ROUND_MS };
        const answer = await workers.get(turn.subject)?.ask<GetRoundTaken>(question);
        if (answer === undefined) throw new Error(`no worker for ${turn.subject}`);
        turn.isolates = answer.isolates;
        if (round >= 0) turn.taken.push(answer.ns);
      }
    }
    for (const worker of workers.values()) await worker.end();
  }

  const taken = (subject: SubjectName, keys: KeyKind): readonly number[] =>
    turns.find((turn) => turn.subject === subject && turn.keys === keys && turn.read === 'get')?.taken ?? [];
  const compared = turns.map((turn): HitFigures => {
    const { subject, keys, read, isolates } = turn;
    return {
      entries,
      variant,
      keys,
      read,
      subject,
      isolates,
      ns: spread(turn.taken),
      ratio: spread(ratios(turn.taken, taken(LIMIT, keys))),
      ...(read === 'getOrSet' ? { againstGet: spread(ratios(turn.taken, taken(subject, keys))) } : {}),
    };
  });
  show(compared);
  return compared;
}

function turnsOf(subject: SubjectName): Turn[] {
  const reads: readonly ReadKind[] =
    subject === 'frozen' || subject === 'copy' ? ['get', 'getOrSet'] : ['get'];
  const kinds: readonly KeyKind[] = ['held', 'fresh'];
  return kinds.flatMap((keys) =>
    reads.map((read): Turn => ({ subject, keys, read, taken: [], isolates: false })),
  );
}

function ratios(taken: readonly number[], others: readonly number[]): number[] {
  return taken.map((ns, round) => ns / (others[round] as number));
}

function show(compared: readonly HitFigures[]): void {
  console.log(`\n${compared[0]?.entries} entries, ${compared[0]?.variant}`);
  for (const { subject, read, keys, isolates, ns, ratio, againstGet } of compared)
    console.log(
      `${`${subject} ${read}`.padEnd(26)} ${keys.padEnd(6)} ${isolates ? 'isolates' : 'shares  '} ${String(ns.median).padStart(7)} ns` +
        `  x${ratio.median.toFixed(2)} (${ratio.low.toFixed(2)}-${ratio.high.toFixed(2)})` +
        (againstGet === undefined ? '' : `  x${againstGet.median.toFixed(2)} of get`),
    );
}
