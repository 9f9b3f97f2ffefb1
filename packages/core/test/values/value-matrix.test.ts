import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VALUE_MATRIX, sameValue } from '../../src/conformance/value-matrix.ts';
import { anyValue, spoil } from './values.ts';

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
    );
  });

  it('does not care what is frozen', () => {
    expect(sameValue(Object.freeze({ a: Object.freeze([1]) }), { a: [1] })).toBe(true);
  });
});

describe('the matrix', () => {
  it('has a name for every case, and no two of one name', () => {
    const names = VALUE_MATRIX.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('makes a fresh value at each call', () => {
    const shared: string[] = [];
    for (const { name, make } of VALUE_MATRIX) {
      const [a, b] = [make(), make()];
      if (typeof a === 'object' && a !== null && a === b) shared.push(name);
    }
    expect(shared).toEqual([]);
  });
});
