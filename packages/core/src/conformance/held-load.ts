/** A load that stands still in its loader until the case lets it go on. */
import type { Loaded, LoadOptions } from '../api.ts';
import { gate } from '../testing/gate.ts';
import type { KitCache } from './harness.ts';

export interface HeldLoad<T> {
  /** What the call that began the load gets. */
  readonly result: Promise<T | undefined>;
  /** The loader's signal. */
  readonly signal: AbortSignal;
  /** Lets the loader give `value`. */
  readonly finish: (value: Loaded<T>) => void;
  /** Lets the loader throw `error`. */
  readonly fail: (error: unknown) => void;
}

/** Begins a `getOrSet` of `key`; resolves when its loader is running. */
export async function holdLoad<T>(
  cache: KitCache<T>,
  key: string,
  options?: LoadOptions,
): Promise<HeldLoad<T>> {
  const door = gate<Loaded<T>>();
  let signal: AbortSignal | undefined;
  const result = cache.getOrSet(
    key,
    (context): Promise<Loaded<T>> => {
      signal = context.signal;
      return door.pass();
    },
    options,
  ) as Promise<T | undefined>;
  // The case looks at the outcome when it is ready to: until then a failure is nobody's.
  result.catch(() => undefined);
  await Promise.race([door.arrivals(), result]);
  if (signal === undefined) throw new Error(`the loader of '${key}' was not run: a fresh value was found`);
  return { result, signal, finish: door.open, fail: door.fail };
}
