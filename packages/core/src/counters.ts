/** `increment` and `decrement`. */
import type { CountOptions } from './api.ts';
import { checkCall } from './call-options.ts';
import { CacheError } from './errors.ts';
import { checkKey } from './keyspace.ts';
import type { Opened } from './opened.ts';
import type { Updates } from './update.ts';
import { lifeOf } from './writes.ts';

/** Adds `delta` to the counter `key` in one step of the engine; gives the sum. */
export async function count(
  opened: Opened,
  updates: Updates,
  key: string,
  delta: number,
  options: CountOptions | undefined,
): Promise<number> {
  const { engine, remote, settings, events, nextId } = opened;
  checkKey(key);
  if (!Number.isSafeInteger(delta)) throw new TypeError(`delta is ${delta}: give a safe integer`);
  checkCall(options);
  const life = lifeOf(opened, options?.ttl, 0);
  // A declared index or a schema has to see the sum, and a new counter gets the cache's tags: then the engine cannot count alone.
  if (settings.indexes.size > 0 || settings.schema !== undefined || settings.tags.length > 0) {
    const adding = (current: unknown): number => add(opened, key, current ?? 0, delta);
    return (await updates.update(key, adding, { ...options, jitter: 0 })) as number;
  }
  const version = nextId();
  const answer = engine.count(key, { delta, version, life, renew: options?.ttl !== undefined });
  const counted = answer instanceof Promise ? await remote.write(answer, 'increment', key, options) : answer;
  if (counted.status === 'not-a-counter') throw notACounter(opened, key);
  if (counted.status === 'overflow') throw overflow(opened, key);
  if (events.active.write !== undefined) events.emit('write', { key, version });
  return counted.value;
}

function add(opened: Opened, key: string, current: unknown, delta: number): number {
  // -0 is packed as what it is, so no engine takes it for a counter.
  if (!Number.isSafeInteger(current) || Object.is(current, -0)) throw notACounter(opened, key);
  const sum = (current as number) + delta;
  if (!Number.isSafeInteger(sum)) throw overflow(opened, key);
  return sum;
}

function notACounter({ name }: Opened, key: string): CacheError {
  return new CacheError('NOT_A_COUNTER', `cache '${name}': the value of '${key}' is not a safe integer`, {
    cache: name,
    key,
  });
}

function overflow({ name }: Opened, key: string): CacheError {
  return new CacheError(
    'COUNTER_OVERFLOW',
    `cache '${name}': the counter '${key}' would leave the safe integers`,
    { cache: name, key },
  );
}
