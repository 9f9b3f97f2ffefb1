/** Many who miss one key at once, or some keys. */
import { idOf, keyOf } from '../method/keys.ts';
import { session } from '../method/session.ts';
import { serve } from '../method/worker.ts';
import type { LoadingSubject } from '../subjects/subject.ts';
import { openSubject, type SubjectName } from '../subjects/subjects.ts';

export interface StampedeSetting {
  readonly subject: SubjectName;
}

export interface Stampede {
  readonly callers: number;
  readonly keys: number;
}

export interface StampedeTaken {
  /** Per caller. */
  readonly ns: number;
  readonly loads: number;
}

await serve(async ({ subject }: StampedeSetting) => {
  const cache = openSubject(subject)(10_000) as LoadingSubject;
  let next = 0;

  return async ({ callers, keys }: Stampede): Promise<StampedeTaken> => {
    const wanted = Array.from({ length: keys }, () => keyOf(idOf(next++)));
    const source = Promise.withResolvers<object>();
    let loads = 0;
    const loader = (): Promise<object> => {
      loads++;
      return source.promise;
    };
    const startedAt = process.hrtime.bigint();
    const calls = Array.from({ length: callers }, (_, at) =>
      cache.getOrSet(wanted[at % keys] as string, loader),
    );
    // The source answers when all have asked.
    setImmediate(() => source.resolve(session(next, 'date')));
    await Promise.all(calls);
    return { ns: Number(process.hrtime.bigint() - startedAt) / callers, loads };
  };
});
