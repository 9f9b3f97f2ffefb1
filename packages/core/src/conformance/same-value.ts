/** Strict equality of values: whatever the value model tells apart, differs. */
import { VIEW_TYPES, getterOf } from '../views.ts';
import { show } from './show.ts';

/**
 * Whether two values are the same in everything the value model keeps: `-0` and `0` differ, and so do `undefined` and absent members,
 * prototypes, orders of members and entries, and types of views. What is frozen and what is not does not differ. What is not of the model
 * is the same as itself alone.
 */
export function sameValue(a: unknown, b: unknown): boolean {
  return firstDifference(a, b) === undefined;
}

/** Where two values are not the same, in words; `undefined`: they are. */
export function differenceBetween(actual: unknown, expected: unknown): string | undefined {
  const found = firstDifference(actual, expected);
  if (found === undefined) return undefined;
  const whole = `is ${show(actual)}, not ${show(expected)}`;
  const where = wayTo(found.pair);
  if (where === 'value' && found.of === '') return whole;
  const { actual: mine, expected: its } = found;
  return `${whole}: ${where}${found.of} is ${show(mine)}, not ${show(its)}`;
}

/** Two parts in the same place of two values. */
interface Pair {
  readonly actual: unknown;
  readonly expected: unknown;
  readonly parent: Pair | undefined;
  /** The step from the parent. */
  readonly step: string;
}

interface Difference {
  readonly pair: Pair;
  /** In what the pair differs; empty: as a whole. */
  readonly of: string;
  readonly actual: unknown;
  readonly expected: unknown;
}

const { getPrototypeOf, getOwnPropertyDescriptor } = Object;
const typedArrayName = getterOf(getPrototypeOf(Uint8Array.prototype) as object, Symbol.toStringTag);

/** What only a genuine object of the kind has; it throws, or gives something else, for one that merely has the prototype. */
const BRANDS: ReadonlyMap<unknown, (value: object) => unknown> = new Map<unknown, (value: object) => unknown>(
  [
    [Object.prototype, () => 'object'],
    [null, () => 'object'],
    [Array.prototype, (value) => Array.isArray(value)],
    [Date.prototype, (value) => typeof Date.prototype.getTime.call(value)],
    [Map.prototype, branded(getterOf(Map.prototype, 'size'))],
    [Set.prototype, branded(getterOf(Set.prototype, 'size'))],
    [ArrayBuffer.prototype, branded(getterOf(ArrayBuffer.prototype, 'byteLength'))],
  ],
);

const VIEW_PROTOTYPES: ReadonlySet<unknown> = new Set(
  [...VIEW_TYPES.values()].map(({ prototype }) => prototype),
);

function branded(getter: (this: unknown) => unknown): (value: object) => unknown {
  return (value) => typeof getter.call(value);
}

function firstDifference(a: unknown, b: unknown): Difference | undefined {
  const pairs: Pair[] = [{ actual: a, expected: b, parent: undefined, step: 'value' }];
  // Not by recursion: how deep a value is nested must not decide whether the stack is deep enough.
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const { actual, expected } = pair;
    if (Object.is(actual, expected)) continue;
    const here = pair;
    const differ = (of: string, mine: unknown, its: unknown): Difference => ({
      pair: here,
      of,
      actual: mine,
      expected: its,
    });
    if (typeof actual !== 'object' || typeof expected !== 'object' || actual === null || expected === null)
      return differ('', actual, expected);
    const prototype = getPrototypeOf(actual) as object | null;
    if (prototype !== getPrototypeOf(expected)) {
      return differ(
        ', by its prototype,',
        nameOf(prototype),
        nameOf(getPrototypeOf(expected) as object | null),
      );
    }
    const [brand, otherBrand] = [brandOf(actual, prototype), brandOf(expected, prototype)];
    if (brand === undefined || brand !== otherBrand) return differ('', actual, expected);

    const [bytes, otherBytes] = [bytesOf(actual), bytesOf(expected)];
    if (bytes !== undefined && otherBytes !== undefined) {
      const at = differingByte(bytes, otherBytes);
      if (at === undefined) continue;
      return bytes.length === otherBytes.length
        ? differ(`, byte ${at},`, bytes[at], otherBytes[at])
        : differ('.byteLength', bytes.length, otherBytes.length);
    }
    if (prototype === Date.prototype && !Object.is((actual as Date).getTime(), (expected as Date).getTime()))
      return differ('', actual, expected);
    const different =
      compareParts(pair, actual, expected, pairs) ?? compareMembers(pair, actual, expected, pairs);
    if (different !== undefined) return different;
  }
  return undefined;
}

/** Compares how many entries or members maps and sets have, and puts those in the same place side by side. */
function compareParts(parent: Pair, actual: object, expected: object, pairs: Pair[]): Difference | undefined {
  if (!(actual instanceof Map || actual instanceof Set)) return undefined;
  const [mine, its] = [listOf(actual), listOf(expected as ReadonlySet<unknown>)];
  if (mine.length !== its.length)
    return { pair: parent, of: '.size', actual: actual.size, expected: (expected as Set<unknown>).size };
  for (const [i, part] of mine.entries()) {
    const at = actual instanceof Set ? i : i >>> 1;
    const step = actual instanceof Set ? `, member ${at},` : `, ${i % 2 === 0 ? 'key' : 'value'} ${at},`;
    pairs.push({ actual: part, expected: its[i], parent, step });
  }
  return undefined;
}

/** Compares the names and kinds of own members in their order, and puts their values side by side. */
function compareMembers(
  parent: Pair,
  actual: object,
  expected: object,
  pairs: Pair[],
): Difference | undefined {
  const [names, otherNames] = [Reflect.ownKeys(actual), Reflect.ownKeys(expected)];
  const odd = names.findIndex((name, i) => name !== otherNames[i]);
  if (odd !== -1 || names.length !== otherNames.length) {
    const at = odd === -1 ? names.length : odd;
    return { pair: parent, of: `, member ${at},`, actual: names[at], expected: otherNames[at] };
  }
  for (const name of names) {
    const [mine, its] = [getOwnPropertyDescriptor(actual, name), getOwnPropertyDescriptor(expected, name)];
    const step = typeof name === 'symbol' ? `[${String(name)}]` : stepOf(actual, name);
    if (mine === undefined || its === undefined || !('value' in mine) || !('value' in its)) {
      // A getter gives what it likes.
      return { pair: parent, of: step, actual: kindOf(mine), expected: kindOf(its) };
    }
    if (mine.enumerable !== its.enumerable)
      return { pair: parent, of: `${step}, enumerable,`, actual: mine.enumerable, expected: its.enumerable };
    const value: unknown = mine.value;
    const otherValue: unknown = its.value;
    if (!Object.is(value, otherValue)) pairs.push({ actual: value, expected: otherValue, parent, step });
  }
  return undefined;
}

function kindOf(descriptor: PropertyDescriptor | undefined): string {
  if (descriptor === undefined) return 'absent';
  return 'value' in descriptor ? 'data' : 'an accessor';
}

/** What tells a genuine object of the model from others; `undefined`: it is none. */
function brandOf(value: object, prototype: unknown): unknown {
  if (ArrayBuffer.isView(value))
    return VIEW_PROTOTYPES.has(prototype) ? (typedArrayName.call(value) ?? 'DataView') : undefined;
  try {
    return BRANDS.get(prototype)?.(value);
  } catch {
    return undefined;
  }
}

function listOf(container: ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>): unknown[] {
  return container instanceof Map
    ? [...(container as ReadonlyMap<unknown, unknown>)].flat()
    : [...(container as ReadonlySet<unknown>)];
}

function bytesOf(value: object): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined;
}

/** The first byte that is not the same; the shorter length when there is none before it. */
function differingByte(a: Uint8Array, b: Uint8Array): number | undefined {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) if (a[i] !== b[i]) return i;
  return a.length === b.length ? undefined : shorter;
}

function nameOf(prototype: object | null): string {
  const constructor: unknown = prototype === null ? null : Reflect.get(prototype, 'constructor');
  return typeof constructor === 'function' ? constructor.name : String(constructor);
}

function stepOf(container: object, name: string): string {
  if (Array.isArray(container)) return name === 'length' ? '.length' : `[${name}]`;
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name.slice(0, 60))}]`;
}

function wayTo(pair: Pair): string {
  const steps: string[] = [];
  for (let at: Pair | undefined = pair; at !== undefined; at = at.parent) steps.push(at.step);
  const shown = steps.length > 24 ? [...steps.slice(0, 12), '…', ...steps.slice(-12)] : steps;
  return shown.toReversed().join('');
}
