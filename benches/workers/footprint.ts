/** What a cache takes of the heap. Needs `--expose-gc`, and young space enough for a round of hits without a collection. */
import { setTimeout } from 'node:timers/promises';
import { idOf, keyOf } from '../method/keys.ts';
import { type Session, session } from '../method/session.ts';
import { serve } from '../method/worker.ts';
import { openSubject, type SubjectName } from '../subjects/subjects.ts';

export interface FootprintSetting {
  readonly subject: SubjectName;
  readonly entries: number;
  /** `number`: nothing but the entry itself. `session`: the copy of the value, too, where the cache makes one. */
  readonly value: 'number' | 'session';
}

export type FootprintQuestion =
  | { readonly about: 'entries' }
  | { readonly about: 'hit'; readonly hits: number };

const collect = globalThis.gc as () => void;

await serve(async ({ subject, entries, value }: FootprintSetting) => {
  // A key that was put together of two is flattened when it is first used, and its parts would be freed during the measurement.
  const keys = Array.from({ length: entries }, (_, at) => Buffer.from(keyOf(idOf(at))).toString('latin1'));
  const valueOf =
    value === 'number' ? (at: number): unknown => at + 1_000_000 : (at: number) => session(at, 'date');

  const before = await used();
  const cache = openSubject(subject)(entries);
  for (let at = 0; at < entries; at++) await cache.set(keys[at] as string, valueOf(at));
  const perEntry = ((await used()) - before) / entries;

  let seen = 0;
  const read = async (hits: number): Promise<void> => {
    for (let hit = 0, at = 0; hit < hits; hit++, at = at + 1 === entries ? 0 : at + 1)
      seen += ((await cache.get(keys[at] as string)) as Session).visits;
  };

  return async (question: FootprintQuestion): Promise<number> => {
    if (question.about === 'entries') return perEntry;
    collect();
    const start = process.memoryUsage().heapUsed;
    await read(question.hits);
    const perHit = (process.memoryUsage().heapUsed - start) / question.hits;
    if (Number.isNaN(seen)) throw new Error('not sessions');
    return perHit;
  };
});

/** Bytes in use once nothing more can be freed: what a program needed to start lingers for some turns. */
async function used(): Promise<number> {
  for (let pass = 0; pass < 5; pass++) {
    collect();
    await setTimeout(20);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
