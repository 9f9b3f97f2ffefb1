/** The value model by example, and how values are compared. */
import { binaryCodec, type CodecContext } from '@cache/core';
import { cborCodec } from '../src/index.ts';

export const context: CodecContext = {
  cache: 'users',
  space: 'users',
  key: 'user:1',
  schemaVersion: 0,
};

export const encode = (value: unknown): Uint8Array => cborCodec.encode(value, context);
export const decode = (bytes: Uint8Array): unknown => cborCodec.decode(bytes, context);

/**
 * Whether two values are the same in all that the value model keeps. Core's codec has one form for each value, in which prototypes, orders,
 * `undefined` members, `-0` and types of views are told apart.
 */
export function isSame(a: unknown, b: unknown): boolean {
  return Buffer.from(binaryCodec.encode(a, context)).equals(binaryCodec.encode(b, context));
}

export function own(
  name: string | symbol,
  value: unknown,
  prototype: object | null = Object.prototype,
): object {
  return withMember(Object.create(prototype) as object, name, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

function withMember(object: object, name: string | symbol, descriptor: PropertyDescriptor): object {
  return Object.defineProperty(object, name, descriptor);
}

type Wrap = (value: unknown) => unknown;

const WRAPS: Readonly<Record<string, Wrap>> = {
  arrays: (value) => [value],
  objects: (value) => ({ a: value }),
  'objects without a prototype': (value) => own('a', value, null),
  'objects with an odd name': (value) => ({ '\uD800': value }),
  maps: (value) => new Map([[1, value]]),
  'keys of maps': (value) => new Map([[value, 1]]),
  sets: (value) => new Set([value]),
};

export function nested(levels: number, wrap: Wrap, innermost: unknown = {}): unknown {
  let value = innermost;
  for (let level = 1; level < levels; level++) value = wrap(value);
  return value;
}

type Case = readonly [name: string, make: () => unknown];

const NUMBERS = [
  0,
  -0,
  1,
  -1,
  23,
  24,
  255,
  256,
  65_535,
  65_536,
  -24,
  -25,
  -256,
  -257,
  -65_536,
  -65_537,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  -(2 ** 31),
  -(2 ** 31) - 1,
  -(2 ** 32),
  -(2 ** 32) - 1,
  2 ** 53 - 1,
  1 - 2 ** 53,
  2 ** 53,
  2 ** 64,
  1.5,
  -0.1,
  5e-324,
  1.7976931348623157e308,
  NaN,
  Infinity,
  -Infinity,
];

const BIGINTS = [
  0n,
  -1n,
  1n,
  23n,
  24n,
  -24n,
  -25n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n,
  -(2n ** 63n) - 1n,
  2n ** 64n - 1n,
  2n ** 64n,
  1n - 2n ** 64n,
  -(2n ** 64n),
  -(2n ** 64n) - 1n,
  3n ** 2_500n,
  -(3n ** 2_500n),
];

const STRINGS = [
  '',
  'a',
  '1e3',
  '{"a":1}',
  'x'.repeat(23),
  'x'.repeat(24),
  'x'.repeat(63),
  'x'.repeat(64),
  'x'.repeat(70_000),
  'é'.repeat(11),
  'é'.repeat(12),
  'é'.repeat(20),
  'wörter '.repeat(14_000),
  '\u0000\uFEFFa\uFEFF',
  `\uFEFF${'x'.repeat(100)}`,
  'naïve 漢字 👩‍👩‍👧',
  '\uFFFD',
  'a\uD800b',
  '\uDC00',
  '\uDE00\uD83D',
  `${'x'.repeat(80)}\uD800`,
  `${'漢x'.repeat(10_000)}\uDFFF`,
  '__proto__',
];

const VIEWS: readonly (new (memory: ArrayBuffer, offset?: number, length?: number) => object)[] = [
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Uint32Array,
  BigUint64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  BigInt64Array,
  Float32Array,
  Float64Array,
  DataView,
];

const Float16: unknown = Reflect.get(globalThis, 'Float16Array');

function memory(): ArrayBuffer {
  return Uint8Array.from({ length: 32 }, (_, i) => i * 11).buffer;
}

export const KEPT: readonly Case[] = [
  ...[null, true, false].map((value): Case => [String(value), () => value]),
  ...NUMBERS.map((value): Case => [`the number ${Object.is(value, -0) ? '-0' : value}`, () => value]),
  ...BIGINTS.map((value): Case => [`the bigint ${String(value).slice(0, 40)}`, () => value]),
  ...STRINGS.map((value): Case => [
    `the string ${JSON.stringify(value.slice(0, 12))} of ${value.length}`,
    () => value,
  ]),
  ['an empty object', () => ({})],
  ['undefined members', () => ({ a: undefined, b: null })],
  ['an object without a prototype', () => own('a', { b: own('c', -0, null) }, null)],
  ['an empty object without a prototype', () => Object.create(null) as unknown],
  ['a member called __proto__', () => [own('__proto__', { polluted: true }), own('__proto__', -0, null)]],
  [
    '__proto__ beside a name that is not well-formed',
    () => Object.assign(own('__proto__', 1), { '\uD800': -0 }),
  ],
  [
    'members called constructor and so on',
    () => ({ constructor: 1, toString: 'x', toJSON: {}, hasOwnProperty: 0, length: 2 }),
  ],
  [
    'a member called constructor that is an object',
    () => ({ constructor: { name: 'Array' }, prototype: null }),
  ],
  ['odd names', () => ({ '': 1, 'a.b': 3, '\u2028': 5, ключ: 6, '\uD800': -0, ['x'.repeat(300)]: 8 })],
  ['names like indices', () => ({ b: 1, 2: 'two', 0: 'zero', '-1': 3, '01': 4, 4294967295: 5 })],
  ['70,000 members', () => Object.fromEntries(Array.from({ length: 70_000 }, (_, i) => [`m${i}`, i]))],
  ['frozen objects', () => Object.freeze({ a: Object.freeze([1, -0]) })],
  ['an array of everything', () => [1, 'a', null, undefined, true, 2n, -0, NaN, [], {}, new Date(0)]],
  ['30,000 numbers', () => Array.from({ length: 30_000 }, (_, i) => i * 1.5)],
  [
    'an object that occurs twice',
    () => {
      const shared = { a: [1] };
      return { one: shared, two: shared, all: new Set([shared]) };
    },
  ],
  ...[0, -1, 1_700_000_000_123, 8.64e15, -8.64e15, 8.64e15 - 1, NaN].map((time): Case => [
    `the date ${time}`,
    () => new Date(time),
  ]),
  [
    'a map with keys of all kinds',
    () =>
      new Map<unknown, unknown>([
        ['b', 1],
        [1, 'number'],
        ['1', 'string'],
        [NaN, 'NaN'],
        [undefined, undefined],
        [null, 'null'],
        [10n, 'bigint'],
        ['\uD800', -0],
        [{ a: 1 }, 'object'],
        [{ a: 1 }, 'an equal object'],
        [new Date(5), new Map([[1, new Set([1])]])],
      ]),
  ],
  [
    'a set of members of all kinds',
    () =>
      new Set<unknown>(['b', 1, '1', NaN, undefined, null, 0, {}, {}, [1], new Map(), 2n ** 70n, '\uD800']),
  ],
  ['empty containers', () => [[], {}, new Map(), new Set(), Object.create(null)]],
  ['an ArrayBuffer', () => memory()],
  ['an empty ArrayBuffer', () => new ArrayBuffer(0)],
  ['a Buffer', () => Buffer.from('bytes')],
  ['an empty Buffer', () => Buffer.alloc(0)],
  ['a Buffer over a part of its memory', () => Buffer.from(memory(), 3, 7)],
  ...VIEWS.flatMap((View): Case[] => [
    [`a ${View.name}`, () => new View(memory())],
    [`a ${View.name} over a part of its memory`, () => new View(memory(), 8, 2)],
    [`an empty ${View.name}`, () => new View(new ArrayBuffer(0))],
  ]),
  ...(typeof Float16 === 'function'
    ? [['a Float16Array', () => Reflect.construct(Float16, [memory()]) as unknown] as const]
    : []),
  ['8 MiB of bytes', () => ({ bytes: new Uint8Array(2 ** 23).fill(7), after: 'x' })],
  ...Object.entries(WRAPS).flatMap(([name, wrap]): Case[] =>
    [63, 64, 65, 66, 128, 129, 130, 2_000].map((levels) => [
      `${levels} levels of ${name}`,
      () => nested(levels, wrap),
    ]),
  ),
  ['bytes in the depth', () => nested(300, (value) => [value, { at: new Date(1) }], new Uint8Array(1_000))],
];

class Account {
  readonly id = 1;
}
class Names extends Array<string> {}
class Registry extends Map<string, string> {}

function cycle(): unknown {
  const value: { list: { self?: unknown }[] } = { list: [{}] };
  value.list[0] = { self: value };
  return value;
}

function detached(make: (memory: ArrayBuffer) => unknown): unknown {
  const gone = new ArrayBuffer(4);
  const value = make(gone);
  structuredClone(gone, { transfer: [gone] });
  return value;
}

/** What core refuses. */
export const REFUSED: readonly Case[] = [
  ['undefined', () => undefined],
  ['a function', () => ({ user: { roles: [1, { toJSON: () => 1 }] } })],
  ['a symbol', () => ({ 'a b': Symbol.iterator })],
  ['a class instance', () => ({ owner: new Account() })],
  ['an object with a prototype of its own', () => [Object.create({ inherited: 1 })]],
  ['an Error', () => ({ cause: new RangeError('no') })],
  ['a RegExp', () => /a/],
  ['a Promise', () => [Promise.resolve(1)]],
  ['a URL', () => new URL('https://example.test/')],
  ['a boxed number', () => Object(1) as unknown],
  ['a subclass of Array', () => Names.of('a')],
  ['a subclass of Map', () => new Registry()],
  ['a date with a member', () => Object.assign(new Date(0), { zone: 'UTC' })],
  ['a map with a member', () => Object.assign(new Map(), { more: 1 })],
  ['a set with a member', () => Object.assign(new Set(), { more: 1 })],
  ['a buffer with a member', () => Object.assign(new ArrayBuffer(1), { more: 1 })],
  ...[Date, Map, Set, Array, ArrayBuffer, Uint8Array, DataView].map(({ name, prototype }): Case => [
    `what only has the prototype of ${name}`,
    () => [Object.create(prototype)],
  ]),
  ['a proxy of a Map', () => new Proxy(new Map(), {})],
  ['a getter', () => ({ a: withMember({}, 'b', { get: () => 1, enumerable: true }) })],
  ['a setter', () => ({ a: withMember({}, 'b', { set: () => {}, enumerable: true }) })],
  ['a member that is not enumerable', () => [withMember({}, 'hidden', { value: 1 })]],
  ['the same without a prototype', () => [withMember(own('a', 1, null), 'hidden', { value: 1 })]],
  ['a member under a symbol', () => [own(Symbol('tag'), 1)]],
  ['a hidden member under a symbol', () => [withMember({}, Symbol('tag'), { value: 1 })]],
  ['a member under a symbol without a prototype', () => [own(Symbol('tag'), 1, null)]],
  ['a sparse array', () => ({ list: Object.assign([1], { length: 3 }) })],
  ['an array of four thousand million holes', () => Object.assign([], { length: 2 ** 32 - 1 })],
  ['an array with a member', () => 'abc'.match(/b/)],
  ['an array with a member under a symbol', () => Object.assign([1], { [Symbol('tag')]: 1 })],
  ['an array with a hole and a member', () => Object.assign([1], { length: 2, more: 1 })],
  ['a fault in a map', () => ({ a: new Map<unknown, unknown>([['k', { f: () => 1 }]]) })],
  ['a fault in the key of a map', () => new Map([[{ f: () => 1 }, 2]])],
  ['a fault in a set', () => ({ s: new Set<unknown>([1, Symbol('x')]) })],
  ['a fault far down', () => nested(200, (value) => [value], [() => 1])],
  ['shared memory', () => new Uint8Array(new SharedArrayBuffer(4))],
  ['a SharedArrayBuffer', () => new SharedArrayBuffer(4)],
  ['detached memory', () => detached((gone) => gone)],
  ['a view of detached memory', () => detached((gone) => [new Uint16Array(gone)])],
  ['a DataView of detached memory', () => detached((gone) => [new DataView(gone)])],
  ['resizable memory', () => Reflect.construct(ArrayBuffer, [4, { maxByteLength: 8 }]) as unknown],
  ['a view of resizable memory', () => new Uint8Array(new ArrayBuffer(4, { maxByteLength: 8 }))],
  ['a cycle', cycle],
  ...Object.entries(WRAPS).map(([name, wrap]): Case => [
    `2,001 levels of ${name}`,
    () => nested(2_001, wrap),
  ]),
  ['200,000 levels', () => nested(200_000, (value) => [value])],
];
