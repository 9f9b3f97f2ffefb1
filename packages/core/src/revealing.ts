/** From payloads to values of the caller's own, with what a hit or a miss leaves behind. */
import type { CallOptions } from './api.ts';
import type { Payload } from './engine.ts';
import { checkKey } from './keyspace.ts';
import type { Opened } from './opened.ts';

/** A hit: the value of `payload`. `undefined` when it cannot be decoded and the call fails open. */
export function reveal(
  opened: Opened,
  key: string,
  payload: Payload,
  options: CallOptions | undefined,
): unknown {
  const { packing, tally, events } = opened;
  let value: unknown;
  try {
    value = packing.unpack(payload, key);
  } catch (error) {
    return undecodable(opened, key, error, options);
  }
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

/** The values of a group of hits; those that cannot be decoded are left out when the call fails open. */
export function revealMany<R>(
  opened: Opened,
  found: Iterable<readonly [key: string, payload: Payload]>,
  options: CallOptions | undefined,
): Map<string, R> {
  const values = new Map<string, R>();
  for (const [key, payload] of found) {
    const value = reveal(opened, key, payload, options) as R | undefined;
    if (value !== undefined) values.set(key, value);
  }
  return values;
}

function undecodable(
  { remote }: Opened,
  key: string,
  error: unknown,
  options: CallOptions | undefined,
): undefined {
  if (!remote.opensFor(options)) throw error;
  remote.failed('decode', key, error);
  return undefined;
}
