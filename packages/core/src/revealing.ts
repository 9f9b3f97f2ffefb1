/** From payloads to values of the caller's own, with what a hit or a miss leaves behind. */
import type { CallOptions } from './api.ts';
import type { Entry, MaybePromise, Payload } from './engine.ts';
import { isCacheError } from './errors.ts';
import { checkKey } from './keyspace.ts';
import type { Opened } from './opened.ts';
import { Unfit, baseOf, isOfToday, judged } from './stored-values.ts';

/**
 * A hit: the value of `payload`. `undefined`, and a miss, when it is unfit, or cannot be read and the call fails open. A promise only where
 * there is something to wait for. `entry`: where the payload is from, as far as the caller knows.
 */
export function reveal(
  opened: Opened,
  key: string,
  payload: Payload,
  options: CallOptions | undefined,
  entry?: Entry,
): MaybePromise<unknown> {
  if (!opened.judges) return counted(opened, key, opened.packing.unpack(payload, key));
  const value = valueOf(opened, key, payload, options, entry);
  return value instanceof Promise
    ? value.then((found) => counted(opened, key, found))
    : counted(opened, key, value);
}

/** Like {@link reveal}, for a call that is counted elsewhere. */
export function valueOf(
  opened: Opened,
  key: string,
  payload: Payload,
  options: CallOptions | undefined,
  entry?: Entry,
): MaybePromise<unknown> {
  if (!opened.judges) return opened.packing.unpack(payload, key);
  try {
    const value = judged(opened, key, payload, entry, options);
    return value instanceof Promise
      ? opened.remote.own(waitedFor(opened, key, value, options), options)
      : fitting(opened, key, value);
  } catch (error) {
    return unreadable(opened, key, error, options);
  }
}

/** A hit of which nothing has to be judged and nothing is wrong. `undefined`, and nothing is counted or told: the long way finds out why. */
export function revealAtOnce(opened: Opened, key: string, payload: Payload): unknown {
  if (!isOfToday(opened, payload)) return undefined;
  let value: unknown;
  try {
    value = opened.packing.unpack(payload, key);
  } catch {
    // The long way meets it again.
    return undefined;
  }
  return counted(opened, key, value);
}

/** A hit or, for `undefined`, a miss. */
export function counted(opened: Opened, key: string, value: unknown): unknown {
  if (value === undefined) return missed(opened, key);
  const { tally, events } = opened;
  tally.hits += 1;
  if (events.active.hit !== undefined) events.emit('hit', { key });
  return value;
}

/** A miss. Here a bad key is told from one that is merely absent. */
export function missed({ tally, events }: Opened, key: string): undefined {
  checkKey(key);
  tally.misses += 1;
  if (events.active.miss !== undefined) events.emit('miss', { key });
  return undefined;
}

/** The value of an entry that was taken away. Rejects for one that is unfit or cannot be read: it is lost, and somebody must hear of it. */
export async function revealTaken(
  opened: Opened,
  key: string,
  entry: Entry,
  options: CallOptions | undefined,
): Promise<unknown> {
  if (!opened.judges) return reveal(opened, key, entry.payload, options);
  const base = baseOf(opened, key, entry);
  const value: unknown = base instanceof Promise ? await opened.remote.own<unknown>(base, options) : base;
  return counted(opened, key, value === undefined ? undefined : opened.packing.give(value));
}

/** The values of a group of entries, without those that are unfit, or that cannot be read while the call fails open. */
export async function revealMany<R>(
  opened: Opened,
  found: readonly (readonly [key: string, entry: Entry])[],
  options: CallOptions | undefined,
): Promise<Map<string, R>> {
  const values = new Map<string, R>();
  if (!opened.judges) {
    for (const [key, { payload }] of found) values.set(key, reveal(opened, key, payload, options) as R);
    return values;
  }
  const read = await Promise.all(
    found.map(
      async ([key, entry]) => [key, await valueOf(opened, key, entry.payload, options, entry)] as const,
    ),
  );
  for (const [key, value] of read) if (value !== undefined) values.set(key, counted(opened, key, value) as R);
  return values;
}

async function waitedFor(
  opened: Opened,
  key: string,
  value: Promise<unknown>,
  options: CallOptions | undefined,
): Promise<unknown> {
  try {
    return fitting(opened, key, await value);
  } catch (error) {
    return unreadable(opened, key, error, options);
  }
}

/** The value, unless it is unfit: that is told. */
function fitting({ events }: Opened, key: string, value: unknown): unknown {
  if (!(value instanceof Unfit)) return value;
  const { reason, schemaVersion, issues } = value;
  if (events.active.invalid !== undefined) events.emit('invalid', { key, reason, schemaVersion, issues });
  return undefined;
}

function unreadable(
  { remote }: Opened,
  key: string,
  error: unknown,
  options: CallOptions | undefined,
): undefined {
  if (!remote.opensFor(options)) throw error;
  remote.failed(isCacheError(error, 'CODEC_FAILED') ? 'decode' : 'schema', key, error);
}
