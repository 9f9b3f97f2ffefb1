/** What the cases of the kit demand. An own module, so that the kit needs no test runner. */
import { isCacheError, type CacheErrorCode } from '../errors.ts';
import { sameValue } from './value-matrix.ts';

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
  if (!sameValue(actual, expected)) throw new Broken(`${what}: is ${show(actual)}, not ${show(expected)}`);
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

/** A short text of a value, for messages. */
export function show(value: unknown, depth = 0): string {
  if (typeof value === 'string')
    return value.length > 60 ? `'${value.slice(0, 60)}…' (${value.length} characters)` : `'${value}'`;
  if (typeof value === 'bigint') return `${value}n`;
  if (Object.is(value, -0)) return '-0';
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Error)
    return `${value.name}${'code' in value ? ` ${String(value.code)}` : ''}: ${value.message}`;
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (depth > 3) return '…';
  const few = (texts: readonly string[]): string =>
    (texts.length > 8 ? [...texts.slice(0, 8), '…'] : texts).join(', ');
  if (Array.isArray(value)) return `[${few(value.map((member) => show(member, depth + 1)))}]`;
  if (value instanceof Map) {
    return `Map {${few([...(value as ReadonlyMap<unknown, unknown>)].map(([key, member]) => `${show(key, depth + 1)} => ${show(member, depth + 1)}`))}}`;
  }
  if (value instanceof Set)
    return `Set {${few([...(value as ReadonlySet<unknown>)].map((member) => show(member, depth + 1)))}}`;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
    return `${Object.prototype.toString.call(value)} of ${value.byteLength} bytes`;
  return `{${few(Object.entries(value).map(([key, member]) => `${key}: ${show(member, depth + 1)}`))}}`;
}
