import { anyValue } from '@cache/test-values/any-value';
import { nested, own } from '@cache/test-values/model';
import { bytesOf } from '@cache/test-values/stray-bytes';
import { isSame } from '@cache/test-values/trial';
import { decode as decodeByCborX } from 'cbor-x';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cborCodec } from '../src/index.ts';
import { decode, encode } from './codec.ts';

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Bytes that must decode to these values for ever. A change here breaks what is stored in the world. */
const FIXTURES: readonly (readonly [hex: string, make: () => unknown])[] = [
  ['f6', () => null],
  ['f5', () => true],
  ['17', () => 23],
  ['1818', () => 24],
  ['1affffffff', () => 2 ** 32 - 1],
  ['fb41f0000000000000', () => 2 ** 32],
  ['38ff', () => -256],
  ['3affffffff', () => -(2 ** 32)],
  ['fb3ff8000000000000', () => 1.5],
  ['fb7ff8000000000000', () => NaN],
  ['d9cac4f6', () => -0],
  ['1b0000000000000001', () => 1n],
  ['3b0000000000000000', () => -1n],
  ['c249010000000000000000', () => 2n ** 64n],
  ['c348ffffffffffffffff', () => -(2n ** 64n)],
  ['60', () => ''],
  ['69c3a9e6bca2f09f91a9', () => 'é漢👩'],
  ['d9cac144610000d8', () => 'a\uD800'],
  ['830161 61f7', () => [1, 'a', undefined]],
  ['a2616101 6162f7', () => ({ a: 1, b: undefined })],
  ['a1695f5f70726f746f5f5f01', () => own('__proto__', 1)],
  ['d9cac282d9cac14200d801', () => ({ '\uD800': 1 })],
  ['d9cac382616101', () => own('a', 1, null)],
  [
    'd90103a2616101a0 02',
    () =>
      new Map<unknown, unknown>([
        ['a', 1],
        [{}, 2],
      ]),
  ],
  ['d9010282 01 6161', () => new Set([1, 'a'])],
  ['d9cac01903e8', () => new Date(1_000)],
  ['d9cac0fb7ff8000000000000', () => new Date(NaN)],
  ['426869', () => Buffer.from('hi')],
  ['d9cac5420102', () => new Uint8Array([1, 2]).buffer],
  ['d9cac6420102', () => new DataView(new Uint8Array([1, 2]).buffer)],
  ['d84041ff', () => new Uint8Array([255])],
  ['d84441ff', () => new Uint8ClampedArray([255])],
  ['d845420201', () => new Uint16Array([258])],
  ['d8464404030201', () => new Uint32Array([16_909_060])],
  ['d847480201000000000000', () => new BigUint64Array([258n])],
  ['d84841ff', () => new Int8Array([-1])],
  ['d84d42feff', () => new Int16Array([-2])],
  ['d84e44feffffff', () => new Int32Array([-2])],
  ['d84f48feffffffffffffff', () => new BigInt64Array([-2n])],
  ['d855440000c03f', () => new Float32Array([1.5])],
  ['d85648000000000000f83f', () => new Float64Array([1.5])],
  [`${'81'.repeat(64)}d8184101`.replace('4101', '4180'), () => nested(65, (value) => [value], [])],
];

describe('the format', () => {
  it.each(FIXTURES)('%s is what it always was', (hex, make) => {
    expect(isSame(decode(bytesOf(hex)), make())).toBe(true);
    expect(hexOf(encode(make()))).toBe(hex.replaceAll(' ', ''));
  });

  it('says who wrote it', () => {
    expect(cborCodec.id).toBe('cbor');
  });

  it('is what any CBOR reader reads', () => {
    const value = {
      id: 7,
      name: 'Ann',
      tags: ['a', 'é'.repeat(40)],
      ratio: 0.25,
      none: null,
      big: 5n,
      more: new Map([[1, new Set(['x'])]]),
    };
    expect(decodeByCborX(encode(value))).toEqual(value);
  });

  it('has one form for each value, whatever was encoded or failed to be before', () => {
    fc.assert(
      fc.property(anyValue, anyValue, (value, other) => {
        const bytes = Buffer.from(encode(value));
        encode(other);
        expect(() => encode([other, { f: () => 1 }])).toThrow('value[1].f is a function');
        return bytes.equals(encode(value)) && bytes.equals(encode(decode(bytes)));
      }),
    );
  });

  it('has one form of NaN, whatever its bits are', () => {
    const [odd] = new Float64Array(new BigUint64Array([0xfff8_0000_0000_0001n]).buffer);
    expect(hexOf(encode(odd))).toBe('fb7ff8000000000000');
  });
});
