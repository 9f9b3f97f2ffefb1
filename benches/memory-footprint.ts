/** What does an entry take of the heap, and what does a hit leave behind for the collector? */
import { inspectMachine } from './method/machine.ts';
import { quick } from './method/quick.ts';
import { keepResults } from './method/results.ts';
import { type Spread, spread } from './method/statistics.ts';
import { Worker } from './method/worker.ts';
import { LIMIT, OURS, PEERS, type SubjectName } from './subjects/subjects.ts';
import type { FootprintQuestion, FootprintSetting } from './workers/footprint.ts';

/** Bytes. */
export interface FootprintFigures {
  readonly subject: SubjectName;
  readonly entries: number;
  /** Of an entry whose value is a small number; its key is held elsewhere. */
  readonly bare: number;
  /** Of an entry whose value is a session, its copy included where the cache makes one. */
  readonly session: number;
  /** What a hit of a session leaves behind, promises included. */
  readonly hit: Spread;
}

const SUBJECTS = ['sharded Maps' as const, LIMIT, ...OURS, ...PEERS];
const ENTRIES = quick ? 100 : 100_000;
const ROUNDS = quick ? 2 : 100;
const WARM_UPS = quick ? 0 : 40;
const HITS = quick ? 100 : 10_000;
const FLAGS = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256'];

const machine = inspectMachine();
const figures: FootprintFigures[] = [];
for (const subject of SUBJECTS) {
  const open = (value: FootprintSetting['value']): Worker =>
    new Worker(
      new URL('workers/footprint.ts', import.meta.url),
      { subject, entries: ENTRIES, value } satisfies FootprintSetting,
      FLAGS,
    );
  const numbers = open('number');
  const bare = await numbers.ask<number>({ about: 'entries' } satisfies FootprintQuestion);
  await numbers.end();
  const sessions = open('session');
  const session = await sessions.ask<number>({ about: 'entries' } satisfies FootprintQuestion);
  const hits: number[] = [];
  for (let round = -WARM_UPS; round < ROUNDS; round++) {
    const perHit = await sessions.ask<number>({ about: 'hit', hits: HITS } satisfies FootprintQuestion);
    if (round >= 0) hits.push(perHit);
  }
  await sessions.end();
  const hit = spread(hits);
  figures.push({ subject, entries: ENTRIES, bare: Math.round(bare), session: Math.round(session), hit });
  console.log(
    `${subject.padEnd(18)} ${bare.toFixed(0).padStart(5)} B per entry, ${session.toFixed(0).padStart(5)} B with a session, ${hit.median.toFixed(0).padStart(5)} B a hit (${hit.low}-${hit.high})`,
  );
}
keepResults('memory-footprint', { machine, figures });
