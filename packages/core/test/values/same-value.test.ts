import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceBetween, sameValue } from '../../src/conformance/same-value.ts';
import { KEPT_VALUES } from '../../src/conformance/value-matrix.ts';
import { anyValue } from '../../src/conformance/any-value.ts';
import { spoil } from './values.ts';

const own = (name: string, value: unknown): object =>
  Object.defineProperty({}, name, { value, enumerable: true, writable: true, configurable: true });
const bare = (members: object): object => Object.assign(Object.create(null) as object, members);

describe('sameValue', () => {
  it.each<[string, unknown, unknown]>([
    ['0 and -0', 0, -0],
    ['1 and "1"', 1, '1'],
    ['1 and 1n', 1, 1n],
    ['null and undefined', null, undefined],
    ['absent and undefined members', { a: undefined }, {}],
    ['objects of one size', { a: undefined }, { b: undefined }],
    ['orders of members', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['prototypes', { a: 1 }, bare({ a: 1 })],
    ['holes and undefined', Object.assign([1], { length: 2 }), [1, undefined]],
    ['lengths', [1], [1, 1]],
    ['arrays and objects', ['a'], { 0: 'a' }],
    ['dates', new Date(0), new Date(1)],
    ['dates and numbers', new Date(0), 0],
    ['valid and invalid dates', new Date(0), new Date(NaN)],
    [
      'orders of entries',
      new Map([
        [1, 1],
        [2, 2],
      ]),
      new Map([
        [2, 2],
        [1, 1],
      ]),
    ],
    ['values of a map', new Map([[1, 1]]), new Map([[1, 2]])],
    ['keys of a map', new Map([[{ a: 1 }, 1]]), new Map([[{ a: 2 }, 1]])],
    ['orders of a set', new Set([1, 2]), new Set([2, 1])],
    ['types of views', new Uint8Array([1]), new Int8Array([1])],
    ['views and buffers', new Uint8Array([1]), new Uint8Array([1]).buffer],
    ['Buffer and Uint8Array', Buffer.from([1]), new Uint8Array([1])],
    ['bytes', new Uint8Array([1, 2]), new Uint8Array([1, 3])],
    ['bytes of a DataView', new DataView(new ArrayBuffer(1)), new DataView(new Uint8Array([1]).buffer)],
    ['bytes of a buffer', new ArrayBuffer(1), new Uint8Array([1]).buffer],
    ['lengths of bytes', new Uint8Array(1), new Uint8Array(2)],
    ['float bits', new Float32Array([0]), new Float32Array([-0])],
    [
      'accessors and data',
      {
        get a() {
          return undefined;
        },
      },
      { a: undefined },
    ],
    ['hidden members', Object.defineProperty({}, 'a', { value: 1 }), { a: 1 }],
    ['members under symbols', { [Symbol.for('a')]: 1 }, {}],
    ['0 and -0 as values of a map', new Map([[1, 0]]), new Map([[1, -0]])],
    ['undefined values and absent entries', new Map([[1, undefined]]), new Map()],
    ['empty maps, sets, arrays and objects', new Map(), new Set()],
    ['a map and an object', new Map([['a', 1]]), { a: 1 }],
    ['a set and an array', new Set([1]), [1]],
    ['empty views of two types', new Uint8Array(0), new Uint8ClampedArray(0)],
    ['views of two types over the same bytes', new Float32Array(1), new Int32Array(1)],
    ['a DataView and bytes', new DataView(new ArrayBuffer(1)), new Uint8Array(1)],
    ['an empty Buffer and no bytes', Buffer.alloc(0), new Uint8Array(0)],
    [
      'NaNs of two forms in memory',
      new Float64Array([NaN]),
      new Float64Array(new BigUint64Array([0x7ff8_0000_0000_0001n]).buffer),
    ],
    ['normal forms of a text', 'e\u0301', '\u00e9'],
    ['lone surrogates', '\uD800', '\uFFFD'],
    ['names under lone surrogates', { '\uD800': 1 }, { '\uD801': 1 }],
    ['keys of a map under lone surrogates', new Map([['\uD800', 1]]), new Map([['\uFFFD', 1]])],
    ['a member called __proto__ and a prototype', own('__proto__', null), bare({})],
    ['an empty object and one with a member called __proto__', {}, own('__proto__', undefined)],
    [
      'an array that is shorter than its hole',
      Object.assign([1], { length: 3 }),
      Object.assign([1], { length: 2 }),
    ],
    ['members beside elements', Object.assign([1], { a: 1 }), [1]],
    ['members of a map', Object.assign(new Map(), { a: 1 }), new Map()],
    ['members of a date', Object.assign(new Date(0), { a: 1 }), new Date(0)],
    ['a Map and what has its prototype alone', new Map(), Object.create(Map.prototype)],
    ['a Set and what has its prototype alone', new Set(), Object.create(Set.prototype)],
    ['a Date and what has its prototype alone', new Date(NaN), Object.create(Date.prototype)],
    [
      'an ArrayBuffer and what has its prototype alone',
      new ArrayBuffer(0),
      Object.create(ArrayBuffer.prototype),
    ],
    ['an array and what has its prototype alone', [], Object.create(Array.prototype)],
    ['bytes and what has their prototype alone', new Uint8Array(0), Object.create(Uint8Array.prototype)],
    [
      'views that claim each other’s type',
      new Uint8Array(1),
      Object.setPrototypeOf(new Int8Array(1), Uint8Array.prototype),
    ],
    ['bigints', 2n ** 64n, 2n ** 64n + 1n],
    ['what is not of the model', /a/, /a/],
    ['boxes', Object(1), Object(1)],
    ['functions', () => 1, () => 1],
    ['subclasses', new (class extends Map {})(), new Map()],
    ['deep differences', { a: [new Map([[1, { b: 0 }]])] }, { a: [new Map([[1, { b: -0 }]])] }],
  ])('tells %s apart', (_, a, b) => {
    expect(sameValue(a, b)).toBe(false);
    expect(sameValue(b, a)).toBe(false);
    expect(sameValue({ x: [a] }, { x: [b] })).toBe(false);
  });

  it('holds for every value and its like, and not when one of them is spoilt', () => {
    fc.assert(
      fc.property(anyValue, (make) => {
        const [a, b] = [make(), make()];
        if (!sameValue(a, b) || !sameValue(b, a)) return false;
        return spoil(b) === 0 || !sameValue(a, b);
      }),
      { examples: [[() => Object.freeze({ a: Object.freeze([1, 2]) })]] },
    );
  });

  it('does not care what is frozen', () => {
    expect(sameValue(Object.freeze({ a: Object.freeze([1]) }), { a: [1] })).toBe(true);
  });

  it('tells any two samples of the matrix apart', () => {
    const values = KEPT_VALUES.map(({ name, make }) => ({ name, value: make() }));
    const alike = values.flatMap((one, i) =>
      values
        .slice(i + 1)
        .flatMap((other) => (sameValue(one.value, other.value) ? [[one.name, other.name]] : [])),
    );
    // What lies around a view is not part of it.
    expect(alike).toEqual([['an empty typed array', 'an empty Int32Array inside its memory']]);
  });

  it.each<[unknown, unknown]>([
    [NaN, NaN],
    [new Date(NaN), new Date(NaN)],
    [new Map([[NaN, NaN]]), new Map([[NaN, NaN]])],
    [new Uint16Array(new ArrayBuffer(16), 4, 3), new Uint16Array(3)],
    [Buffer.from('a'), Buffer.from(new Uint8Array([0, 97, 0]).buffer, 1, 1)],
    [[undefined], [undefined]],
    [bare({ a: undefined }), bare({ a: undefined })],
  ])('takes %o for %o', (a, b) => {
    expect(sameValue(a, b)).toBe(true);
    expect(differenceBetween(a, b)).toBeUndefined();
  });

  it('compares what is nested deeper than the stack', () => {
    const deep = (innermost: unknown): unknown => {
      let value = innermost;
      for (let level = 0; level < 100_000; level++) value = [value];
      return value;
    };
    expect(sameValue(deep(0), deep(0))).toBe(true);
    expect(sameValue(deep(0), deep(-0))).toBe(false);
  });
});

describe('differenceBetween', () => {
  it.each<[unknown, unknown, string]>([
    [0, -0, 'is 0, not -0'],
    [{ a: [1, { b: 0 }] }, { a: [1, { b: -0 }] }, ': value.a[1].b is 0, not -0'],
    [{ a: 1 }, bare({ a: 1 }), ": value, by its prototype, is 'Object', not 'null'"],
    [{ a: {} }, { a: { b: undefined } }, ": value.a, member 0, is undefined, not 'b'"],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, ": value, member 0, is 'a', not 'b'"],
    [new Map([[{ a: 1 }, 2]]), new Map([[{ a: 2 }, 2]]), ': value, key 0,.a is 1, not 2'],
    [new Map([[1, [2]]]), new Map([[1, [3]]]), ': value, value 0,[0] is 2, not 3'],
    [new Set([1, 2]), new Set([1]), ': value.size is 2, not 1'],
    [{ b: new Uint8Array([1, 2]) }, { b: new Uint8Array([1, 3]) }, ': value.b, byte 1, is 2, not 3'],
    [{ 'a b': [1] }, { 'a b': [1, 2] }, ': value["a b"]'],
  ])('says where %o is not %o', (actual, expected, place) => {
    expect(differenceBetween(actual, expected)).toContain(place);
  });
});
