/** What does a codec take to write and to read a value, against the bare library? */
import { join } from 'node:path';
import { inspectMachine } from '../method/machine.ts';
import { quick } from '../method/quick.ts';
import { keepResults } from '../method/results.ts';
import { takeTurns } from '../method/rounds.ts';
import { ratios, spread } from '../method/statistics.ts';
import { Worker } from '../method/worker.ts';
import type { CodecFigures, Cost } from './figures.ts';
import { BARE, NAMES, type SubjectName } from './subjects.ts';
import type { ValueForm } from './values.ts';
import type { CodecRound, CodecRoundTaken, CodecSetting, Way } from './worker.ts';

/** A process keeps the memory layout and the compiled code it happened to get. */
const STARTS = quick ? 1 : 3;
const PLAN = quick ? { warmUps: 0, rounds: 1 } : { warmUps: 8, rounds: 24 };
const ROUND_MS = quick ? 1 : 35;
const WAYS = ['encode', 'decode'] as const;
const PROGRAM = new URL('worker.ts', import.meta.url);

const machine = inspectMachine();
const figures: CodecFigures[] = [];
for (const form of ['session', 'document'] as const) figures.push(...(await compareOn(form)));
keepResults('codecs', { machine, figures }, join(import.meta.dirname, 'results'));
if (!quick) await import('./report.ts');

async function compareOn(form: ValueForm): Promise<readonly CodecFigures[]> {
  const turns = NAMES.flatMap((subject) => WAYS.map((way) => ({ subject, way })));
  const taken = turns.map((): CodecRoundTaken[] => []);
  for (let start = 0; start < STARTS; start++) {
    const workers = new Map(
      NAMES.map((subject) => [subject, new Worker(PROGRAM, { subject, form } satisfies CodecSetting)]),
    );
    const steps = turns.map(({ subject, way }) => {
      const worker = workers.get(subject) as Worker;
      return () => worker.ask<CodecRoundTaken>({ way, ms: ROUND_MS } satisfies CodecRound);
    });
    for (const [turn, rounds] of (await takeTurns(steps, PLAN)).entries()) taken[turn]?.push(...rounds);
    for (const worker of workers.values()) await worker.end();
  }

  const of = (subject: SubjectName, way: Way): readonly CodecRoundTaken[] =>
    taken[turns.findIndex((turn) => turn.subject === subject && turn.way === way)] as CodecRoundTaken[];
  const costOf = (subject: SubjectName, way: Way): Cost => {
    const [own, bare] = [of(subject, way), of(BARE[subject], way)];
    const [ns, bareNs] = [own.map((each) => each.ns), bare.map((each) => each.ns)];
    return {
      ns: spread(ns),
      ratio: spread(ratios(ns, bareNs)),
      userNs: Math.round(userNs(own)),
      userRatio: Number((userNs(own) / userNs(bare)).toFixed(2)),
    };
  };
  return NAMES.map((subject) => {
    const bytes = Math.round(of(subject, 'encode')[0]?.bytes ?? Number.NaN);
    const [encode, decode] = [costOf(subject, 'encode'), costOf(subject, 'decode')];
    console.log(
      `${form.padEnd(8)} ${subject.padEnd(27)} ${String(bytes).padStart(5)} bytes` +
        [encode, decode]
          .map(
            ({ ns, ratio, userRatio }) =>
              `  ${String(ns.median).padStart(8)} ns x${ratio.median.toFixed(2)}, processor x${userRatio.toFixed(2)}`,
          )
          .join(''),
    );
    return { subject, form, bytes, encode, decode };
  });
}

/** Over all rounds: the processor's time of a single one is counted in coarse steps. */
function userNs(rounds: readonly CodecRoundTaken[]): number {
  const operations = rounds.reduce((sum, each) => sum + each.operations, 0);
  return (1_000 * rounds.reduce((sum, { userUs }) => sum + userUs, 0)) / operations;
}
