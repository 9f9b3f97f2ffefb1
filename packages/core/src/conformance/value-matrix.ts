/** The value model by example: what must come back as it was, and what must be refused. */

export type ValueCase =
  | { readonly name: string; readonly make: () => unknown; readonly expect: 'equal' }
  /** `place`: a text the message must contain, which tells where the fault is. */
  | {
      readonly name: string;
      readonly make: () => unknown;
      readonly expect: 'refused';
      readonly place: string;
    };

function kept(name: string, make: () => unknown): ValueCase {
  return { name, make, expect: 'equal' };
}

function refused(name: string, place: string, make: () => unknown): ValueCase {
  return { name, make, expect: 'refused', place };
}

function nested(levels: number, innermost: unknown = {}): unknown {
  let value = innermost;
  for (let level = 1; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

function withMember(target: object, name: string | symbol, descriptor: PropertyDescriptor): object {
  return Object.defineProperty(target, name, descriptor);
}

function own(name: string, value: unknown): object {
  return withMember({}, name, { value, enumerable: true, writable: true, configurable: true });
}

class Account {
  readonly id = 1;
}
class Later extends Date {}
class Names extends Array<string> {}
class Registry extends Map<string, string> {}

const Float16: unknown = Reflect.get(globalThis, 'Float16Array');

const PRIMITIVES: readonly ValueCase[] = [
  kept('null', () => null),
  kept('true', () => true),
  kept('false', () => false),
  ...[0, -0, 1, -1, 63, 64, 127, 128, 255, 256, -64, -65, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 40 + 1].map(
    (n) => kept(`the number ${Object.is(n, -0) ? '-0' : n}`, () => n),
  ),
  ...[
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
    2 ** 53,
    1.5,
    -0.1,
    5e-324,
    1.7976931348623157e308,
  ].map((n) => kept(`the number ${n}`, () => n)),
  ...[NaN, Infinity, -Infinity].map((n) => kept(`the number ${n}`, () => n)),
  ...[
    0n,
    -1n,
    1n,
    255n,
    -256n,
    2n ** 53n,
    2n ** 63n,
    -(2n ** 63n),
    2n ** 64n - 1n,
    2n ** 64n,
    -(2n ** 64n) - 1n,
  ].map((n) => kept(`the bigint ${n}`, () => n)),
  kept('a bigint of 4,000 bits', () => -(3n ** 2500n)),
  kept('the empty string', () => ''),
  kept('a string that looks like a number', () => '1e3'),
  kept('a string that looks like JSON', () => '{"a":1}'),
  kept('a string of 63 characters', () => 'x'.repeat(63)),
  kept('a string of 64 characters', () => 'x'.repeat(64)),
  kept('a string of 100,000 characters', () => 'wörter '.repeat(14_286)),
  kept('a string with a NUL and a BOM', () => '\u0000\uFEFFa\uFEFF'),
  kept('a string beyond the BMP', () => 'naïve 漢字 👩‍👩‍👧'),
  kept('a lone high surrogate', () => 'a\uD800b'),
  kept('a lone low surrogate', () => '\uDC00'),
  kept('surrogates the wrong way round', () => '\uDE00\uD83D'),
];

const CONTAINERS: readonly ValueCase[] = [
  kept('an empty object', () => ({})),
  kept('an object with undefined members', () => ({ a: undefined, b: null })),
  kept('an object without a prototype', () =>
    Object.assign(Object.create(null) as object, { a: 1, b: { c: 2 } }),
  ),
  kept('an empty object without a prototype', () => Object.create(null) as unknown),
  kept('a member called __proto__', () => own('__proto__', { polluted: true })),
  kept('a member called __proto__ that is a string', () => ({
    a: own('__proto__', 'x'),
    b: [own('__proto__', null)],
  })),
  kept('members called constructor, toString and toJSON', () => ({
    constructor: 1,
    toString: 'x',
    toJSON: { a: 1 },
    hasOwnProperty: 0,
  })),
  kept('a member called then', () => own('then', 'no promise')),
  kept('members with odd names', () => ({
    '': 1,
    ' ': 2,
    'a.b': 3,
    '"]': 4,
    '\n\u2028': 5,
    ключ: 6,
    '\uD800': 7,
    ['x'.repeat(300)]: 8,
  })),
  kept('members with names like indices', () => ({
    b: 1,
    2: 'two',
    0: 'zero',
    a: 2,
    '-1': 3,
    '01': 4,
    4294967295: 5,
  })),
  kept('an object of 40 members', () =>
    Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`member${i}`, i])),
  ),
  kept('an object of 1,500 members', () =>
    Object.fromEntries(Array.from({ length: 1_500 }, (_, i) => [`m${i}`, { i }])),
  ),
  kept('a frozen object', () => Object.freeze({ a: Object.freeze([1, 2]) })),
  kept('an empty array', () => []),
  kept('an array of everything', () => [1, 'a', null, undefined, true, 2n, -0, NaN, [], {}, new Date(0)]),
  kept('an array of 10,000 numbers', () => Array.from({ length: 10_000 }, (_, i) => i * 1.5)),
  kept('rows of one shape', () =>
    Array.from({ length: 20 }, (_, i) => ({
      id: i,
      at: new Date(i),
      tags: ['a', 'b'],
      owner: { name: `n${i}` },
    })),
  ),
  kept('rows of several shapes', () => [
    { a: 1 },
    { b: 1 },
    { a: 1, b: 2 },
    { b: 2, a: 1 },
    { a: { a: 1 } },
    {},
    null,
  ]),
  kept('rows of 100 shapes', () =>
    Array.from({ length: 200 }, (_, i) => ({ [`k${i % 100}`]: i, same: true })),
  ),
  kept('an object that occurs twice', () => {
    const shared = { a: [1] };
    return { one: shared, two: shared };
  }),
  kept('nesting of 2,000 levels', () => nested(2_000)),
  kept('a session', () => ({
    id: 'ses_01HZX5K7Q3M9',
    userId: 'usr_8f14e45fceea167a',
    createdAt: new Date(1_700_000_000_000),
    roles: ['admin', 'editor', 'viewer'],
    device: { name: 'Firefox on Linux', ip: '203.0.113.7', trusted: true },
    mfa: true,
    loginCount: 42,
    locale: 'de-AT',
  })),
];

const OBJECTS: readonly ValueCase[] = [
  kept('a date', () => new Date(1_700_000_000_123)),
  kept('a date before the epoch', () => new Date(-1)),
  kept('the first and the last date', () => [new Date(-8.64e15), new Date(8.64e15)]),
  kept('an invalid date', () => new Date(NaN)),
  kept('an empty map', () => new Map()),
  kept(
    'a map with keys of all kinds',
    () =>
      new Map<unknown, unknown>([
        ['b', 1],
        ['a', 2],
        [1, 'number'],
        ['1', 'string'],
        [NaN, 'NaN'],
        [undefined, undefined],
        [null, 'null'],
        [10n, 'bigint'],
        [{ a: 1 }, 'object'],
        [{ a: 1 }, 'an equal object'],
        [new Date(5), new Map([[1, new Set([1])]])],
      ]),
  ),
  kept('an empty set', () => new Set()),
  kept(
    'a set with members of all kinds',
    () => new Set<unknown>(['b', 'a', 1, '1', NaN, undefined, null, 0, {}, {}, [1], new Map()]),
  ),
  kept('an ArrayBuffer', () => new Uint8Array([1, 2, 3]).buffer),
  kept('an empty ArrayBuffer', () => new ArrayBuffer(0)),
  kept('100,000 bytes', () => new Uint8Array(100_000).fill(7)),
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array].map(
    (type) => kept(`a ${type.name}`, () => new type([0, 1, 2, 127, 255, 65_535])),
  ),
  kept('a Float32Array', () => new Float32Array([1.5, -0, NaN, Infinity])),
  kept('a Float64Array', () => new Float64Array([0.1, -0, NaN, -Infinity])),
  kept('a BigInt64Array', () => new BigInt64Array([1n, -1n, 2n ** 62n])),
  kept('a BigUint64Array', () => new BigUint64Array([1n, 2n ** 63n])),
  ...(typeof Float16 === 'function'
    ? [kept('a Float16Array', (): unknown => Reflect.construct(Float16, [[1.5, -0, 65_504]]) as unknown)]
    : []),
  kept('an empty typed array', () => new Int32Array(0)),
  kept('a typed array over a part of its buffer', () => new Uint16Array(new ArrayBuffer(16), 4, 3).fill(9)),
  kept('a DataView', () => new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2)),
  ...(typeof Buffer === 'function'
    ? [kept('a Buffer', () => Buffer.from('bytes')), kept('an empty Buffer', () => Buffer.alloc(0))]
    : []),
];

const REFUSED: readonly ValueCase[] = [
  refused('undefined', 'undefined is never a value', () => undefined),
  refused('a function', 'value is a function', () => () => 1),
  refused('a symbol', 'value is a symbol', () => Symbol('s')),
  refused('a nested function', 'value.user.roles[3].toJSON is a function', () => ({
    user: { roles: [1, 2, 3, { toJSON: () => 1 }] },
  })),
  refused('a nested symbol', 'value["a b"] is a symbol', () => ({ 'a b': Symbol.iterator })),
  refused('a class', 'value.type is a function', () => ({ type: Account })),
  refused('a class instance', 'value.owner is an instance of Account', () => ({ owner: new Account() })),
  refused('an object with a prototype of its own', 'value[0] is an instance of', () => [
    Object.create({ inherited: 1 }) as unknown,
  ]),
  refused('an Error', 'value.cause is an instance of RangeError', () => ({ cause: new RangeError('no') })),
  refused('a RegExp', 'value is an instance of RegExp', () => /a/),
  refused('a Promise', 'value.later is an instance of Promise', () => ({ later: Promise.resolve(1) })),
  refused('a WeakMap', 'value is an instance of WeakMap', () => new WeakMap()),
  refused('a URL', 'value is an instance of URL', () => new URL('https://example.test/')),
  refused('a boxed number', 'value is an instance of Number', () => Object(1) as unknown),
  refused('a boxed string', 'value is an instance of String', () => Object('s') as unknown),
  refused('a generator', 'value', () => (function* () {})()),
  refused('a subclass of Date', 'value is an instance of Later', () => new Later()),
  refused('a subclass of Array', 'value is an instance of Names', () => Names.of('a')),
  refused('a subclass of Map', 'value is an instance of Registry', () => new Registry()),
  refused('a date with a member', 'value.at', () => ({ at: Object.assign(new Date(0), { zone: 'UTC' }) })),
  refused('a map with a member', 'value', () => Object.assign(new Map(), { size2: 1 })),
  refused(
    'what only has the prototype of a Date',
    'value is',
    () => Object.create(Date.prototype) as unknown,
  ),
  refused('what only has the prototype of a Map', 'value is', () => Object.create(Map.prototype) as unknown),
  refused(
    'what only has the prototype of an Array',
    'value is',
    () => Object.create(Array.prototype) as unknown,
  ),
  refused('a proxy of a Map', 'value is', () => new Proxy(new Map(), {})),
  refused('a getter', 'value.a.b is an accessor', () => ({
    a: withMember({}, 'b', { get: () => 1, enumerable: true }),
  })),
  refused('a setter', 'value.b is an accessor', () =>
    withMember({}, 'b', { set: () => {}, enumerable: true }),
  ),
  refused('a member that is not enumerable', 'value.hidden is not enumerable', () =>
    withMember({}, 'hidden', { value: 1 }),
  ),
  refused('a member under a symbol', 'value.a[Symbol(tag)] is', () => ({ a: { [Symbol('tag')]: 1 } })),
  refused('a hidden member under a symbol', 'value[Symbol(tag)] is', () =>
    withMember({}, Symbol('tag'), { value: 1 }),
  ),
  refused('arguments', 'value[Symbol(Symbol.iterator)] is', () =>
    (function () {
      // oxlint-disable-next-line prefer-rest-params -- the object itself is the case
      return arguments;
    })(),
  ),
  refused('a sparse array', 'value.list[1] is a hole', () => ({
    list: Object.assign(
      Array.from({ length: 1 }, () => 1),
      { 2: 3 },
    ),
  })),
  refused('an array of holes', 'value[0] is a hole', () => Object.assign([], { length: 3 })),
  refused('an array that ends in a hole', 'value[1] is a hole', () => Object.assign([1], { length: 2 })),
  refused('an array with a member', 'value.index is a member of an array', () => 'abc'.match(/b/)),
  refused('an array with a hole and a member', 'value', () => Object.assign([1], { length: 2, extra: 1 })),
  refused('an array with a member under a symbol', 'value[Symbol(tag)] is', () =>
    Object.assign([1], { [Symbol('tag')]: 1 }),
  ),
  refused('a fault in the value of a map', 'value.a.get("k").f is a function', () => ({
    a: new Map([['k', { f: () => 1 }]]),
  })),
  refused('a fault in the value of a map under an object', '[...value.a.values()][1] is a function', () => ({
    a: new Map<unknown, unknown>([
      [1, 1],
      [{}, () => 1],
    ]),
  })),
  refused(
    'a fault in the key of a map',
    '[...value.keys()][1].f is a function',
    () =>
      new Map<unknown, number>([
        [1, 1],
        [{ f: () => 1 }, 2],
      ]),
  ),
  refused('a fault in a set', '[...value.s][1] is a symbol', () => ({
    s: new Set<unknown>([1, Symbol('x')]),
  })),
  refused('shared memory', 'value is over shared memory', () => new Uint8Array(new SharedArrayBuffer(4))),
  refused('a SharedArrayBuffer', 'value.b is an instance of SharedArrayBuffer', () => ({
    b: new SharedArrayBuffer(4),
  })),
  refused('detached memory', 'value.b is over memory that was detached', () => {
    const b = new ArrayBuffer(4);
    structuredClone(b, { transfer: [b] });
    return { b };
  }),
  refused('a view of detached memory', 'value is over memory that was detached', () => {
    const view = new Uint8Array(4);
    structuredClone(view.buffer, { transfer: [view.buffer] });
    return view;
  }),
  refused('a DataView over detached memory', 'value is over memory that was detached', () => {
    const view = new DataView(new ArrayBuffer(4));
    structuredClone(view.buffer, { transfer: [view.buffer] });
    return view;
  }),
  refused(
    'resizable memory',
    'value is over resizable memory',
    () => Reflect.construct(ArrayBuffer, [4, { maxByteLength: 8 }]) as unknown,
  ),
  refused('a cycle', 'value.a.b is value again: a cycle', () => {
    const value: { a: { b?: unknown } } = { a: {} };
    value.a.b = value;
    return value;
  }),
  refused('a cycle below the top', 'value.list[0].self is value.list[0] again: a cycle', () => {
    const item: { self?: unknown } = {};
    item.self = item;
    return { list: [item] };
  }),
  refused('a cycle through a map', 'value.get("me") is value again: a cycle', () => {
    const map = new Map<string, unknown>();
    map.set('me', map);
    return map;
  }),
  refused('a cycle through a set', '[...value][0] is value again: a cycle', () => {
    const set = new Set<unknown>();
    set.add(set);
    return set;
  }),
  refused('an array that holds itself twice', 'is value again: a cycle', () => {
    const array: unknown[] = [];
    array.push(array, array);
    return array;
  }),
  refused('nesting of 2,001 levels', 'is nested deeper than 2,000 levels', () => nested(2_001)),
  refused('nesting of 200,000 levels', 'is nested deeper than 2,000 levels', () => nested(200_000)),
];

/** Every value of the model that a provider could treat in a way of its own, and every refusal. */
export const VALUE_MATRIX: readonly ValueCase[] = [...PRIMITIVES, ...CONTAINERS, ...OBJECTS, ...REFUSED];

/** What takes long to refuse: a small graph that unfolds into more than any machine holds. */
export function billionLaughs(): unknown {
  let value: unknown = ['ha'];
  for (let level = 0; level < 60; level++) value = [value, value];
  return value;
}

/**
 * Whether two values are the same in everything the value model keeps: `-0` and `0` differ, and so do `undefined` and absent members,
 * prototypes, orders of members and entries, and types of views. What is frozen and what is not does not differ.
 */
export function sameValue(a: unknown, b: unknown): boolean {
  const pairs: (readonly [unknown, unknown])[] = [[a, b]];
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [mine, its] = pair;
    if (Object.is(mine, its)) continue;
    if (typeof mine !== 'object' || typeof its !== 'object' || mine === null || its === null) return false;
    if (Object.getPrototypeOf(mine) !== Object.getPrototypeOf(its)) return false;
    const [bytes, otherBytes] = [bytesOf(mine), bytesOf(its)];
    if (bytes !== undefined && otherBytes !== undefined) {
      if (!sameBytes(bytes, otherBytes)) return false;
      continue;
    }
    const [parts, others] = [partsOf(mine), partsOf(its)];
    if (parts.length !== others.length) return false;
    for (const [i, part] of parts.entries()) pairs.push([part, others[i]]);
  }
  return true;
}

/** All that makes up an object beside its prototype, in one list. */
function partsOf(value: object): unknown[] {
  const parts: unknown[] = [Object.prototype.toString.call(value)];
  if (value instanceof Date) parts.push(value.getTime());
  if (value instanceof Map) for (const [key, member] of entriesOf(value)) parts.push(key, member);
  if (value instanceof Set) parts.push(...membersOf(value));
  for (const name of Reflect.ownKeys(value)) {
    const member = Object.getOwnPropertyDescriptor(value, name);
    parts.push(name, member !== undefined && 'value' in member, member?.enumerable, member?.value);
  }
  return parts;
}

function entriesOf(map: ReadonlyMap<unknown, unknown>): Iterable<readonly [unknown, unknown]> {
  return map;
}

function membersOf(set: ReadonlySet<unknown>): Iterable<unknown> {
  return set;
}

function bytesOf(value: object): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
