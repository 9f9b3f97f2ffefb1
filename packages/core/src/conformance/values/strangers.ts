/** What is not of the value model: it must be refused, with the place of the fault. */
import { nested, refused, withMember, type RefusedSample } from './sample.ts';

class Account {
  readonly id = 1;
}
class Later extends Date {}
class Names extends Array<string> {}
class Registry extends Map<string, string> {}
class Roles extends Set<string> {}
class Digest extends Uint8Array {}

const KINDS: readonly RefusedSample[] = [
  refused('undefined', '', 'never a value', () => undefined),
  refused('a function', 'value', 'is a function', () => () => 1),
  refused('a symbol', 'value', 'is a symbol', () => Symbol('s')),
  refused('a nested function', 'value.user.roles[3].toJSON', 'is a function', () => ({
    user: { roles: [1, 2, 3, { toJSON: () => 1 }] },
  })),
  refused('a nested symbol', 'value["a b"]', 'is a symbol', () => ({ 'a b': Symbol.iterator })),
  refused('a class', 'value.type', 'is a function', () => ({ type: Account })),
  refused('an async function in an array', 'value[1]', 'is a function', () => [1, async () => undefined]),
];

const INSTANCES: readonly RefusedSample[] = [
  refused('a class instance', 'value.owner', 'is an instance of Account', () => ({ owner: new Account() })),
  refused('an object with a prototype of its own', 'value[0]', 'is an instance of', () => [
    Object.create({ inherited: 1 }) as unknown,
  ]),
  refused('an Error', 'value.cause', 'is an instance of RangeError', () => ({ cause: new RangeError('no') })),
  refused('a RegExp', 'value', 'is an instance of RegExp', () => /a/),
  refused('a Promise', 'value.later', 'is an instance of Promise', () => ({ later: Promise.resolve(1) })),
  refused('a WeakMap', 'value', 'is an instance of WeakMap', () => new WeakMap()),
  refused('a WeakRef', 'value.ref', 'is an instance of WeakRef', () => ({ ref: new WeakRef({}) })),
  refused('a URL', 'value', 'is an instance of URL', () => new URL('https://example.test/')),
  refused('a boxed number', 'value', 'is an instance of Number', () => Object(1) as unknown),
  refused('a boxed string', 'value', 'is an instance of String', () => Object('s') as unknown),
  refused('a boxed bigint', 'value.n', 'is an instance of BigInt', () => ({ n: Object(1n) as unknown })),
  refused('a generator', 'value', 'is', () => (function* () {})()),
  refused('an iterator of a map', 'value.entries', 'is', () => ({ entries: new Map([[1, 2]]).entries() })),
  refused('a subclass of Date', 'value', 'is an instance of Later', () => new Later()),
  refused('a subclass of Array', 'value', 'is an instance of Names', () => Names.of('a')),
  refused('a subclass of Map', 'value', 'is an instance of Registry', () => new Registry()),
  refused('a subclass of Set', 'value', 'is an instance of Roles', () => new Roles()),
  refused('a subclass of Uint8Array', 'value', 'is an instance of Digest', () => new Digest(2)),
  refused(
    'what only has the prototype of a Date',
    'value',
    'is',
    () => Object.create(Date.prototype) as unknown,
  ),
  refused(
    'what only has the prototype of a Map',
    'value',
    'is',
    () => Object.create(Map.prototype) as unknown,
  ),
  refused(
    'what only has the prototype of a Set',
    'value',
    'is',
    () => Object.create(Set.prototype) as unknown,
  ),
  refused(
    'what only has the prototype of an Array',
    'value',
    'is',
    () => Object.create(Array.prototype) as unknown,
  ),
  refused(
    'what only has the prototype of an ArrayBuffer',
    'value',
    'is',
    () => Object.create(ArrayBuffer.prototype) as unknown,
  ),
  refused(
    'what only has the prototype of a Uint8Array',
    'value',
    'is',
    () => Object.create(Uint8Array.prototype) as unknown,
  ),
  refused('a proxy of a Map', 'value', 'is', () => new Proxy(new Map(), {})),
];

const MEMBERS: readonly RefusedSample[] = [
  refused('a date with a member', 'value.at', 'has a member of its own, zone', () => ({
    at: Object.assign(new Date(0), { zone: 'UTC' }),
  })),
  refused('a map with a member', 'value', 'has a member of its own', () =>
    Object.assign(new Map(), { size2: 1 }),
  ),
  refused('a set with a member', 'value', 'has a member of its own', () =>
    Object.assign(new Set(), { more: 1 }),
  ),
  refused('an ArrayBuffer with a member', 'value', 'has a member of its own', () =>
    Object.assign(new ArrayBuffer(1), { more: 1 }),
  ),
  refused('a getter', 'value.a.b', 'is an accessor', () => ({
    a: withMember({}, 'b', { get: () => 1, enumerable: true }),
  })),
  refused('a setter', 'value.b', 'is an accessor', () =>
    withMember({}, 'b', { set: () => {}, enumerable: true }),
  ),
  refused('a getter of an object without a prototype', 'value.b', 'is an accessor', () =>
    withMember(Object.create(null) as object, 'b', { get: () => 1, enumerable: true }),
  ),
  refused('a member that is not enumerable', 'value.hidden', 'is not enumerable', () =>
    withMember({}, 'hidden', { value: 1 }),
  ),
  refused('a member under a symbol', 'value.a[Symbol(tag)]', 'is', () => ({ a: { [Symbol('tag')]: 1 } })),
  refused('a hidden member under a symbol', 'value[Symbol(tag)]', 'is', () =>
    withMember({}, Symbol('tag'), { value: 1 }),
  ),
  refused('arguments', 'value[Symbol(Symbol.iterator)]', 'is', () =>
    (function () {
      // oxlint-disable-next-line prefer-rest-params -- the object itself is the case
      return arguments;
    })(),
  ),
];

const ARRAYS: readonly RefusedSample[] = [
  refused('a sparse array', 'value.list[1]', 'is a hole', () => ({
    list: Object.assign(
      Array.from({ length: 1 }, () => 1),
      { 2: 3 },
    ),
  })),
  refused('an array of holes', 'value[0]', 'is a hole', () => Object.assign([], { length: 3 })),
  refused('an array that ends in a hole', 'value[1]', 'is a hole', () => Object.assign([1], { length: 2 })),
  refused('an array of four thousand million holes', 'value[0]', 'is a hole', () =>
    Object.assign([], { length: 2 ** 32 - 1 }),
  ),
  refused('an array with a member', 'value.index', 'is a member of an array', () => 'abc'.match(/b/)),
  refused('an array with a hole and a member', 'value', 'is', () =>
    Object.assign([1], { length: 2, extra: 1 }),
  ),
  refused('an array with a member under a symbol', 'value[Symbol(tag)]', 'is', () =>
    Object.assign([1], { [Symbol('tag')]: 1 }),
  ),
];

const PLACES: readonly RefusedSample[] = [
  refused('a fault in the value of a map', 'value.a.get("k").f', 'is a function', () => ({
    a: new Map([['k', { f: () => 1 }]]),
  })),
  refused(
    'a fault in the value of a map under an object',
    '[...value.a.values()][1]',
    'is a function',
    () => ({
      a: new Map<unknown, unknown>([
        [1, 1],
        [{}, () => 1],
      ]),
    }),
  ),
  refused(
    'a fault in the key of a map',
    '[...value.keys()][1].f',
    'is a function',
    () =>
      new Map<unknown, number>([
        [1, 1],
        [{ f: () => 1 }, 2],
      ]),
  ),
  refused('a fault in a set', '[...value.s][1]', 'is a symbol', () => ({
    s: new Set<unknown>([1, Symbol('x')]),
  })),
  refused('a fault in an object without a prototype', 'value.a[0]', 'is a function', () =>
    Object.assign(Object.create(null) as object, { a: [() => 1] }),
  ),
  refused('a fault under a member called __proto__', 'value.__proto__', 'is a function', () =>
    withMember({}, '__proto__', { value: () => 1, enumerable: true, writable: true, configurable: true }),
  ),
  refused('a fault 200 levels down', 'value[0][0]', 'is a function', () =>
    nested(200, (value) => [value], [() => 1]),
  ),
];

const MEMORIES: readonly RefusedSample[] = [
  refused('shared memory', 'value', 'is over shared memory', () => new Uint8Array(new SharedArrayBuffer(4))),
  refused('a SharedArrayBuffer', 'value.b', 'is an instance of SharedArrayBuffer', () => ({
    b: new SharedArrayBuffer(4),
  })),
  refused('detached memory', 'value.b', 'is over memory that was detached', () => ({
    b: detached((gone) => gone),
  })),
  refused('a view of detached memory', 'value', 'is over memory that was detached', () =>
    detached((gone) => new Uint8Array(gone)),
  ),
  refused('a DataView over detached memory', 'value', 'is over memory that was detached', () =>
    detached((gone) => new DataView(gone)),
  ),
  refused('resizable memory', 'value', 'is over resizable memory', () => resizable()),
  refused('a view of resizable memory', 'value[0]', 'is over resizable memory', () => [
    new Uint8Array(resizable()),
  ]),
];

const CYCLES: readonly RefusedSample[] = [
  refused('a cycle', 'value.a.b', 'is value again: a cycle', () => {
    const value: { a: { b?: unknown } } = { a: {} };
    value.a.b = value;
    return value;
  }),
  refused('a cycle below the top', 'value.list[0].self', 'is value.list[0] again: a cycle', () => {
    const item: { self?: unknown } = {};
    item.self = item;
    return { list: [item] };
  }),
  refused('a cycle through a map', 'value.get("me")', 'is value again: a cycle', () => {
    const map = new Map<string, unknown>();
    map.set('me', map);
    return map;
  }),
  refused('a cycle through the key of a map', '[...value.keys()][0]', 'is value again: a cycle', () => {
    const map = new Map<unknown, unknown>();
    map.set(map, 1);
    return map;
  }),
  refused('a cycle through a set', '[...value][0]', 'is value again: a cycle', () => {
    const set = new Set<unknown>();
    set.add(set);
    return set;
  }),
  refused('an array that holds itself twice', 'value', 'is value again: a cycle', () => {
    const array: unknown[] = [];
    array.push(array, array);
    return array;
  }),
  refused('nesting of 2,001 levels', 'value', 'is nested deeper than 2,000 levels', () =>
    nested(2_001, (value, level) => (level % 2 === 0 ? [value] : { a: value })),
  ),
  refused('nesting of 200,000 levels', 'value', 'is nested deeper than 2,000 levels', () =>
    nested(200_000, (value, level) => (level % 2 === 0 ? [value] : { a: value })),
  ),
  refused('2,001 maps within each other as their keys', 'value', 'is nested deeper than 2,000 levels', () =>
    nested(2_001, (value) => new Map([[value, 1]])),
  ),
  refused('2,001 sets within each other', 'value', 'is nested deeper than 2,000 levels', () =>
    nested(2_001, (value) => new Set([value])),
  ),
];

function detached(make: (memory: ArrayBuffer) => unknown): unknown {
  const gone = new ArrayBuffer(4);
  const value = make(gone);
  structuredClone(gone, { transfer: [gone] });
  return value;
}

function resizable(): ArrayBuffer {
  return Reflect.construct<[number, { readonly maxByteLength: number }], ArrayBuffer>(ArrayBuffer, [
    4,
    { maxByteLength: 8 },
  ]);
}

export const STRANGERS: readonly RefusedSample[] = [
  ...KINDS,
  ...INSTANCES,
  ...MEMBERS,
  ...ARRAYS,
  ...PLACES,
  ...MEMORIES,
  ...CYCLES,
];

/** What takes long to refuse: a small graph that unfolds into more than any machine holds. */
export function billionLaughs(): unknown {
  let value: unknown = ['ha'];
  for (let level = 0; level < 60; level++) value = [value, value];
  return value;
}
