/** What the cases of the kit demand. An own module, so that the kit needs no test runner. */
import { isCacheError, type CacheErrorCode } from '../errors.ts';
import { differenceBetween } from './same-value.ts';
import { show } from './show.ts';

/** A promise of the contract that was not kept. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

/** Fails with `what` unless `condition` holds. */
export function demand(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Broken(what);
}

/** Fails unless `actual` is the same value of the value model as `expected`: same types, `-0` and `NaN` told apart, order of maps and sets included. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  const difference = differenceBetween(actual, expected);
  if (difference !== undefined) throw new Broken(`${what}: ${difference}`);
}

/** Fails unless the map has exactly the keys and values of `expected`. */
export function sameEntries(
  values: ReadonlyMap<string, unknown>,
  expected: Readonly<Record<string, unknown>>,
  what: string,
): void {
  const sorted = (entries: Iterable<readonly [string, unknown]>): Map<string, unknown> =>
    new Map([...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  equal(sorted(values), sorted(Object.entries(expected)), what);
}

/** Fails unless the texts are the same ones, in any order, each as often. */
export function sameTexts(actual: Iterable<string>, expected: Iterable<string>, what: string): void {
  equal([...actual].toSorted(), [...expected].toSorted(), what);
}

/** Fails unless `promise` rejects with a `CacheError` of `code`; gives the error. */
export async function rejectsWith(
  code: CacheErrorCode,
  promise: Promise<unknown>,
  what: string,
): Promise<Error & { readonly code: string }> {
  const error = await rejection(promise, what);
  if (!isCacheError(error, code))
    throw new Broken(`${what}: rejected with ${show(error)}, not with ${code}`, { cause: error });
  return error;
}

/** Fails unless `run` throws a `TypeError` or gives a promise that rejects with one, with all of `mentions` in its message. */
export async function refuses(
  run: () => unknown,
  what: string,
  ...mentions: readonly string[]
): Promise<void> {
  const error = await rejection((async () => run())(), what);
  if (!(error instanceof TypeError))
    throw new Broken(`${what}: failed with ${show(error)}, not with a TypeError`, { cause: error });
  for (const mention of mentions) {
    demand(
      error.message.includes(mention),
      `${what}: the message does not say '${mention}': ${error.message}`,
    );
  }
}

/** What `promise` rejects with; fails if it does not. */
export async function rejection(promise: Promise<unknown>, what: string): Promise<unknown> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome) return outcome.error;
  throw new Broken(`${what}: gave ${show(outcome.value)} and should have failed`);
}
