/** The operations of a cache that is observed, in the place of the plain ones: a cache that nobody observes does not pay for it. */
import type { CallOptions, LoadOptions } from './api.ts';
import { fetchLater, getNow, hitNow } from './getting.ts';
import type { AnyLoader } from './leading.ts';
import type { Lifecycle } from './lifecycle.ts';
import { countedReads, countRead, FETCHED, TIMED_READS_MASK } from './counted-reads.ts';
import { replaceOperations, type OperationName } from './middleware.ts';
import type { Observation } from './observing.ts';
import { fail, heeded, Telling, toldOperation } from './telling.ts';

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
  const tell = (
    observation: Observation,
    name: 'get' | 'getOrSet',
    key: string,
    isHit: boolean,
    duration: number | undefined,
  ): void => {
    try {
      if (observation.read !== undefined) heeded<unknown>(life, observation.read(name, key, isHit, duration));
      else if (duration !== undefined)
        heeded<unknown>(life, observation.timed?.(name, isHit, duration, TIMED_READS_MASK + 1));
    } catch (error) {
      fail(life, error);
    }
  };
  const isCounting = observations.some((each) => each.read === undefined);
  const tellRead = (name: 'get' | 'getOrSet', key: string, isHit: boolean, started: number): void => {
    const duration = started < 0 ? undefined : life.clock.elapsed() - started;
    if (isCounting) countRead(life.reads, name, isHit);
    tell(first, name, key, isHit, duration);
    for (const other of others) tell(other, name, key, isHit, duration);
  };
  const told = (name: OperationName, args: readonly unknown[], run: () => unknown): Promise<unknown> =>
    toldOperation(life, observations, name, args, run);

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
  const reading = observations.every((each) => each.read === undefined)
    ? countedReads(life, plainGet, observations)
    : { get, getOrSet };
  replaceOperations(
    observed,
    plain,
    (name, run) =>
      (...args) =>
        told(name, args, () => run(...args)),
  );
  return Object.assign(observed, reading);
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
