/** A workload that counts for itself what it does, from what its calls answer: the measure of what was recorded. */
import type { Cache } from '@cache/core';

/** Counts by a few words. */
class Count {
  readonly #counts = new Map<string, number>();

  add(what: string, times = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + times);
  }

  get all(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}

/** What a workload has seen. */
export interface Seen {
  readonly operations: Count;
  readonly reads: Count;
  readonly loads: Count;
  readonly errors: Count;
}

/** Does `steps` random things to a cache, one after the other. */
export async function work(cache: Cache<number>, steps: number, random: () => number): Promise<Seen> {
  const seen: Seen = { operations: new Count(), reads: new Count(), loads: new Count(), errors: new Count() };
  const { operations, reads, loads, errors } = seen;
  const ended = (operation: string, outcome: string): void => operations.add(`${operation} ${outcome}`);
  const read = (isHit: boolean, times = 1): void => reads.add(isHit ? 'hits' : 'misses', times);
  const someKey = (): string => `k${Math.floor(random() * 20)}`;

  const deeds: readonly (() => Promise<void>)[] = [
    async () => {
      const isHit = (await cache.get(someKey())) !== undefined;
      ended('get', isHit ? 'hit' : 'miss');
      read(isHit);
    },
    async () => {
      const isHit = (await cache.getEntry(someKey())) !== undefined;
      ended('getEntry', isHit ? 'hit' : 'miss');
      read(isHit);
    },
    async () => ended('has', (await cache.has(someKey())) ? 'hit' : 'miss'),
    async () => {
      const kind = (['stored', 'missing', 'failed'] as const)[Math.floor(random() * 3)];
      let hasRun = false;
      try {
        await cache.getOrSet(someKey(), () => {
          hasRun = true;
          if (kind === 'failed') throw new Error('the loader');
          return kind === 'missing' ? undefined : 1;
        });
        ended('getOrSet', hasRun ? (kind === 'missing' ? 'missing' : 'loaded') : 'hit');
      } catch {
        ended('getOrSet', 'failed');
        errors.add('OTHER caller');
      }
      read(!hasRun);
      if (hasRun) loads.add(String(kind));
    },
    async () => {
      await cache.set(someKey(), 1);
      ended('set', 'done');
    },
    async () => ended('setIfNotExists', (await cache.setIfNotExists(someKey(), 1)) ? 'done' : 'unchanged'),
    async () => ended('delete', (await cache.delete(someKey())) ? 'done' : 'unchanged'),
    async () => {
      const isHit = (await cache.getAndDelete(someKey())) !== undefined;
      ended('getAndDelete', isHit ? 'hit' : 'miss');
      read(isHit);
    },
    async () => {
      await cache.update(someKey(), (n = 0) => n + 1);
      ended('update', 'done');
    },
    async () => {
      const keys = ['k0', 'k1', 'k2'];
      const { size } = await cache.getMany(keys);
      ended('getMany', 'done');
      if (size > 0) read(true, size);
      if (size < keys.length) read(false, keys.length - size);
    },
    async () => {
      await cache.increment(someKey(), 0.5).catch(() => errors.add('MISUSE caller'));
      ended('increment', 'failed');
    },
    async () => {
      const signal = AbortSignal.abort();
      await cache.get(someKey(), { signal }).catch(() => ended('get', 'aborted'));
    },
  ];
  for (let step = 0; step < steps; step++) await deeds[Math.floor(random() * deeds.length)]?.();
  return seen;
}
