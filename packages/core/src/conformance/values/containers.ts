/** Objects, arrays, maps and sets. */
import { kept, nested, own, type KeptSample } from './sample.ts';

const bare = (members: object): object => Object.assign(Object.create(null) as object, members);

const OBJECTS: readonly KeptSample[] = [
  kept('an empty object', () => ({})),
  kept('an object with undefined members', () => ({ a: undefined, b: null })),
  kept('an object without a prototype', () => bare({ a: 1, b: { c: 2 } })),
  kept('an empty object without a prototype', () => Object.create(null) as unknown),
  kept('objects without a prototype within each other', () => [
    bare({ a: bare({ b: undefined, 1: bare({}) }) }),
    { a: bare({}) },
    new Map([[bare({ k: 1 }), bare({ v: 1 })]]),
  ]),
  kept('a member called __proto__', () => own('__proto__', { polluted: true })),
  kept('a member called __proto__ that is a string', () => ({
    a: own('__proto__', 'x'),
    b: [own('__proto__', null)],
  })),
  kept('a member called __proto__ among others', () => [
    Object.assign(own('__proto__', { a: 1 }), { b: 2 }),
    withProto({ a: 1 }, { polluted: true }),
    own('__proto__', 1, null),
    own('__proto__', own('__proto__', undefined)),
  ]),
  kept('rows with a member called __proto__', () => [1, 2, 3].map((id) => withProto({ id }, { id }))),
  kept('members called constructor, toString and toJSON', () => ({
    constructor: 1,
    toString: 'x',
    toJSON: { a: 1 },
    hasOwnProperty: 0,
  })),
  kept('members called like those of every object', () => ({
    constructor: { name: 'Array', prototype: null },
    prototype: null,
    valueOf: 1,
    isPrototypeOf: [],
    __defineGetter__: 'x',
    length: 3,
    size: 1,
    name: 'n',
    buffer: 0,
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
  kept('members under lone surrogates', () => ({
    'a\uD800': 1,
    '\uDC00b': { '\uDE00\uD83D': -0 },
    '\uFFFD': 2,
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
  kept('members with names like indices in every form', () => [
    {
      z: 0,
      4294967294: 1,
      4294967295: 2,
      '9007199254740993': 3,
      1: 4,
      '1.5': 5,
      '-0': 6,
      '1e3': 7,
      '00': 8,
      a: 9,
    },
    bare({ b: 1, 10: 2, 9: 3, a: 4 }),
    { 0: 'a', 1: 'b', length: 2 },
    { 0: 'a', 1: 'b' },
    ['a', 'b'],
  ]),
  kept('one set of members in several orders', () => [
    { a: 1, b: 2, c: 3 },
    { c: 3, b: 2, a: 1 },
    { b: 2, a: 1, c: 3 },
  ]),
  kept('an object of 40 members', () =>
    Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`member${i}`, i])),
  ),
  kept('an object of 1,500 members', () =>
    Object.fromEntries(Array.from({ length: 1_500 }, (_, i) => [`m${i}`, { i }])),
  ),
  kept('objects at every edge of a count', () =>
    [1, 15, 16, 23, 24, 31, 32, 33, 255, 256].map((count) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}`, i])),
    ),
  ),
  kept('a frozen object', () => Object.freeze({ a: Object.freeze([1, 2]) })),
  kept('an object that is sealed, and one that cannot be extended', () => [
    Object.seal({ a: 1 }),
    Object.preventExtensions({ a: [1] }),
  ]),
  kept('objects that look like what others make of dates, maps and bytes', () => [
    { $date: 0 },
    { $type: 'Date', value: 0 },
    { __type: 'Map', value: [[1, 2]] },
    { '@type': 'bigint', '@value': '1' },
    { type: 'Buffer', data: [1, 2] },
    { $: 'undefined' },
    { $undefined: true },
    { $$: { $: 1 } },
    { '~': ['Map', []] },
    ['$', 'Date', 0],
    ['~#date', 0],
    { dataType: 'Set', value: [] },
    { json: {}, meta: { values: {} } },
  ]),
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

const ARRAYS: readonly KeptSample[] = [
  kept('an empty array', () => []),
  kept('an array of everything', () => [1, 'a', null, undefined, true, 2n, -0, NaN, [], {}, new Date(0)]),
  kept('an array of undefined', () => [undefined, undefined]),
  kept('an array of 10,000 numbers', () => Array.from({ length: 10_000 }, (_, i) => i * 1.5)),
  kept('arrays at every edge of a count', () =>
    [1, 15, 16, 23, 24, 31, 32, 33, 255, 256].map((count) => Array.from({ length: count }, () => 0)),
  ),
  kept('arrays of one kind, and the same kind with a stranger', () => [
    [1, 2, 3],
    [1, 2, 3.5],
    [1, -0, 3],
    [1, 2, NaN],
    [1, 2, 3n],
    [1n, 2n, 3n],
    ['a', 'b', 1],
    [true, false, null],
    [1, 2, undefined],
  ]),
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
];

const MAPS_AND_SETS: readonly KeptSample[] = [
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
  kept(
    'maps and sets as keys and values of maps',
    () =>
      new Map<unknown, unknown>([
        [new Map([[{ id: 1 }, new Set([{ id: 1 }])]]), new Map([[['a'], ['b']]])],
        [new Set([new Map(), new Set()]), new Set([new Date(0)])],
        [
          [1, [2]],
          [new Uint8Array([1]), new ArrayBuffer(1)],
        ],
        [new Uint8Array([1]), 'bytes'],
        [bare({ a: 1 }), bare({ a: 1 })],
      ]),
  ),
  kept(
    'a map under odd texts',
    () =>
      new Map<unknown, unknown>([
        ['__proto__', { a: 1 }],
        ['constructor', 1],
        ['a\uD800', -0],
        ['\uDC00', undefined],
        ['', ''],
        ['0', 0],
        [0, '0'],
      ]),
  ),
  kept('a map from texts to texts', () => new Map(Array.from({ length: 40 }, (_, i) => [`k${i}`, `v${i}`]))),
  kept('an empty set', () => new Set()),
  kept(
    'a set with members of all kinds',
    () => new Set<unknown>(['b', 'a', 1, '1', NaN, undefined, null, 0, {}, {}, [1], new Map()]),
  ),
  kept(
    'a set of sets and bytes',
    () =>
      new Set<unknown>([
        new Set([new Set([{ a: -0 }])]),
        new Uint8Array([1]),
        new Uint8Array([1]),
        new Date(NaN),
        2n ** 70n,
        '\uD800',
      ]),
  ),
];

const SHARING: readonly KeptSample[] = [
  kept('an object that occurs twice', () => {
    const shared = { a: [1] };
    return { one: shared, two: shared };
  }),
  kept('parts of every kind that occur twice', () => {
    const parts = [
      { a: 1 },
      [1],
      new Date(1),
      new Map([[1, 1]]),
      new Set([1]),
      new Uint8Array([1]),
      bare({}),
    ];
    return { once: parts, again: parts, each: [...parts], keys: new Map(parts.map((part) => [part, part])) };
  }),
  kept('an object that occurs at several depths', () => {
    const leaf = { a: 1 };
    return { leaf, in: { leaf, in: { leaf } } };
  }),
];

const DEPTHS: readonly KeptSample[] = [
  kept('nesting of 2,000 levels', () =>
    nested(2_000, (value, level) => (level % 2 === 0 ? [value] : { a: value })),
  ),
  kept('1,000 arrays within each other', () => nested(1_000, (value) => [value])),
  kept('1,000 objects within each other', () => nested(1_000, (value) => ({ a: value, b: 1 }))),
  kept('1,000 objects without a prototype within each other', () =>
    nested(1_000, (value) => bare({ a: value })),
  ),
  kept('1,000 maps within each other', () => nested(1_000, (value) => new Map([[1, value]]))),
  kept('1,000 maps within each other as their keys', () => nested(1_000, (value) => new Map([[value, 1]]))),
  kept('1,000 sets within each other', () => nested(1_000, (value) => new Set([value]))),
];

function withProto(members: object, proto: unknown): object {
  const object = { ...members };
  return Object.defineProperty(object, '__proto__', {
    value: proto,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

export const CONTAINERS: readonly KeptSample[] = [
  ...OBJECTS,
  ...ARRAYS,
  ...MAPS_AND_SETS,
  ...SHARING,
  ...DEPTHS,
];
