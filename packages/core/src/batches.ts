/** Writes and loads of many keys: every key has its own outcome. */
import type { CallOptions, LoadOptions, LoadOutcome, ManyLoader, WriteOptions } from './api.ts';
import type { MaybePromise, Write } from './engine.ts';
import { checkKeys, checkPairs } from './keyspace.ts';
import { LoadGroup } from './load-group.ts';
import type { Fetched, Loading } from './loading.ts';
import type { Opened } from './opened.ts';
import { throwIfLeft, throwPartial } from './partial-failure.ts';
import { limitExceeded } from './limits.ts';
import { draft } from './writes.ts';

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
  options?.signal?.throwIfAborted();
  remote.checkOpen();
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
    if (written.status === 'limited') throw limitExceeded(opened, key, write.limit);
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
export async function getOrSetMany<R>(
  loading: Loading,
  keys: Iterable<string>,
  loadMissing: ManyLoader<unknown>,
  options: LoadOptions | undefined,
): Promise<Map<string, LoadOutcome<R>>> {
  const asked = checkKeys(keys);
  options?.signal?.throwIfAborted();
  const group = new LoadGroup(loading.cache, asked, loadMissing);
  const plan = loading.plan(group.loader, options, loading.claimTogether());
  const leading: string[] = [];

  const answers = await each(asked, (key) => loading.acquire(key, plan, undefined));
  for (const [key, answer] of answers) {
    const acquired = answer.status === 'fulfilled' ? answer.value.acquired : undefined;
    if (acquired === undefined || acquired.status === 'lead') leading.push(key);
  }
  group.begin(leading);
  const outcomes = await each(asked, (key) => {
    const answer = answers.get(key);
    if (answer?.status === 'rejected') throw answer.reason;
    return loading.fetch(key, plan, answer?.value);
  });
  throwIfLeft(outcomes, options?.signal);
  return new Map([...outcomes].map(([key, outcome]) => [key, loadOutcome<R>(outcome)]));
}

function loadOutcome<R>(outcome: PromiseSettledResult<Fetched>): LoadOutcome<R> {
  if (outcome.status === 'rejected') return { status: 'failed', error: outcome.reason };
  const { from, value } = outcome.value;
  if (from === 'missing') return { status: 'missing' };
  return { status: from === 'hit' ? 'hit' : 'loaded', value: value as R };
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
