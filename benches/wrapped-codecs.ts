/** What do compression and encryption cost around a codec, and what do they save? */
import { inspectMachine } from './method/machine.ts';
import { quick } from './method/quick.ts';
import { keepResults } from './method/results.ts';
import { takeTurns } from './method/rounds.ts';
import { ratios, type Spread, spread } from './method/statistics.ts';
import { Worker } from './method/worker.ts';
import { INNER, WRAPPED, type WrappedName } from './subjects/wrapped-codecs.ts';
import type { ValueForm, WrappedRound, WrappedRoundTaken, WrappedSetting } from './workers/wrapped-codecs.ts';

export interface WrappedFigures {
  readonly subject: WrappedName;
  readonly form: ValueForm;
  /** The mean length of an entry. */
  readonly bytes: number;
  readonly encode: Cost;
  readonly decode: Cost;
}

interface Cost {
  /** Per value. */
  readonly ns: Spread;
  /** Against the inner codec alone, round by round. */
  readonly ratio: Spread;
}

const STARTS = quick ? 1 : 3;
const PLAN = quick ? { warmUps: 0, rounds: 1 } : { warmUps: 6, rounds: 15 };
const ROUND_MS = quick ? 1 : 15;
const WAYS = ['encode', 'decode'] as const;

const machine = inspectMachine();
const figures: WrappedFigures[] = [];
for (const form of ['session', 'order'] as const) {
  const turns = WRAPPED.flatMap((subject) => WAYS.map((way) => ({ subject, way })));
  const taken = turns.map((): WrappedRoundTaken[] => []);
  for (let start = 0; start < STARTS; start++) {
    const program = new URL('workers/wrapped-codecs.ts', import.meta.url);
    const workers = new Map(
      WRAPPED.map((subject) => [subject, new Worker(program, { subject, form } satisfies WrappedSetting)]),
    );
    const steps = turns.map(({ subject, way }) => {
      const worker = workers.get(subject) as Worker;
      return () => worker.ask<WrappedRoundTaken>({ way, ms: ROUND_MS } satisfies WrappedRound);
    });
    for (const [turn, rounds] of (await takeTurns(steps, PLAN)).entries()) taken[turn]?.push(...rounds);
    for (const worker of workers.values()) await worker.end();
  }
  const roundsOf = (subject: WrappedName, way: (typeof WAYS)[number]): WrappedRoundTaken[] =>
    taken[turns.findIndex((turn) => turn.subject === subject && turn.way === way)] as WrappedRoundTaken[];
  const costOf = (subject: WrappedName, way: (typeof WAYS)[number]): Cost => {
    const [own, inner] = [subject, INNER].map((name) => roundsOf(name, way).map(({ ns }) => ns)) as [
      number[],
      number[],
    ];
    return { ns: spread(own), ratio: spread(ratios(own, inner)) };
  };
  for (const subject of WRAPPED) {
    const bytes = Math.round(roundsOf(subject, 'encode')[0]?.bytes ?? Number.NaN);
    const [encode, decode] = [costOf(subject, 'encode'), costOf(subject, 'decode')];
    figures.push({ subject, form, bytes, encode, decode });
    console.log(
      `${form.padEnd(8)} ${subject.padEnd(18)} ${String(bytes).padStart(5)} bytes` +
        [encode, decode]
          .map(({ ns, ratio }) => `  ${String(ns.median).padStart(8)} ns x${ratio.median.toFixed(2)}`)
          .join(''),
    );
  }
}
keepResults('wrapped-codecs', { machine, figures });
