/**
 * The value model: what a cache holds, how its kinds are told apart, and how anything else is refused.
 *
 * `null`, booleans, numbers (`NaN`, infinities and `-0` too), bigints, strings (lone surrogates too), `Date`, `Map`, `Set`, `ArrayBuffer`,
 * typed arrays, `DataView`, Node's `Buffer`, arrays without holes, and plain objects: their prototype is `Object.prototype` or `null`, their
 * members are enumerable data under string keys and may be `undefined`. Nothing of this is changed by storing it; prototypes, member order,
 * `undefined` members and members called `__proto__` included. What cannot be kept as it is, is refused where it is written. Only whether
 * an object was frozen is not kept.
 *
 * A value is a tree: an object that occurs twice comes back as two. Bytes are what a view shows, not what lies around it in its buffer.
 * Values of another realm (`node:vm`, a test runner's sandbox) come back as this realm's. Two things are not looked for, because looking
 * would cost more than the write: hidden members of arrays, and members somebody gave to a typed array.
 */

import { Refusal, clip } from './refusal.ts';
import { TYPED_ARRAYS, VIEW_TYPES, getterOf, memoryLength } from './views.ts';

/** How deep containers may be nested. */
export const MAX_DEPTH = 2_000;

/** Refuses a container that lies too deep. It ends cycles too, which is cheaper than to remember every object on the way. */
export function checkDepth(depth: number): void {
  if (depth > MAX_DEPTH)
    throw new Refusal(`is nested deeper than ${grouped(MAX_DEPTH)} levels`, 'flatten it');
}

/** A number for a message. */
export function grouped(count: number): string {
  return count.toLocaleString('en');
}

export const UNDEFINED_VALUE = 'undefined is never a value: delete the key, or use null';

/** The kinds of containers and objects of the model. `bare`: a plain object without a prototype. */
export type Kind = 'plain' | 'bare' | 'array' | 'date' | 'map' | 'set' | 'buffer' | 'view';

/** The Date of the machine, whatever a fake clock puts in its place later. */
export const NativeDate: DateConstructor = Date;

const KINDS: ReadonlyMap<unknown, Kind> = new Map<unknown, Kind>([
  [Object.prototype, 'plain'],
  [null, 'bare'],
  [Array.prototype, 'array'],
  [Date.prototype, 'date'],
  [Map.prototype, 'map'],
  [Set.prototype, 'set'],
  [ArrayBuffer.prototype, 'buffer'],
  ...[...VIEW_TYPES.values()].map(({ prototype }): [unknown, Kind] => [prototype, 'view']),
]);

const { getPrototypeOf, getOwnPropertyNames, getOwnPropertySymbols, getOwnPropertyDescriptor } = Object;

/** The kind of a value that is known to be of the model and of this realm. */
export function knownKind(value: object): Kind | undefined {
  return KINDS.get(getPrototypeOf(value));
}

/** The kind of an object somebody wants to store. Throws a {@link Refusal} when it is not of the model. */
export function kindOf(value: object): Kind {
  const prototype: unknown = getPrototypeOf(value);
  // Nearly every container is one of these two.
  if (prototype === Object.prototype) return 'plain';
  if (prototype === Array.prototype && Array.isArray(value)) return 'array';
  const kind = KINDS.get(prototype);
  if (kind === 'plain' || kind === 'bare') return kind;
  if (kind === undefined || !isGenuine(value, kind)) return strangerKind(value, prototype);
  if (kind !== 'array' && kind !== 'view') refuseMembers(value, kind);
  return kind;
}

/** What throws or gives `false` for objects that have only the prototype of their kind. */
const PROBES: Readonly<Record<Kind, (value: object) => unknown>> = {
  plain: () => true,
  bare: () => true,
  array: (value) => Array.isArray(value),
  date: (value) => NativeDate.prototype.getTime.call(value),
  map: (value) => mapSize.call(value),
  set: (value) => setSize.call(value),
  buffer: (value) => memoryLength.call(value),
  view: (value) => ArrayBuffer.isView(value),
};

function isGenuine(value: object, kind: Kind): boolean {
  try {
    return PROBES[kind](value) !== false;
  } catch {
    return false;
  }
}

function refuseMembers(value: object, kind: Kind): void {
  const [member] = Reflect.ownKeys(value);
  if (member === undefined || (kind === 'date' && isFakeDate(value))) return;
  throw new Refusal(
    `has a member of its own, ${String(member)}, which a ${kind} does not keep`,
    'store it beside the value, in a plain object',
  );
}

/** How many prototypes lie under an ordinary value of a class: one more means somebody's subclass. */
const CHAINS: ReadonlyMap<string, readonly [kind: Kind, length: number]> = new Map<
  string,
  readonly [Kind, number]
>([
  ['Object', ['plain', 1]],
  ['Array', ['array', 2]],
  ['Date', ['date', 2]],
  ['Map', ['map', 2]],
  ['Set', ['set', 2]],
  ['ArrayBuffer', ['buffer', 2]],
  ['DataView', ['view', 2]],
  ...TYPED_ARRAYS.map((name): [string, readonly [Kind, number]] => [name, ['view', 3]]),
]);

/** The kind of a value of another realm, or of a date made by the fake clock of a test. */
function strangerKind(value: object, prototype: unknown): Kind {
  if (isGenuine(value, 'date') && isFakeDate(value)) return 'date';
  const name = classNameOf(prototype);
  const [kind, length] = CHAINS.get(name) ?? [];
  if (
    kind !== undefined &&
    !KINDS.has(prototype) &&
    chainLength(prototype) === length &&
    isGenuine(value, kind)
  ) {
    if (kind !== 'plain' && kind !== 'array' && kind !== 'view') refuseMembers(value, kind);
    return kind;
  }
  throw refusedObject(value, name);
}

// Fake clocks replace the global Date by a subclass, and some give each date a `constructor` that points back at the real one.
function isFakeDate(date: object): boolean {
  const { constructor } = date;
  const members = Reflect.ownKeys(date);
  return (
    (constructor === globalThis.Date || isDateOfSomeRealm(constructor)) &&
    chainLength(getPrototypeOf(date)) <= 3 &&
    (members.length === 0 || (members.length === 1 && members[0] === 'constructor'))
  );
}

function isDateOfSomeRealm(constructor: unknown): boolean {
  return (
    typeof constructor === 'function' &&
    constructor.name === 'Date' &&
    chainLength(constructor.prototype) === 2
  );
}

function chainLength(prototype: unknown): number {
  let length = 0;
  for (let next: unknown = prototype; next !== null && length < 5; next = getPrototypeOf(next)) length++;
  return length;
}

function classNameOf(prototype: unknown): string {
  const constructor: unknown =
    prototype === null ? undefined : getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  const name: unknown =
    typeof constructor === 'function' ? getOwnPropertyDescriptor(constructor, 'name')?.value : undefined;
  return typeof name === 'string' && name !== '' ? name : 'a class without a name';
}

const REMEDIES: ReadonlyMap<string, string> = new Map([
  ['Promise', 'await it first'],
  ['RegExp', 'store its source and its flags'],
  ['Error', 'store its code and its message in a plain object'],
  ['Number', 'use the number itself'],
  ['String', 'use the string itself'],
  ['Boolean', 'use the boolean itself'],
  ['BigInt', 'use the bigint itself'],
  ['URL', 'store its href'],
  ['SharedArrayBuffer', 'copy what it holds to an ArrayBuffer'],
]);

function refusedObject(value: object, name: string): Refusal {
  if (CHAINS.has(name))
    return new Refusal(
      `is not an ordinary ${name}`,
      'store one that is not a proxy and has no class of its own',
    );
  const remedy =
    REMEDIES.get(value instanceof Error ? 'Error' : name) ?? 'make a plain object of what it holds';
  return new Refusal(`is an instance of ${clip(name)}`, remedy);
}

/** Refuses what is neither an object nor immutable data. */
export function refusePrimitive(value: unknown): never {
  if (typeof value === 'function')
    throw new Refusal('is a function', 'a cache holds data only; leave it out, or store what it returns');
  throw new Refusal(`is ${typeof value === 'symbol' ? 'a symbol' : typeof value}`, 'use a string');
}

/** The names of the members of a plain object, after a look that each of them is data. Reads none. */
export function memberNames(value: object): string[] {
  if (getOwnPropertySymbols(value).length > 0) refuseSymbol(value);
  const names = getOwnPropertyNames(value);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    const descriptor = getOwnPropertyDescriptor(value, name);
    if (descriptor?.get !== undefined || descriptor?.set !== undefined || descriptor?.enumerable !== true) {
      refuseMember(name, descriptor);
    }
  }
  return names;
}

function refuseMember(member: string, descriptor: PropertyDescriptor | undefined): never {
  if (descriptor === undefined) throw changed();
  throw descriptor.get !== undefined || descriptor.set !== undefined
    ? new Refusal('is an accessor', 'a cache holds data only; store what it gives', { member })
    : new Refusal('is not enumerable', 'a copy would lose it; make it enumerable or leave it out', {
        member,
      });
}

function refuseSymbol(value: object): never {
  const [member] = getOwnPropertySymbols(value) as [symbol];
  throw new Refusal('is a member under a symbol', 'use a string as its key', { member });
}

/** Refuses holes and members beside the elements. Reads no element. */
export function refuseOddArray(array: readonly unknown[]): void {
  if (getOwnPropertySymbols(array).length > 0) refuseSymbol(array);
  const names = Object.keys(array);
  const { length } = array;
  // Indices come first, in order: when the last name is the last index, all of them are indices.
  if (names.length === length && (length === 0 || names[length - 1] === String(length - 1))) return;
  const odd = names.findIndex((name, index) => name !== String(index));
  if (odd >= length) {
    throw new Refusal('is a member of an array beside its elements', 'use a plain object', {
      member: names[odd] as string,
    });
  }
  const hole = odd === -1 ? names.length : odd;
  throw new Refusal('is a hole in a sparse array', 'fill it, with null for example', { member: hole });
}

/** For a proxy that tells one thing when it is checked and another when it is read. */
export function changed(): Refusal {
  return new Refusal('changed while it was read', 'store a plain copy of it');
}

const mapSize = getterOf(Map.prototype, 'size');
const setSize = getterOf(Set.prototype, 'size');
