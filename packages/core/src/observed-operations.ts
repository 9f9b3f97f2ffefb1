/** The operations of a cache that is observed, in the place of the plain ones: a cache that nobody observes does not pay for it. */
import type { CallOptions, LoadOptions } from './api.ts';
import { fetchLater, getNow, hitNow } from './getting.ts';
import type { AnyLoader } from './leading.ts';
import type { Lifecycle } from './lifecycle.ts';
import { operationOf, replaceOperations, type OperationName } from './middleware.ts';
import type { Observation, OperationOutcome } from './observing.ts';

/** One read in this many is timed, less one. */
const TIMED_READS_MASK = 63;

/** The operations that give something of one key, or nothing. */
const READS: ReadonlySet<OperationName> = new Set(['get', 'getEntry', 'getMetadata', 'getAndDelete']);

/** The outcomes of `getOrSet`, by where its value came from. */
const FETCHED = { hit: 'hit', load: 'loaded', missing: 'missing' } as const;

/** Tells an operation that has begun to its end. A second call does nothing. */
type End = (outcome: OperationOutcome, error?: unknown) => void;

/** Runs `step`; what it throws is told to the `error` listeners, and `undefined` takes its place. */
export function guarded<X>({ events }: Lifecycle, step: () => X): X | undefined {
  try {
    return step();
  } catch (error) {
    events.emit('error', { operation: 'observer', error });
    return undefined;
  }
}

/** The operations of `plain`, each told to `observations`. */
export function observedOperations<C extends object>(
  life: Lifecycle,
  plain: C,
  observations: readonly Observation[],
): C {
  let reads = 0;
  /** When the read that begins now did so, if it is one of those that are timed. The last of so many, so that it stands for those before. */
  const start = (): number => ((++reads & TIMED_READS_MASK) === 0 ? life.clock.elapsed() : -1);
  const tellRead = (name: 'get' | 'getOrSet', key: string, isHit: boolean, started: number): void => {
    const duration = started < 0 ? undefined : life.clock.elapsed() - started;
    for (const observation of observations) {
      try {
        observation.read(name, key, isHit, duration);
      } catch (error) {
        life.events.emit('error', { operation: 'observer', error });
      }
    }
  };
  const told = async (
    name: OperationName,
    args: readonly unknown[],
    run: () => unknown,
  ): Promise<unknown> => {
    const end = begin(life, observations, name, args);
    try {
      const answer = await run();
      end(outcomeOf(name, answer));
      return answer;
    } catch (error) {
      end('failed', error);
      throw error;
    }
  };

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
    if (value instanceof Promise) return told('get', [key, options], () => value);
    tellRead('get', key, value !== undefined, started);
    return Promise.resolve(value);
  };
  const plainGet = Reflect.get(plain, 'get') as typeof get;
  const toldGet: typeof get = (key, options) => told('get', [key, options], () => plainGet(key, options));

  const getOrSet = (key: string, loader: AnyLoader, options?: LoadOptions): Promise<unknown> => {
    const opened = life.working?.opened;
    if (opened !== undefined && opened.traits.synchronous) {
      const started = start();
      let value: unknown;
      try {
        value = hitNow(opened, key, options);
      } catch (error) {
        return told('getOrSet', [key, loader, options], () => Promise.reject(error));
      }
      if (value !== undefined) {
        tellRead('getOrSet', key, true, started);
        return Promise.resolve(value);
      }
    }
    return toldLoad(key, loader, options);
  };
  const toldLoad = async (...args: Parameters<typeof getOrSet>): Promise<unknown> => {
    const end = begin(life, observations, 'getOrSet', args);
    try {
      const { from, value } = await fetchLater(life, ...args);
      end(FETCHED[from]);
      return value;
    } catch (error) {
      end('failed', error);
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
  const end = begin(life, observations, 'keys', args);
  try {
    yield* keys;
  } catch (error) {
    end('failed', error);
    throw error;
  } finally {
    end('done');
  }
}

/** Tells that an operation begins. */
function begin(
  life: Lifecycle,
  observations: readonly Observation[],
  name: OperationName,
  args: readonly unknown[],
): End {
  const operation = operationOf(name, life.name, args);
  const begun = observations.map((observation) => guarded(life, () => observation.begin(operation)));
  const started = life.clock.elapsed();
  let ended = false;
  return (outcome, error) => {
    if (ended) return;
    ended = true;
    const duration = life.clock.elapsed() - started;
    const told = error === undefined ? { outcome, duration } : { outcome, duration, error };
    observations.forEach((each, n) => guarded(life, () => each.end(operation, told, begun[n])));
  };
}

function outcomeOf(name: OperationName, answer: unknown): OperationOutcome {
  if (READS.has(name)) return answer === undefined ? 'miss' : 'hit';
  if (name === 'has') return answer === true ? 'hit' : 'miss';
  // `false` may be the value that an update gives.
  return answer === false && name !== 'update' ? 'unchanged' : 'done';
}
