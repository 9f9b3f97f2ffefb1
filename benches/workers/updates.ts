/** One key that many want to change at once. */
import { serve } from '../method/worker.ts';
import type { UpdatingSubject } from '../subjects/subject.ts';
import { openSubject, type SubjectName } from '../subjects/subjects.ts';

export interface UpdateSetting {
  readonly subject: SubjectName;
  /** What is no `update` has to be a `get` and a `set`. */
  readonly atomic: boolean;
}

export interface UpdateRound {
  readonly updates: number;
}

export interface UpdateRoundTaken {
  /** Per update. */
  readonly ns: number;
  readonly lost: number;
}

interface Counter {
  readonly count: number;
  readonly note: string;
}

await serve(async ({ subject, atomic }: UpdateSetting) => {
  const cache = openSubject(subject)(1_000) as UpdatingSubject;
  const next = (current: unknown): Counter => ({
    count: (current as Counter).count + 1,
    note: (current as Counter).note,
  });
  const change = atomic
    ? (key: string) => cache.update(key, next)
    : async (key: string) => cache.set(key, next(await cache.get(key)));
  let round = 0;

  return async ({ updates }: UpdateRound): Promise<UpdateRoundTaken> => {
    const key = `counter:${round++}`;
    await cache.set(key, { count: 0, note: 'visits of this page' } satisfies Counter);
    const startedAt = process.hrtime.bigint();
    await Promise.all(Array.from({ length: updates }, () => change(key)));
    const ns = Number(process.hrtime.bigint() - startedAt) / updates;
    return { ns, lost: updates - ((await cache.get(key)) as Counter).count };
  };
});
