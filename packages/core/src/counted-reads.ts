/** Reads of a cache whose observers want to be told of none: they are counted, which is all that a hit pays. */
import type { CallOptions, LoadOptions } from './api.ts';
import { fetchLater, getNow, hitNow } from './getting.ts';
import type { AnyLoader } from './leading.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Observation } from './observing.ts';
import type { ReadTally } from './tally.ts';
import { fail, heeded, Telling, toldOperation } from './telling.ts';

/** One read in this many is timed, less one. */
export const TIMED_READS_MASK = 63;

/** The outcomes of `getOrSet`, by where its value came from. */
export const FETCHED = { hit: 'hit', load: 'loaded', missing: 'missing' } as const;

type ReadName = 'get' | 'getOrSet';
type Get = (key: string, options?: CallOptions) => Promise<unknown>;
type GetOrSet = (key: string, loader: AnyLoader, options?: LoadOptions) => Promise<unknown>;

/** Counts a read that was told to others. */
export function countRead(reads: ReadTally, name: ReadName, isHit: boolean): void {
  if (name === 'getOrSet') reads.loadHits += 1;
  else {
    reads.gets += 1;
    if (!isHit) reads.misses += 1;
  }
}

/** `get` and `getOrSet` of a cache, counted. `plainGet`: as it is when nobody observes. */
export function countedReads(
  life: Lifecycle,
  plainGet: Get,
  observations: readonly Observation[],
): { readonly get: Get; readonly getOrSet: GetOrSet } {
  const { reads, clock } = life;
  const timed = (name: ReadName, isHit: boolean, started: number, weight: number): void => {
    const duration = clock.elapsed() - started;
    for (const observation of observations) {
      try {
        heeded<unknown>(life, observation.timed?.(name, isHit, duration, weight));
      } catch (error) {
        fail(life, error);
      }
    }
  };
  /** When the read that was counted last began, if it is one of those that are timed. The last of so many, so that it stands for those before. */
  const start = (count: number): number => ((count & TIMED_READS_MASK) === 0 ? clock.elapsed() : -1);

  const get: Get = (key, options) => {
    const opened = life.working?.opened;
    if (opened === undefined || !opened.traits.synchronous) return getLater(key, options);
    const started = start(++reads.gets);
    let value: unknown;
    try {
      value = getNow(opened, key, options);
    } catch (error) {
      reads.gets -= 1;
      return toldOperation(life, observations, 'get', [key, options], () => Promise.reject(error));
    }
    if (value === undefined) reads.misses += 1;
    else if (opened.judges && value instanceof Promise) {
      // Only what has to be judged may have to be waited for.
      const judged = value;
      reads.gets -= 1;
      return toldOperation(life, observations, 'get', [key, options], () => judged);
    }
    if (started >= 0) timed('get', value !== undefined, started, TIMED_READS_MASK + 1);
    return Promise.resolve(value);
  };
  // The answer itself is given: a promise of our own around it would cost as much as all the rest.
  const getLater: Get = (key, options) => {
    const started = clock.elapsed();
    reads.getsInFlight += 1;
    const answer = plainGet(key, options);
    answer.then(
      (value) => {
        reads.getsInFlight -= 1;
        countRead(reads, 'get', value !== undefined);
        timed('get', value !== undefined, started, 1);
      },
      (error: unknown) => {
        reads.getsInFlight -= 1;
        new Telling(life, observations, 'get', [key, options], started).end('failed', error);
      },
    );
    return answer;
  };

  const getOrSet: GetOrSet = (key, loader, options) => {
    const opened = life.working?.opened;
    if (opened === undefined || !opened.traits.synchronous) return fetched(key, loader, options);
    const started = start(++reads.loadHits);
    let value: unknown;
    try {
      value = hitNow(opened, key, options);
    } catch (error) {
      reads.loadHits -= 1;
      return toldOperation(life, observations, 'getOrSet', [key, loader, options], () =>
        Promise.reject(error),
      );
    }
    if (value === undefined) {
      reads.loadHits -= 1;
      return fetched(key, loader, options);
    }
    if (started >= 0) timed('getOrSet', true, started, TIMED_READS_MASK + 1);
    return Promise.resolve(value);
  };
  const fetched: GetOrSet = async (key, loader, options) => {
    const started = clock.elapsed();
    const telling = (): Telling =>
      new Telling(life, observations, 'getOrSet', [key, loader, options], started);
    reads.loadsInFlight += 1;
    try {
      const { from, value } = await fetchLater(life, key, loader, options);
      if (from === 'hit') {
        reads.loadHits += 1;
        timed('getOrSet', true, started, 1);
      } else telling().end(FETCHED[from]);
      return value;
    } catch (error) {
      telling().end('failed', error);
      throw error;
    } finally {
      reads.loadsInFlight -= 1;
    }
  };
  return { get, getOrSet };
}
