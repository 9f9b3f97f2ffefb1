/** Processes that count, while a test does something to the servers. */
import { createManager, isCacheError, type Cache } from '@cache/core';
import { redis, type RedisOptions } from '../../src/index.ts';

/** What a provider in trouble may end a call with. */
const TYPED: ReadonlySet<string> = new Set(['UNAVAILABLE', 'UNKNOWN_OUTCOME', 'DEADLINE_EXCEEDED']);

interface Counted {
  readonly key: string;
  /** How many increments were said to be done, and of how many nobody knows. */
  readonly done: number;
  readonly unknown: number;
}

export interface Tally {
  readonly counters: readonly Counted[];
  /** How often calls ended with each code. */
  readonly codes: ReadonlyMap<string, number>;
  /** Errors that are none of those a provider in trouble may end a call with. */
  readonly untyped: readonly unknown[];
  /** The longest time without a success, in milliseconds. */
  readonly longestGap: number;
}

export interface Load extends AsyncDisposable {
  readonly cache: Cache<number>;
  /** How many increments have been done. */
  readonly done: () => number;
  /** The same by key, as of now. */
  readonly counters: () => readonly Counted[];
  /** Ends the counting. */
  stop(): Promise<Tally>;
}

/** Two processes' worth of clients, each of which increments a key of its own, one call after the other. */
export function startLoad(options: RedisOptions, clients: number): Load {
  const managers = [0, 1].map(() => createManager({ providers: [redis(options)] }));
  const caches = managers.map((manager) => manager.cache<number>('load', { breaker: false, jitter: 0 }));
  const codes = new Map<string, number>();
  const untyped: unknown[] = [];
  const counters = Array.from({ length: clients }, (_, at) => ({ key: `n${at}`, done: 0, unknown: 0 }));
  const running = { is: true };
  let last = performance.now();
  let longestGap = 0;

  const count = async (counter: (typeof counters)[number], cache: Cache<number>): Promise<void> => {
    while (running.is) {
      try {
        await cache.increment(counter.key);
        counter.done += 1;
        longestGap = Math.max(longestGap, performance.now() - last);
        last = performance.now();
      } catch (error) {
        const code = isCacheError(error) ? error.code : String(error);
        codes.set(code, (codes.get(code) ?? 0) + 1);
        if (!TYPED.has(code)) untyped.push(error);
        if (code !== 'UNAVAILABLE') counter.unknown += 1;
      }
    }
  };
  const counting = counters.map((counter, at) => count(counter, caches[at % 2] as Cache<number>));
  const [cache] = caches as [Cache<number>];
  return {
    cache,
    counters: () => counters.map((counter) => ({ ...counter })),
    done: () => counters.reduce((sum, { done }) => sum + done, 0),
    async stop() {
      running.is = false;
      await Promise.all(counting);
      return { counters, codes, untyped, longestGap };
    },
    async [Symbol.asyncDispose]() {
      running.is = false;
      await Promise.all(counting);
      await Promise.all(managers.map((manager) => manager.close()));
    },
  };
}
