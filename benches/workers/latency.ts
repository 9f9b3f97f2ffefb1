/** One filled cache, asked one operation at a time, each timed alone. */
import { idOf, keyOf, shuffled } from '../method/keys.ts';
import { type Session, session } from '../method/session.ts';
import { quantile } from '../method/statistics.ts';
import { serve } from '../method/worker.ts';
import { openSubject, type SubjectName } from '../subjects/subjects.ts';

export interface LatencySetting {
  readonly subject: SubjectName;
  readonly entries: number;
}

/** `overwrite`: of a key that is there. `insert`: of a new one, for which another goes. `nothing`: what the timing itself takes. */
export type TimedOperation = 'nothing' | 'get' | 'overwrite' | 'insert';

export interface LatencyRound {
  readonly operation: TimedOperation;
  readonly count: number;
}

/** Nanoseconds. */
export interface LatencyRoundTaken {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

await serve(async ({ subject, entries }: LatencySetting) => {
  const cache = openSubject(subject)(entries);
  const ids = Array.from({ length: entries }, (_, at) => idOf(at));
  const order = shuffled(entries);
  for (let at = 0; at < entries; at++) await cache.set(keyOf(ids[at] as string), session(at, 'date'));
  let from = 0;
  let added = entries;
  let seen = 0;
  const settled = Promise.resolve();

  const keyAt = (step: number): string => keyOf(ids[order[(from + step) % entries] as number] as string);

  const operations: Record<TimedOperation, (samples: Float64Array, count: number) => Promise<void>> = {
    async nothing(samples, count) {
      for (let step = 0; step < count; step++) {
        const startedAt = process.hrtime.bigint();
        await settled;
        samples[step] = Number(process.hrtime.bigint() - startedAt);
      }
    },
    async get(samples, count) {
      for (let step = 0; step < count; step++) {
        const key = keyAt(step);
        const startedAt = process.hrtime.bigint();
        const value = await cache.get(key);
        samples[step] = Number(process.hrtime.bigint() - startedAt);
        // A key may have been pushed out by an insert.
        seen += (value as Session | undefined)?.visits ?? 0;
      }
    },
    async overwrite(samples, count) {
      for (let step = 0; step < count; step++) {
        const key = keyAt(step);
        const value = session(step, 'date');
        const startedAt = process.hrtime.bigint();
        await cache.set(key, value);
        samples[step] = Number(process.hrtime.bigint() - startedAt);
      }
    },
    async insert(samples, count) {
      for (let step = 0; step < count; step++) {
        const key = keyOf(idOf(added));
        const value = session(added++, 'date');
        const startedAt = process.hrtime.bigint();
        await cache.set(key, value);
        samples[step] = Number(process.hrtime.bigint() - startedAt);
      }
    },
  };

  return async ({ operation, count }: LatencyRound): Promise<LatencyRoundTaken> => {
    const samples = new Float64Array(count);
    await operations[operation](samples, count);
    // What inserts pushed out comes back, and the next round finds its keys.
    if (operation === 'insert')
      for (let at = 0; at < entries; at++) {
        const key = keyOf(ids[at] as string);
        if ((await cache.get(key)) === undefined) await cache.set(key, session(at, 'date'));
      }
    from = (from + count) % entries;
    if (operation === 'get' && seen === 0) throw new Error('nothing was read');
    return { p50: quantile(samples, 0.5), p99: quantile(samples, 0.99), p999: quantile(samples, 0.999) };
  };
});
