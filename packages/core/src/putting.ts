/** Storing values by a call: what `set`, the conditional writes and `setMany` have in common. */
import type { WriteOptions } from './api.ts';
import { setMany } from './batches.ts';
import { copyValue } from './copying.ts';
import type { Condition, MaybePromise } from './engine.ts';
import { checkPairs } from './keyspace.ts';
import type { Lifecycle } from './lifecycle.ts';
import { write } from './writes.ts';

/** Stores `value` at `key`; gives the new version. Like a hit, a write in this process keeps no frame of an async function. */
export function set(
  life: Lifecycle,
  key: string,
  value: unknown,
  options: WriteOptions | undefined,
): Promise<{ readonly version: string }> {
  try {
    const written = put(life, 'set', key, value, undefined, options);
    return written instanceof Promise ? written.then(versioned) : Promise.resolve(versioned(written));
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Without a condition every write gives a version. */
function versioned(written: string | false): { readonly version: string } {
  return { version: written as string };
}

/** Stores `value` at `key`; gives the new version, or `false` when the condition did not hold. May throw what it would reject with. */
export function put(
  life: Lifecycle,
  operation: string,
  key: string,
  value: unknown,
  condition: Condition | undefined,
  options: WriteOptions | undefined,
): MaybePromise<string | false> {
  return life.working === undefined
    ? putLater(life, operation, key, value, condition, options)
    : write(life.working.opened, operation, key, value, condition, options);
}

async function putLater(
  life: Lifecycle,
  operation: string,
  key: string,
  value: unknown,
  condition: Condition | undefined,
  options: WriteOptions | undefined,
): Promise<string | false> {
  const own = asOfNow(life, value);
  const { opened } = await life.work(options);
  return write(opened, operation, key, own, condition, options);
}

/** Stores every pair. */
export async function putMany(
  life: Lifecycle,
  entries: Iterable<readonly [key: string, value: unknown]>,
  options: WriteOptions | undefined,
): Promise<void> {
  const own = Array.from(checkPairs(entries), ([key, value]) => [key, asOfNow(life, value)] as const);
  const { opened } = life.working ?? (await life.work(options));
  await setMany(opened, own, options);
}

/** The value as the caller gave it: what it does to it while the provider opens is not meant. */
function asOfNow(life: Lifecycle, value: unknown): unknown {
  return life.working === undefined ? copyValue(value) : value;
}
