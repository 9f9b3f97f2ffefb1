/** The operations of a cache that is observed, in the place of the plain ones: a cache that nobody observes does not pay for it. */
import type { CallOptions, LoadOptions } from './api.ts';
import { fetchLater, getNow, hitNow } from './getting.ts';
import type { AnyLoader } from './leading.ts';
import type { Lifecycle } from './lifecycle.ts';
import { operationOf, replaceOperations, type Operation, type OperationName } from './middleware.ts';
import type { Observation, OperationOutcome } from './observing.ts';

/** One read in this many is timed, less one. */
const TIMED_READS_MASK = 63;

/** The operations that give something of one key, or nothing. */
const READS: ReadonlySet<OperationName> = new Set(['get', 'getEntry', 'getMetadata', 'getAndDelete']);

/** The outcomes of `getOrSet`, by where its value came from. */
const FETCHED = { hit: 'hit', load: 'loaded', missing: 'missing' } as const;

/** Runs a step of an observer; what it throws is told to the `error` listeners, and `undefined` takes its place. */
export function guarded<X>(life: Lifecycle, step: () => X): X | undefined {
  try {
    return heeded(life, step());
  } catch (error) {
    fail(life, error);
    return undefined;
  }
}

/** What an observer gave. The rejection of an async one would end the process as an unhandled one. */
function heeded<X>(life: Lifecycle, answer: X): X {
  if (answer instanceof Promise) answer.catch((error: unknown) => fail(life, error));
  return answer;
}

function fail({ events }: Lifecycle, error: unknown): void {
  events.emit('error', { operation: 'observer', error });
}

/** The operations of `plain`, each told to `observations`. */
export function observedOperations<C extends object>(
  life: Lifecycle,
  plain: C,
  observations: readonly Observation[],
): C {
  const [first, ...others] = observations;
  if (first === undefined) return plain;
  let reads = 0;
  /** When the read that begins now did so, if it is one of those that are timed. The last of so many, so that it stands for those before. */
  const start = (): number => ((++reads & TIMED_READS_MASK) === 0 ? life.clock.elapsed() : -1);
  const tell = (observation: Observation, ...read: Parameters<Observation['read']>): void => {
    try {
      heeded<unknown>(life, observation.read(...read));
    } catch (error) {
      fail(life, error);
    }
  };
  const tellRead = (name: 'get' | 'getOrSet', key: string, isHit: boolean, started: number): void => {
    const duration = started < 0 ? undefined : life.clock.elapsed() - started;
    tell(first, name, key, isHit, duration);
    for (const other of others) tell(other, name, key, isHit, duration);
  };
  const told = async (
    name: OperationName,
    args: readonly unknown[],
    run: () => unknown,
  ): Promise<unknown> => {
    const telling = new Telling(life, observations, name, args);
    try {
      const answer = await run();
      telling.end(outcomeOf(name, answer));
      return answer;
    } catch (error) {
      telling.end('failed', error);
      throw error;
    }
  };

  const plainGet = Reflect.get(plain, 'get') as (key: string, options?: CallOptions) => Promise<unknown>;
  const get = (key: string, options?: CallOptions): Promise<unknown> => {
    const opened = life.working?.opened;
    if (opened === undefined || !opened.traits.synchronous) return toldGet(key, options);
    const started = start();
    let value: unknown;
    try {
      value = getNow(opened, key, options);
    } catch (error) {
      return told('get', [key, options], () => Promise.reject(error));
    }
    // Only what has to be judged may have to be waited for.
    if (opened.judges && value instanceof Promise) return told('get', [key, options], () => value);
    tellRead('get', key, value !== undefined, started);
    return Promise.resolve(value);
  };
  // Like `told`, without what that makes for each call.
  const toldGet: typeof get = async (key, options) => {
    const telling = new Telling(life, observations, 'get', [key, options]);
    try {
      const value = await plainGet(key, options);
      telling.end(value === undefined ? 'miss' : 'hit');
      return value;
    } catch (error) {
      telling.end('failed', error);
      throw error;
    }
  };

  const getOrSet = (key: string, loader: AnyLoader, options?: LoadOptions): Promise<unknown> => {
    const opened = life.working?.opened;
    if (opened === undefined || !opened.traits.synchronous) return toldLoad(key, loader, options);
    const started = start();
    let value: unknown;
    try {
      value = hitNow(opened, key, options);
    } catch (error) {
      return told('getOrSet', [key, loader, options], () => Promise.reject(error));
    }
    if (value === undefined) return toldLoad(key, loader, options);
    tellRead('getOrSet', key, true, started);
    return Promise.resolve(value);
  };
  const toldLoad: typeof getOrSet = async (key, loader, options) => {
    const telling = new Telling(life, observations, 'getOrSet', [key, loader, options]);
    try {
      const { from, value } = await fetchLater(life, key, loader, options);
      telling.end(FETCHED[from]);
      return value;
    } catch (error) {
      telling.end('failed', error);
      throw error;
    }
  };

  const observed = { ...plain };
  replaceOperations(
    observed,
    plain,
    (name, run) =>
      (...args) =>
        told(name, args, () => run(...args)),
  );
  return Object.assign(observed, { get, getOrSet });
}

/** A walk, told as one operation, which ends with it or when its caller has had enough. */
export async function* observedWalk(
  life: Lifecycle,
  observations: readonly Observation[],
  args: readonly unknown[],
  keys: AsyncIterable<string>,
): AsyncGenerator<string> {
  const telling = new Telling(life, observations, 'keys', args);
  let failure: { readonly error: unknown } | undefined;
  try {
    yield* keys;
  } catch (error) {
    failure = { error };
    throw error;
  } finally {
    if (failure === undefined) telling.end('done');
    else telling.end('failed', failure.error);
  }
}

/** One operation, told at its beginning and its end to those who observe when it begins. */
class Telling {
  readonly #life: Lifecycle;
  readonly #observations: readonly Observation[];
  readonly #operation: Operation;
  /** What the first gave for the beginning, and what the others did. */
  readonly #begun: unknown;
  readonly #others: readonly unknown[] | undefined;
  readonly #started: number;

  constructor(
    life: Lifecycle,
    observations: readonly Observation[],
    name: OperationName,
    args: readonly unknown[],
  ) {
    this.#life = life;
    this.#observations = observations;
    this.#operation = operationOf(name, life.name, args);
    this.#begun = this.#begin(observations[0]);
    this.#others =
      observations.length > 1 ? observations.slice(1).map((each) => this.#begin(each)) : undefined;
    this.#started = life.clock.elapsed();
  }

  end(outcome: OperationOutcome, error?: unknown): void {
    const duration = this.#life.clock.elapsed() - this.#started;
    const end = outcome === 'failed' ? { outcome, duration, error } : { outcome, duration };
    for (let n = 0; n < this.#observations.length; n++) {
      try {
        const begun = n === 0 ? this.#begun : this.#others?.[n - 1];
        heeded<unknown>(this.#life, this.#observations[n]?.end(this.#operation, end, begun));
      } catch (thrown) {
        fail(this.#life, thrown);
      }
    }
  }

  #begin(observation: Observation | undefined): unknown {
    try {
      return heeded(this.#life, observation?.begin(this.#operation));
    } catch (error) {
      fail(this.#life, error);
      return undefined;
    }
  }
}

function outcomeOf(name: OperationName, answer: unknown): OperationOutcome {
  if (READS.has(name)) return answer === undefined ? 'miss' : 'hit';
  if (name === 'has') return answer === true ? 'hit' : 'miss';
  // `false` may be the value that an update gives.
  return answer === false && name !== 'update' ? 'unchanged' : 'done';
}
