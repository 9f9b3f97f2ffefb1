/** Observers: told of every operation of a cache and of those below it, without a say in it, and at nearly no cost. */
import type { BreakerState } from './events.ts';
import type { Operation } from './middleware.ts';

/** Counts since a cache was made, namespaces apart. What is not explained here is said at `CacheStats`. */
export interface CacheCounts {
  readonly hits: number;
  readonly misses: number;
  readonly loads: number;
  readonly loadErrors: number;
  /** Loaders that run now, those included that nobody waits for any more; in a batch each key is one. */
  readonly loading: number;
  readonly joins: number;
  readonly overtaken: number;
  readonly errors: number;
  /** What is not told one by one. */
  readonly reads: ReadCounts;
}

/** Reads of which no observer is told one by one. They are counted while all who observe the cache leave `read` out. */
export interface ReadCounts {
  /** Of `get`, as far as they ended. */
  readonly hits: number;
  readonly misses: number;
  /** Of `getOrSet` that found a fresh entry. */
  readonly loadHits: number;
  readonly getsInFlight: number;
  readonly loadsInFlight: number;
}

/** A cache as an observer meets it. */
export interface Observed<C> {
  readonly cache: C;
  /** The name of the cache, followed by those of the namespaces down to this one. */
  readonly path: readonly string[];
  /** The name of its provider. */
  readonly provider: string;
  /** The counts as they are whenever they are read. */
  readonly counts: CacheCounts;
  /** The state of the circuit breaker as it is whenever it is asked; `undefined`: there is none. */
  readonly breaker: () => BreakerState | undefined;
}

/**
 * How an operation ended.
 *
 * `'hit'`, `'miss'`: a read of one key found a fresh entry, or none. `'loaded'`, `'missing'`: `getOrSet` got what a loader gave, a value or
 * nothing. `'unchanged'`: a write, a removal or a `touch` found its condition not fulfilled, or nothing to work on. `'done'`: any other.
 */
export type OperationOutcome = 'hit' | 'miss' | 'loaded' | 'missing' | 'unchanged' | 'done' | 'failed';

/** The end of an operation. Durations are milliseconds. It has no value in it. */
export interface OperationEnd {
  readonly outcome: OperationOutcome;
  readonly duration: number;
  /** What it rejected with; set where it failed. */
  readonly error?: unknown;
}

/**
 * What is called with the operations of one cache. Nothing that it does reaches an operation: what it throws, or rejects with, is told to the
 * `error` listeners of the cache. It sees operations as the cache meets them, inside all middleware.
 */
export interface Observation {
  /**
   * A `get` or a `getOrSet` was answered at once, by an engine in this process: it began and ended in one step, of which neither `begin` nor
   * `end` is told. `duration` is measured for one in 64 of them, because reading the clock costs as much as the hit.
   *
   * Left out, it costs a hit least: then `reads` of the counts has the hits and misses of `get`, and the hits of `getOrSet`, of any engine, unless somebody
   * else observes the cache who wants to be told. What fails, or loads, is told by `begin` and `end` together when it ends.
   */
  read?(name: 'get' | 'getOrSet', key: string, isHit: boolean, duration: number | undefined): void;
  /** For those who leave `read` out: how long a read took that the counts have. It stands for `weight` of them: 64 where they are answered at once. */
  timed?(name: 'get' | 'getOrSet', isHit: boolean, duration: number, weight: number): void;
  /** Any other operation begins. What this gives is handed to `end`. */
  begin(operation: Operation): unknown;
  /** It has ended; its caller is told after this. */
  end(operation: Operation, end: OperationEnd, begun: unknown): void;
  /** The cache is closed, or is observed no more. Operations that are under way still end. */
  close?(): void;
}

/** Begins to observe a cache, or declines. It may listen to the events of the cache, too. */
export type Observe<C> = (observed: Observed<C>) => Observation | undefined;

/** A cache that can be observed: begins with one observer, and gives what ends that. */
export type Subject<C> = (observe: Observe<C>) => () => void;

/** Those who observe a cache and all that is below it. */
export class Observers<C> {
  readonly #above: Observers<C> | undefined;
  readonly #subjects = new Set<Subject<C>>();
  /** What ends each observation, by observer. */
  readonly #ends = new Map<Observe<C>, Map<Subject<C>, () => void>>();

  constructor(above: Observers<C> | undefined) {
    this.#above = above;
  }

  /** Observes what is here and what comes. Gives what ends it. */
  add(observe: Observe<C>): () => void {
    if (typeof observe !== 'function')
      throw new TypeError(`the observer is ${typeof observe}: give a function of an observed cache`);
    // A wrapper of its own, so that the same function may observe twice and each be ended.
    const own: Observe<C> = (observed) => observe(observed);
    const ends = new Map<Subject<C>, () => void>();
    this.#ends.set(own, ends);
    for (const subject of this.#subjects) {
      // An observer may make a namespace, which comes by `enter`.
      if (!ends.has(subject)) ends.set(subject, subject(own));
    }
    return () => {
      this.#ends.delete(own);
      for (const end of ends.values()) end();
      ends.clear();
    };
  }

  enter(subject: Subject<C>): void {
    this.#subjects.add(subject);
    for (const [own, ends] of this.#ends) ends.set(subject, subject(own));
    this.#above?.enter(subject);
  }

  leave(subject: Subject<C>): void {
    this.#subjects.delete(subject);
    for (const ends of this.#ends.values()) {
      ends.get(subject)?.();
      ends.delete(subject);
    }
    this.#above?.leave(subject);
  }
}
