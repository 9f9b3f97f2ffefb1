/** `get`, `getEntry` and `getOrSet`: the paths on which every nanosecond of a hit counts. */
import type { CacheEntry, CallOptions, LoadOptions } from './api.ts';
import { checkCall } from './call-options.ts';
import type { Payload } from './engine.ts';
import { checkKey } from './keyspace.ts';
import type { AnyLoader } from './leading.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Fetched } from './loading.ts';
import { metadataOf } from './metadata.ts';
import type { Opened } from './opened.ts';
import { counted, missed, reveal, revealAtOnce, valueOf } from './revealing.ts';

/**
 * The fresh value of `key`. An engine in this process has answered when its call returns: then there is nothing to wait for, and an async
 * function would only cost the frame that it keeps.
 */
export function get(life: Lifecycle, key: string, options: CallOptions | undefined): Promise<unknown> {
  const opened = life.working?.opened;
  if (opened === undefined || !opened.traits.synchronous) return getLater(life, key, options);
  try {
    return Promise.resolve(getNow(opened, key, options));
  } catch (error) {
    return Promise.reject(error);
  }
}

/** The fresh value of `key`, or what the loader gives: a hit in this process goes the same short way. */
export function getOrSet(
  life: Lifecycle,
  key: string,
  loader: AnyLoader,
  options: LoadOptions | undefined,
): Promise<unknown> {
  const opened = life.working?.opened;
  if (opened === undefined || !opened.traits.synchronous) return loadLater(life, key, loader, options);
  try {
    const value = hitNow(opened, key, options);
    if (value !== undefined) return Promise.resolve(value);
  } catch (error) {
    return Promise.reject(error);
  }
  return loadLater(life, key, loader, options);
}

/** A hit of an engine in this process. `undefined`, and nothing is counted or told: the long way finds out. Throws what the call rejects with. */
export function hitNow(opened: Opened, key: string, options: CallOptions | undefined): unknown {
  if (typeof key !== 'string') return undefined;
  checkCall(options);
  const payload: Payload = opened.engine.get(key);
  return payload === undefined ? undefined : revealAtOnce(opened, key, payload);
}

async function loadLater(
  life: Lifecycle,
  key: string,
  loader: AnyLoader,
  options: LoadOptions | undefined,
): Promise<unknown> {
  return (await fetchLater(life, key, loader, options)).value;
}

/** `getOrSet` the long way, with where its value came from. */
export async function fetchLater(
  life: Lifecycle,
  key: string,
  loader: AnyLoader,
  options: LoadOptions | undefined,
): Promise<Fetched> {
  const { loading } = life.working ?? (await life.work(options));
  checkCall(options);
  return loading.fetch(key, loading.plan(loader, options));
}

/** The answer of an engine in this process; a promise where the value has to be judged. Throws what the call rejects with. */
export function getNow(opened: Opened, key: string, options: CallOptions | undefined): unknown {
  if (typeof key !== 'string') checkKey(key);
  checkCall(options);
  const { tally } = opened;
  if (tally.isTimed()) return getTimed(opened, key, options);
  return revealOrMiss(opened, key, opened.engine.get(key), options);
}

function getTimed(opened: Opened, key: string, options: CallOptions | undefined): unknown {
  const { tally, clock, engine } = opened;
  const started = clock.elapsed();
  const payload: Payload = engine.get(key);
  tally.timed(clock.elapsed() - started);
  return revealOrMiss(opened, key, payload, options);
}

async function getLater(life: Lifecycle, key: string, options: CallOptions | undefined): Promise<unknown> {
  const { opened } = life.working ?? (await life.work(options));
  if (opened.traits.synchronous) return getNow(opened, key, options);
  checkKey(key);
  checkCall(options);
  const { tally, clock, engine, remote } = opened;
  const started = tally.isTimed() ? clock.elapsed() : -1;
  const payload: Payload = await remote.read(engine.get(key), 'get', key, options);
  if (started >= 0) tally.timed(clock.elapsed() - started);
  return revealOrMiss(opened, key, payload, options);
}

// Only keys that were checked are ever stored, so that a hit in this process needs no check; a miss tells a bad key from an absent one.
function revealOrMiss(
  opened: Opened,
  key: string,
  payload: Payload | undefined,
  options: CallOptions | undefined,
): unknown {
  return payload === undefined ? missed(opened, key) : reveal(opened, key, payload, options);
}

/** The fresh value of `key` with its metadata. What is stored anew while it is read is told as it is then: its version is for `compareAndSet`. */
export async function getEntry(
  opened: Opened,
  key: string,
  options: CallOptions | undefined,
): Promise<CacheEntry<unknown> | undefined> {
  const { engine, remote, upgrades } = opened;
  for (let again = true; ; again = false) {
    const entry = await remote.read(engine.read(key), 'getEntry', key, options);
    if (entry === undefined) return missed(opened, key);
    const read = valueOf(opened, key, entry.payload, options, entry);
    const upgrade = upgrades.get(entry.version);
    const value: unknown = read instanceof Promise ? await read : read;
    if (again && upgrade !== undefined && (await remote.own(upgrade.stored, options))) continue;
    return counted(opened, key, value) === undefined ? undefined : { ...metadataOf(key, entry), value };
  }
}
