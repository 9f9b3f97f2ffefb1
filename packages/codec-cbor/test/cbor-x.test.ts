/** What an encoder and a decoder of others make of plain data, and of what this codec makes. */
import { isSame } from '@cache/test-values/trial';
import { Encoder, decode as decodeBuffer } from 'cbor-x';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode } from './codec.ts';

/** The forms that this codec has for plain data, too: counts of members in their shortest form, no records. */
const encoder = new Encoder({ useRecords: false, variableMapSize: true });
const encodeByCborX = (value: unknown): Uint8Array => new Uint8Array(encoder.encode(value));
/** It takes bytes for a Buffer when they come in one. */
const decodeByCborX = (bytes: Uint8Array): unknown => decodeBuffer(Buffer.from(bytes));

const TEXT = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({ minLength: 15, maxLength: 70 }),
  fc.string({ unit: 'binary', minLength: 15, maxLength: 300 }),
);
// cbor-x renames members called __proto__.
const NAME = TEXT.filter((name) => name !== '__proto__');

const LEAF = fc.oneof(
  fc.constantFrom(
    null,
    undefined,
    true,
    false,
    0,
    23,
    24,
    255,
    256,
    65_535,
    65_536,
    2 ** 32 - 1,
    -24,
    -25,
    -(2 ** 31),
  ),
  fc.integer(),
  fc.double().filter((number) => !Object.is(number, -0)),
  TEXT,
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(Uint8Array.from(bytes).buffer)),
);

const PLAIN = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, depthSize: 'small' },
    LEAF,
    fc.array(tie('value'), { maxLength: 30 }),
    fc.dictionary(NAME, tie('value'), { maxKeys: 30, noNullPrototype: true }),
  ),
})).value;

const VALUES = PLAIN.filter((value) => value !== undefined);

describe('cbor-x, another reader and writer', () => {
  it('reads what this codec wrote', () => {
    fc.assert(
      fc.property(VALUES, (value) => isSame(decodeByCborX(encode(value)), value)),
      { numRuns: 500 },
    );
  });

  it('writes what this codec reads', () => {
    fc.assert(
      fc.property(VALUES, (value) => isSame(decode(encodeByCborX(value)), value)),
      { numRuns: 500 },
    );
  });

  it('writes the same bytes', () => {
    fc.assert(
      fc.property(VALUES, (value) => Buffer.from(encode(value)).equals(encodeByCborX(value))),
      { numRuns: 500 },
    );
  });

  it('reads maps, sets, large integers and typed arrays', () => {
    const value = {
      map: new Map<unknown, unknown>([
        ['a', 1],
        [2, [new Set(['x', 1.5])]],
      ]),
      large: [2n ** 64n, -(2n ** 64n), 2n ** 63n, -(2n ** 63n), 3n ** 200n],
      arrays: [
        new Uint8Array([1, 2]),
        new Float64Array([1.5]),
        new Int32Array([-7]),
        new BigInt64Array([-5n]),
      ],
    };
    expect(decodeByCborX(encode(value))).toEqual(value);
  });
});
