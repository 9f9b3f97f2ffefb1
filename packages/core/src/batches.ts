/** Writes and loads of many keys: every key has its own outcome. */
import type { CallOptions, LoadOptions, LoadOutcome, ManyLoader, WriteOptions } from './api.ts';
import { checkCall } from './call-options.ts';
import type { MaybePromise, Write } from './engine.ts';
import { checkKeys, checkPairs } from './keyspace.ts';
import { LoadGroup } from './load-group.ts';
import type { Fetched, Loading } from './loading.ts';
import type { Opened } from './opened.ts';
import { throwIfLeft, throwPartial } from './partial-failure.ts';
import { limitExceeded } from './limits.ts';
import { isAbsence } from './trouble.ts';
import { draft } from './writes.ts';

type Outcomes<X> = Map<string, PromiseSettledResult<Awaited<X>>>;

/** So many keys of a batch are under way at once. */
const WINDOW = 1_000;

/** Writes every pair. Of pairs with one key the last counts. */
export async function setMany(
  opened: Opened,
  entries: Iterable<readonly [key: string, value: unknown]>,
  options: WriteOptions | undefined,
): Promise<number> {
  const { engine, remote, events } = opened;
  const pairs = checkPairs(entries);
  checkCall(options);
  const drafts = await each([...pairs.keys()], (key) => draft(opened, key, pairs.get(key), options));
  checkCall(options);
  remote.checkOpen();
  for (const drafted of drafts.values()) {
    // Misuse is the mistake of the call: nothing is written.
    if (drafted.status === 'rejected' && drafted.reason instanceof TypeError) throw drafted.reason;
  }
  const outcomes = await inWindows(opened, [...pairs.keys()], options?.signal, async (key) => {
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
  checkCall(options);
  let removed = 0;
  const outcomes = await inWindows(opened, asked, options?.signal, async (key) => {
    const answer = engine.remove(key);
    const wasThere =
      answer instanceof Promise ? await remote.write(answer, 'deleteMany', key, options) : answer;
    if (!wasThere) return;
    removed += 1;
    if (events.active.delete !== undefined) events.emit('delete', { key });
  });
  throwPartial(opened, 'deleteMany', outcomes, options?.signal);
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
  checkCall(options);
  const group = new LoadGroup(loading.cache, asked, loadMissing);
  const plan = loading.plan(group.loader, options, loading.claimTogether());
  const leading: string[] = [];

  const answers = await each(asked, (key) => loading.acquire(key, plan, undefined));
  for (const [key, answer] of answers) {
    if (answer.status === 'rejected') continue;
    const { acquired } = answer.value;
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
): Promise<Outcomes<X>> {
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

/**
 * Like `each`, in windows: the deadline is that of a call, and one for a hundred thousand calls at once would be none. When no call of a
 * window had an answer, or the caller has left, those that were not begun have failed like them.
 */
async function inWindows<X>(
  { traits }: Opened,
  keys: readonly string[],
  signal: AbortSignal | undefined,
  step: (key: string) => MaybePromise<X>,
): Promise<Outcomes<X>> {
  if (traits.synchronous) return each(keys, step);
  const outcomes: Outcomes<X> = new Map();
  let absence: PromiseRejectedResult | undefined;
  for (let first = 0; first < keys.length; first += WINDOW) {
    const window = keys.slice(first, first + WINDOW);
    const settled = absence === undefined ? await each(window, step) : undefined;
    for (const key of window) outcomes.set(key, settled?.get(key) ?? (absence as PromiseRejectedResult));
    absence ??= absenceIn(settled, signal);
  }
  return outcomes;
}

/** Why no call had an answer, or the caller has left; `undefined` when there is no reason to stop. */
function absenceIn(
  outcomes: Outcomes<unknown> = new Map(),
  signal: AbortSignal | undefined,
): PromiseRejectedResult | undefined {
  if (signal?.aborted === true) return { status: 'rejected', reason: signal.reason as unknown };
  let absence: PromiseRejectedResult | undefined;
  for (const outcome of outcomes.values()) {
    if (outcome.status === 'fulfilled' || !isAbsence(outcome.reason)) return undefined;
    absence ??= outcome;
  }
  return absence;
}
