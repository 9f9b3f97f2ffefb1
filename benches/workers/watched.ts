/** One filled cache, watched or not, whose hits are read in rounds. */
import { createManager } from '@cache/core';
import { memory } from '@cache/memory';
import { metricsOf } from '@cache/metrics';
import { redis } from '@cache/redis';
import { idOf, keyOf, shuffled } from '../method/keys.ts';
import { type Session, session } from '../method/session.ts';
import { serve } from '../method/worker.ts';

export interface WatchedSetting {
  readonly provider: 'memory' | 'redis';
  readonly isolation: 'frozen' | 'copy';
  readonly isWatched: boolean;
  readonly entries: number;
  /** The server. */
  readonly url: string;
}

export type WatchedRead = 'get' | 'getOrSet';

export interface WatchedRound {
  readonly read: WatchedRead;
  /** So many reads are under way at once. */
  readonly atOnce: number;
  readonly ms: number;
}

/** Per read. */
export interface WatchedRoundTaken {
  readonly ns: number;
}

await serve(async ({ provider, isolation, isWatched, entries, url }: WatchedSetting) => {
  const manager = createManager({
    providers: [provider === 'memory' ? memory({ maxEntries: entries }) : redis({ url })],
  });
  const metrics = isWatched ? metricsOf(manager) : undefined;
  const cache = manager.cache<object>('sessions', { isolation } as { readonly isolation?: 'copy' });
  await cache.ready();
  const keys = Array.from({ length: entries }, (_, at) => keyOf(idOf(at)));
  for (const [at, key] of keys.entries()) await cache.set(key, session(at, 'plain'));
  const order = shuffled(entries);
  const loader = async (): Promise<never> => {
    throw new Error('a hit must not load');
  };
  let at = 0;
  /** Reads what the loops made of the values, so that nothing is dead code. */
  let seen = 0;

  const next = (): string => {
    at = at + 1 === entries ? 0 : at + 1;
    return keys[order[at] as number] as string;
  };
  // One loop for each: a shared one would hide what is read behind a call of its own.
  const loops = {
    async get(count: number) {
      for (let step = 0; step < count; step++) seen += ((await cache.get(next())) as Session).visits;
    },
    async getOrSet(count: number) {
      for (let step = 0; step < count; step++)
        seen += ((await cache.getOrSet(next(), loader)) as Session).visits;
    },
  };

  const paces = new Map<string, number>();
  return async ({ read, atOnce, ms }: WatchedRound): Promise<WatchedRoundTaken> => {
    const name = `${read} ${atOnce}`;
    const each = Math.max(10, Math.round((ms * 1e6) / (paces.get(name) ?? 10_000) / atOnce));
    const startedAt = process.hrtime.bigint();
    if (atOnce === 1) await loops[read](each);
    else await Promise.all(Array.from({ length: atOnce }, () => loops[read](each)));
    const ns = Number(process.hrtime.bigint() - startedAt) / (each * atOnce);
    if (!(seen > 0)) throw new Error('nothing was read');
    if (metrics !== undefined && metrics.getOperationLatencyPercentiles(read) === undefined && each > 1_000)
      throw new Error('nothing was measured');
    paces.set(name, ns);
    return { ns };
  };
});
