/** Operations on many keys: every key has its own outcome. */
import type { CallOptions, LoadOptions, ManyLoader, WriteOptions } from './api.ts';
import type { MaybePromise, Payload, Write } from './engine.ts';
import { CacheError } from './errors.ts';
import { checkKeys, checkPairs } from './keyspace.ts';
import type { AnyLoader } from './leading.ts';
import type { Loading } from './loading.ts';
import type { Opened } from './opened.ts';
import type { LoadResult } from './single-flight.ts';
import { draft, limitExceeded } from './writes.ts';

/** The payloads of the fresh entries among `keys`. */
export async function getMany(
  opened: Opened,
  keys: Iterable<string>,
  options: CallOptions | undefined,
): Promise<Map<string, Payload>> {
  const { engine, remote, tally, events } = opened;
  const asked = checkKeys(keys);
  options?.signal?.throwIfAborted();
  const outcomes = await each(asked, (key) => {
    const answer = engine.get(key);
    return answer instanceof Promise ? remote.read(answer, 'getMany', key, options) : answer;
  });
  throwPartial(opened, 'getMany', outcomes, options?.signal);
  const found = new Map<string, Payload>();
  for (const [key, outcome] of outcomes) {
    if (outcome.status !== 'fulfilled' || outcome.value === undefined) {
      tally.misses += 1;
      if (events.active.miss !== undefined) events.emit('miss', { key });
    } else {
      found.set(key, outcome.value);
    }
  }
  return found;
}

/** Writes every pair. Of pairs with one key the last counts. */
export async function setMany(
  opened: Opened,
  entries: Iterable<readonly [key: string, value: unknown]>,
  options: WriteOptions | undefined,
): Promise<number> {
  const { engine, remote, events } = opened;
  const pairs = checkPairs(entries);
  options?.signal?.throwIfAborted();
  const drafts = await each([...pairs.keys()], (key) => draft(opened, key, pairs.get(key), options));
  for (const drafted of drafts.values()) {
    // Misuse is the mistake of the call: nothing is written.
    if (drafted.status === 'rejected' && drafted.reason instanceof TypeError) throw drafted.reason;
  }
  const outcomes = await each([...pairs.keys()], async (key) => {
    const drafted = drafts.get(key) as PromiseSettledResult<Write>;
    if (drafted.status === 'rejected') throw drafted.reason;
    const write = drafted.value;
    const answer = engine.write(key, write, undefined);
    const written = answer instanceof Promise ? await remote.write(answer, 'setMany', key, options) : answer;
    if (written.status === 'limited') throw limitExceeded(opened, key);
    if (events.active.write !== undefined) events.emit('write', { key, version: write.version });
  });
  throwPartial(opened, 'setMany', outcomes, options?.signal);
  return outcomes.size;
}

/** Removes every key; gives how many had a fresh entry. */
export async function deleteMany(
  opened: Opened,
  keys: Iterable<string>,
  options: CallOptions | undefined,
): Promise<number> {
  const { engine, remote, events } = opened;
  const asked = checkKeys(keys);
  options?.signal?.throwIfAborted();
  const outcomes = await each(asked, (key) => {
    const answer = engine.remove(key);
    return answer instanceof Promise ? remote.write(answer, 'deleteMany', key, options) : answer;
  });
  throwPartial(opened, 'deleteMany', outcomes, options?.signal);
  let removed = 0;
  for (const [key, outcome] of outcomes) {
    if (outcome.status === 'rejected' || !outcome.value) continue;
    removed += 1;
    if (events.active.delete !== undefined) events.emit('delete', { key });
  }
  return removed;
}

/**
 * Loads what is missing among `keys`. All keys are asked for first; those that nobody else is loading go to one call of `loadMissing`.
 * Each of them is a load of its own otherwise: joined, overtaken and committed by itself.
 */
export async function getOrSetMany(
  loading: Loading,
  keys: Iterable<string>,
  loadMissing: ManyLoader<unknown>,
  options: LoadOptions | undefined,
): Promise<Map<string, PromiseSettledResult<LoadResult>>> {
  const asked = checkKeys(keys);
  options?.signal?.throwIfAborted();
  const group = new LoadGroup(loadMissing);
  const first = loading.plan(group.loaderOf, options);
  const rest = loading.plan(group.loaderOf, options, false);
  const leading: string[] = [];

  const answers = await each(asked, (key) => loading.acquire(key, first, undefined));
  for (const [key, answer] of answers) {
    const acquired = answer.status === 'fulfilled' ? answer.value.acquired : undefined;
    if (acquired === undefined || acquired.status === 'lead') leading.push(key);
  }
  group.begin(leading);
  const outcomes = await each(asked, (key) => {
    const answer = answers.get(key);
    if (answer?.status === 'rejected') throw answer.reason;
    // One place among the running loaders for the whole group.
    return loading.load(key, key === leading[0] ? first : rest, answer?.value);
  });
  throwIfLeft(outcomes, options?.signal);
  return outcomes;
}

/** One call of the user's loader for the keys of a batch; a key that has to be loaded once more later is a call of its own. */
class LoadGroup {
  readonly #loadMissing: ManyLoader<unknown>;
  readonly #controller = new AbortController();
  #keys: ReadonlySet<string> = new Set();
  readonly #left = new Set<string>();
  #values: Promise<ReadonlyMap<string, unknown>> | undefined;

  constructor(loadMissing: ManyLoader<unknown>) {
    if (typeof loadMissing !== 'function')
      throw new TypeError(`loadMissing is ${typeof loadMissing}: give a function of the missing keys`);
    this.#loadMissing = loadMissing;
  }

  begin(keys: readonly string[]): void {
    this.#keys = new Set(keys);
  }

  readonly loaderOf: AnyLoader = async ({ key, signal }) => {
    if (this.#left.has(key) || !this.#keys.has(key))
      return (await this.#loadMissing([key], { signal })).get(key);
    this.#left.add(key);
    // The group's signal fires when nobody wants any of its keys any more.
    const leave = (): void => {
      this.#abandoned += 1;
      if (this.#abandoned === this.#keys.size) this.#controller.abort(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    this.#values ??= Promise.resolve().then(() =>
      this.#loadMissing([...this.#keys], { signal: this.#controller.signal }),
    );
    try {
      return mapOf(await this.#values).get(key);
    } finally {
      signal.removeEventListener('abort', leave);
    }
  };

  #abandoned = 0;
}

function mapOf(given: unknown): ReadonlyMap<string, unknown> {
  if (given instanceof Map) return given as ReadonlyMap<string, unknown>;
  throw new TypeError('loadMissing did not give a Map of keys and values');
}

/** Starts `step` for every key at once, in one turn, and waits for all; a throw is that key's outcome alone. */
async function each<X>(
  keys: readonly string[],
  step: (key: string) => MaybePromise<X>,
): Promise<Map<string, PromiseSettledResult<Awaited<X>>>> {
  const settled = await Promise.allSettled(
    keys.map((key) => {
      try {
        return step(key);
      } catch (error) {
        return Promise.reject(error);
      }
    }),
  );
  return new Map(keys.map((key, n) => [key, settled[n] as PromiseSettledResult<Awaited<X>>]));
}

/** A caller who left gets its signal's reason, whatever became of the keys. */
function throwIfLeft(
  outcomes: ReadonlyMap<string, PromiseSettledResult<unknown>>,
  signal: AbortSignal | undefined,
): void {
  if (signal?.aborted !== true) return;
  if ([...outcomes.values()].some((outcome) => outcome.status === 'rejected')) throw signal.reason;
}

function throwPartial(
  { name, tally }: Opened,
  operation: string,
  outcomes: ReadonlyMap<string, PromiseSettledResult<unknown>>,
  signal: AbortSignal | undefined,
): void {
  throwIfLeft(outcomes, signal);
  const failures = [...outcomes.values()].filter((outcome) => outcome.status === 'rejected');
  if (failures.length === 0) return;
  tally.errors += failures.length;
  throw new CacheError(
    'PARTIAL_FAILURE',
    `cache '${name}': ${operation} failed for ${failures.length} of ${outcomes.size} keys`,
    {
      cache: name,
      outcomes,
      cause: failures[0]?.reason,
    },
  );
}
