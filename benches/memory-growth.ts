/** How long does a cache hold up its process while it grows to millions of entries? */
import { inspectMachine } from './method/machine.ts';
import { quick } from './method/quick.ts';
import { keepResults } from './method/results.ts';
import { takeTurns } from './method/rounds.ts';
import { type Spread, spread } from './method/statistics.ts';
import { Worker } from './method/worker.ts';
import type { SubjectName } from './subjects/subjects.ts';
import type { Growth, GrowthSetting } from './workers/growth.ts';

export interface GrowthFigures {
  readonly subject: SubjectName;
  readonly entries: number;
  /** Milliseconds, over the rounds. */
  readonly step: Spread;
  readonly pause: Spread;
  readonly collection: Spread;
  readonly total: Spread;
}

const SUBJECTS: readonly SubjectName[] = ['sharded Maps', 'frozen', 'copy', 'async lru-cache'];
const ENTRIES = quick ? 1_000 : 4_000_000;
const PLAN = { warmUps: 0, rounds: quick ? 1 : 5 };
/** The heap must not be what decides. */
const ROOMY = '--max-old-space-size=8192';
/** Marking in small steps is part of pauses, and nothing tells of it: where steps of a cache are sought it happens in collections only. */
const TOLD = '--no-incremental-marking';

const machine = inspectMachine();
const taken = await takeTurns(
  SUBJECTS.map((subject) => async (): Promise<Growth> => {
    const { step } = await grow(subject, [ROOMY, TOLD]);
    const growth = { ...(await grow(subject, [ROOMY])), step };
    console.log(
      `${subject.padEnd(16)} step ${step.toFixed(2)} ms, pause ${growth.pause.toFixed(1)} ms, collection ${growth.collection.toFixed(1)} ms, in all ${(growth.total / 1000).toFixed(1)} s`,
    );
    return growth;
  }),
  PLAN,
);

async function grow(subject: SubjectName, flags: readonly string[]): Promise<Growth> {
  const setting: GrowthSetting = { subject, entries: ENTRIES };
  const worker = new Worker(new URL('workers/growth.ts', import.meta.url), setting, flags);
  const growth = await worker.ask<Growth>();
  await worker.end();
  return growth;
}

const figures = SUBJECTS.map((subject, at): GrowthFigures => {
  const over = (name: keyof Growth): Spread => spread((taken[at] as Growth[]).map((growth) => growth[name]));
  return {
    subject,
    entries: ENTRIES,
    step: over('step'),
    pause: over('pause'),
    collection: over('collection'),
    total: over('total'),
  };
});
for (const { subject, step, pause } of figures)
  console.log(`${subject}: longest step ${step.median} ms, longest pause ${pause.median} ms (medians)`);
keepResults('memory-growth', { machine, figures });
