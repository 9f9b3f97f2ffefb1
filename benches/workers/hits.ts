/** One filled cache, read in rounds. */
import { idOf, keyOf, type KeyKind, shuffled } from '../method/keys.ts';
import { type Session, session, type Variant } from '../method/session.ts';
import { serve } from '../method/worker.ts';
import type { LoadingSubject } from '../subjects/subject.ts';
import { openSubject, type SubjectName } from '../subjects/subjects.ts';

export interface HitSetting {
  readonly subject: SubjectName;
  readonly entries: number;
  readonly variant: Variant;
}

export type ReadKind = 'get' | 'getOrSet';

export interface HitRound {
  readonly read: ReadKind;
  readonly keys: KeyKind;
  readonly ms: number;
}

export interface HitRoundTaken {
  /** Per read. */
  readonly ns: number;
  /** Whether two reads of one key share what they give. */
  readonly isolates: boolean;
}

await serve(async ({ subject, entries, variant }: HitSetting) => {
  const cache = openSubject(subject)(entries) as LoadingSubject;
  const ids = Array.from({ length: entries }, (_, at) => idOf(at));
  const held = ids.map(keyOf);
  for (let at = 0; at < entries; at++) await cache.set(held[at] as string, session(at, variant));

  const changed = (await cache.get(held[0] as string)) as { visits: number };
  try {
    changed.visits = 1_000_000;
  } catch {
    // It is frozen.
  }
  const isolates = ((await cache.get(held[0] as string)) as Session).visits !== 1_000_000;
  await cache.set(held[0] as string, session(0, variant));

  const order = shuffled(entries);
  const loader = async (): Promise<never> => {
    throw new Error('a hit must not load');
  };
  let from = 0;
  /** Reads what the loops made of the values, so that nothing is dead code. */
  let seen = 0;

  const next = (count: number): number => {
    const start = from;
    from = (from + count) % entries;
    return start;
  };

  // One loop for each kind: a shared one would hide what is read behind a call of its own.
  const loops = {
    get: {
      async held(count: number) {
        for (let step = 0, at = next(count); step < count; step++, at = at + 1 === entries ? 0 : at + 1)
          seen += ((await cache.get(held[order[at] as number] as string)) as Session).visits;
      },
      async fresh(count: number) {
        for (let step = 0, at = next(count); step < count; step++, at = at + 1 === entries ? 0 : at + 1)
          seen += ((await cache.get(`session:${ids[order[at] as number]}`)) as Session).visits;
      },
    },
    getOrSet: {
      async held(count: number) {
        for (let step = 0, at = next(count); step < count; step++, at = at + 1 === entries ? 0 : at + 1)
          seen += ((await cache.getOrSet(held[order[at] as number] as string, loader)) as Session).visits;
      },
      async fresh(count: number) {
        for (let step = 0, at = next(count); step < count; step++, at = at + 1 === entries ? 0 : at + 1)
          seen += ((await cache.getOrSet(`session:${ids[order[at] as number]}`, loader)) as Session).visits;
      },
    },
  };

  const paces = new Map<string, number>();
  return async ({ read, keys, ms }: HitRound): Promise<HitRoundTaken> => {
    const pace = paces.get(`${read} ${keys}`) ?? 1000;
    const count = Math.max(100, Math.round((ms * 1e6) / pace));
    const startedAt = process.hrtime.bigint();
    await loops[read][keys](count);
    const ns = Number(process.hrtime.bigint() - startedAt) / count;
    if (!(seen > 0)) throw new Error('nothing was read');
    paces.set(`${read} ${keys}`, ns);
    return { ns, isolates };
  };
});
