import { anyValue } from '@cache/test-values/any-value';
import { nested, own } from '@cache/test-values/model';
import { bytesOf } from '@cache/test-values/stray-bytes';
import { isSame, trialOf } from '@cache/test-values/trial';
import fc from 'fast-check';
import { unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { msgpackCodec } from '../src/index.ts';

const { encode, decode } = trialOf(msgpackCodec);

/** Bytes that must decode to these values for ever. A change here breaks what is stored in the world. */
const FIXTURES: readonly (readonly [hex: string, make: () => unknown])[] = [
  ['c0', () => null],
  ['c3', () => true],
  ['c2', () => false],
  ['7f', () => 127],
  ['cc80', () => 128],
  ['cdffff', () => 65_535],
  ['ceffffffff', () => 2 ** 32 - 1],
  ['cb41f0000000000000', () => 2 ** 32],
  ['e0', () => -32],
  ['d0df', () => -33],
  ['d1ff7f', () => -129],
  ['d2ffff7fff', () => -32_769],
  ['cbc1e0000000200000', () => -(2 ** 31) - 1],
  ['cb3ff8000000000000', () => 1.5],
  ['cb7ff8000000000000', () => NaN],
  ['cb8000000000000000', () => -0],
  ['cf0000000000000001', () => 1n],
  ['d3ffffffffffffffff', () => -1n],
  ['cf8000000000000000', () => 2n ** 63n],
  ['c70942010000000000000000', () => 2n ** 64n],
  ['c70942ff7fffffffffffffff', () => -(2n ** 63n) - 1n],
  ['a0', () => ''],
  ['d909c3a9e6bca2f09f91a9', () => 'é漢👩'],
  ['d9207878787878787878787878787878787878787878787878787878787878787878', () => 'x'.repeat(32)],
  ['c70401610000d8', () => 'a\uD800'],
  ['9301a161c7010000', () => [1, 'a', undefined]],
  ['82a16101a162c7010000', () => ({ a: 1, b: undefined })],
  ['81a95f5f70726f746f5f5f01', () => own('__proto__', 1)],
  ['81c7020100d801', () => ({ '\uD800': 1 })],
  ['c9000000040281a16101', () => own('a', 1, null)],
  [
    'c9000000060394a161018002',
    () =>
      new Map<unknown, unknown>([
        ['a', 1],
        [{}, 2],
      ]),
  ],
  ['c900000004049201a161', () => new Set([1, 'a'])],
  ['c70cff1dcd65000000000000000001', () => new Date(1_500)],
  ['c70cff3b8b87c0ffffffffffffffff', () => new Date(-1)],
  ['c700ff', () => new Date(NaN)],
  ['c4026869', () => Buffer.from('hi')],
  ['c70374100102', () => new Uint8Array([1, 2]).buffer],
  ['c70374110102', () => new DataView(new Uint8Array([1, 2]).buffer)],
  ['c702740001', () => new Int8Array([1])],
  ['c702740101', () => new Uint8Array([1])],
  ['c702740201', () => new Uint8ClampedArray([1])],
  ['c70374030100', () => new Int16Array([1])],
  ['c70374040100', () => new Uint16Array([1])],
  ['c705740501000000', () => new Int32Array([1])],
  ['c705740601000000', () => new Uint32Array([1])],
  ['c70574070000803f', () => new Float32Array([1])],
  ['c7097408000000000000f03f', () => new Float64Array([1])],
  ['c7097409feffffffffffffff', () => new BigInt64Array([-2n])],
  ['c709740a0100000000000000', () => new BigUint64Array([1n])],
];

describe('the format', () => {
  it.each(FIXTURES)('is %s', (hex, make) => {
    expect(Buffer.from(encode(make())).toString('hex')).toBe(hex);
    expect(isSame(decode(bytesOf(hex)), make())).toBe(true);
  });

  it('has the 65th container of a way after the value, and again each 64th below that', () => {
    const deep = nested(130, (inner) => [inner], [1]);
    const hex = `${'91'.repeat(64)}c70005${'91'.repeat(64)}c700059101`.replace(
      /91c700059101$/,
      '91c70005919101',
    );
    expect(Buffer.from(encode(deep)).toString('hex')).toBe(hex);
    const [left, right] = [
      nested(66, (inner) => [inner], ['left']),
      nested(66, (inner) => [inner], ['right']),
    ];
    const both = Buffer.from(encode([left, right]));
    expect(both.indexOf('left')).toBeLessThan(both.indexOf('right'));
    expect(both.subarray(0, both.indexOf('left')).toString('hex')).toContain('c70005');
  });

  it('has one form for each value', () => {
    const forms = FIXTURES.map(([, make]) => Buffer.from(encode(make())).toString('hex'));
    expect(new Set(forms).size).toBe(forms.length);
  });

  it('is what msgpackr reads, for plain data, big integers, dates and bytes', () => {
    const value = {
      id: 'ses_1',
      list: [1, -1, 2 ** 40, 1.5, null, true, undefined, 'é漢👩', 'x'.repeat(70_000)],
      big: [1n, -(2n ** 100n), 2n ** 64n],
      at: [new Date(1_700_000_000_123), new Date(-1)],
      bytes: [Buffer.from('hi'), new Uint8Array([1]), new Float64Array([1.5]), new Int16Array([-2])],
      nested: { a: { b: [{}] } },
    };
    expect(unpack(Buffer.from(encode(value)))).toEqual(value);
  });

  it('is what msgpackr reads, for any plain data', () => {
    fc.assert(
      // msgpackr gives a member of the name `__proto__` another one.
      fc.property(fc.jsonValue().filter(hasNoProto), (value) => {
        expect(unpack(encode(value))).toEqual(value);
      }),
    );
  });

  it('writes the same bytes for the same value', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(encode(decode(encode(value)))).toEqual(encode(value));
      }),
    );
  });
});

function hasNoProto(value: unknown): boolean {
  return !JSON.stringify(value).includes('__proto__');
}
