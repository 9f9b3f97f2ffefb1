/** Trouble on demand: a cache whose provider can be put into a storm, and what may become of its operations. */
import { isCacheError, type CacheErrorCode } from '../errors.ts';
import type { CacheOptions } from '../options.ts';
import { chaos, type Weather } from '../testing/chaos.ts';
import type { ProviderCall } from '../testing/intercept.ts';
import { spy } from '../testing/spy.ts';
import { Broken, equal } from './assert.ts';
import type { Harness, KitCache } from './harness.ts';
import { show } from './show.ts';

/** The calls of engines and stores that change something. */
const CHANGES: ReadonlySet<string> = new Set([
  'write',
  'remove',
  'take',
  'count',
  'touch',
  'expire',
  'invalidateTags',
  'clear',
  'commit',
  'editTerms',
  'removeByTerm',
  'removeByPattern',
  'put',
  'delete',
]);

/** The weather in which every change takes effect and its reply is lost. */
export const repliesLost = (call: ProviderCall): Weather | undefined =>
  CHANGES.has(call.method) ? { fault: 'lose' } : undefined;

export interface Stormy {
  readonly cache: KitCache<number>;
  /** The changes that the provider was asked for. */
  readonly changes: () => readonly ProviderCall[];
  /** How many calls the provider has got. */
  readonly asked: () => number;
  /** The weather from now on: for every call, or as a function of it. */
  readonly storm: (weather: Weather | ((call: ProviderCall) => Weather | undefined)) => void;
}

/** A cache whose provider can be put into trouble; its deadline is a few units. */
export function stormy(h: Harness, options: Pick<CacheOptions, 'onFailure' | 'breaker'> = {}): Stormy {
  let weather: Weather | ((call: ProviderCall) => Weather | undefined) = {};
  let calls: () => readonly ProviderCall[] = () => [];
  const process = h.peer((provider) => {
    const watched = spy(
      chaos(provider, (call) => (typeof weather === 'function' ? weather(call) : weather), h.clock),
    );
    calls = () => watched.calls();
    return watched.provider;
  });
  return {
    cache: process.cache<number>({ deadline: 4 * h.unit, ...options }),
    changes: () => calls().filter(({ method }) => CHANGES.has(method)),
    asked: () => calls().length,
    storm(next) {
      weather = next;
    },
  };
}

/** How an operation ended. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown; readonly value?: never };

export async function outcomeOf(h: Harness, call: Promise<unknown>): Promise<Outcome> {
  const outcome = call.then(
    (value): Outcome => ({ value }),
    (error: unknown): Outcome => ({ error }),
  );
  await h.passUntil(outcome);
  return outcome;
}

/** Fails unless the operation gave `expected`, or said that its outcome is unknown. */
export function knownOrUnknown(outcome: Outcome, expected: unknown): void {
  if ('error' in outcome) hasCode(outcome.error, ['UNKNOWN_OUTCOME'], 'the operation whose reply was lost');
  else equal(outcome.value, expected, 'what the operation gave');
}

export function hasCode(error: unknown, codes: readonly CacheErrorCode[], what: string): void {
  if (codes.some((code) => isCacheError(error, code))) return;
  throw new Broken(`${what}: failed with ${show(error)}, not with ${codes.join(' or ')}`, { cause: error });
}
