/**
 * Who waits for whom. A loader or updater that would wait for itself, directly or through others of this process, would wait for ever:
 * the graph finds the cycle before the wait begins.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { CacheError } from './errors.ts';

/** A running loader or updater, or one that is about to run. */
export interface Work {
  readonly cache: string;
  readonly key: string;
  /** For messages: `the loader of 'user:1'`. */
  readonly label: string;
  /** What it waits for now, each as often as it does. */
  readonly waitsFor: Map<Work, number>;
  /** It has begun to wait for a place: give it one now, since the one that waits for it holds a place itself. */
  hurry?: (() => void) | undefined;
}

/** Which work the running code belongs to. Holds nothing between calls. */
const running = new AsyncLocalStorage<Work>();

/** The loader or updater that the caller runs in, if any. */
export function currentWork(): Work | undefined {
  return running.getStore();
}

/** Runs `callback`, and all it calls, as part of `work`. */
export function runAs<X>(work: Work, callback: () => X): X {
  return running.run(work, callback);
}

/**
 * Waits for `target` by `wait`, on behalf of the work the caller runs in. Throws `LOADER_CYCLE` instead of waiting when `target` waits,
 * directly or through others, for that work. Work in the background that a loader leaves behind counts as the loader.
 */
export async function waitingFor<X>(target: Work, wait: () => Promise<X>): Promise<X> {
  const waiter = running.getStore();
  if (waiter === undefined) return wait();
  const path = pathBetween(target, waiter);
  if (path !== undefined) {
    const story = [waiter, ...path].map((work) => work.label).join(' waits for ');
    const { cache, key } = target;
    throw new CacheError('LOADER_CYCLE', `cache '${cache}': a cycle of loaders: ${story}`, { cache, key });
  }
  waiter.waitsFor.set(target, (waiter.waitsFor.get(target) ?? 0) + 1);
  target.hurry?.();
  try {
    return await wait();
  } finally {
    const left = (waiter.waitsFor.get(target) ?? 1) - 1;
    if (left === 0) waiter.waitsFor.delete(target);
    else waiter.waitsFor.set(target, left);
  }
}

/** The chain of waits from `from` to `to`, both included; `undefined` when there is none. */
function pathBetween(from: Work, to: Work): readonly Work[] | undefined {
  // By whom each was found. Not recursive: a chain may be longer than the stack is deep.
  const foundBy = new Map<Work, Work | undefined>([[from, undefined]]);
  const open = [from];
  for (let work = open.pop(); work !== undefined; work = open.pop()) {
    if (work === to) return pathTo(work, foundBy);
    for (const next of work.waitsFor.keys()) {
      if (foundBy.has(next)) continue;
      foundBy.set(next, work);
      open.push(next);
    }
  }
  return undefined;
}

function pathTo(last: Work, foundBy: ReadonlyMap<Work, Work | undefined>): readonly Work[] {
  const path: Work[] = [];
  for (let work: Work | undefined = last; work !== undefined; work = foundBy.get(work)) path.push(work);
  return path.toReversed();
}
