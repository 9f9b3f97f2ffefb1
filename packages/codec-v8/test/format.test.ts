import { nested, own } from '@cache/test-values/model';
import { bytesOf } from '@cache/test-values/stray-bytes';
import { isSame, trialOf } from '@cache/test-values/trial';
import { describe, expect, it } from 'vitest';
import { v8Codec } from '../src/index.ts';

const { encode, decode } = trialOf(v8Codec);

/**
 * Bytes that must decode to these values for ever, as written by V8 12 and 13. Later versions may write others, which is why nobody compares
 * them with what is written now.
 */
const FIXTURES: readonly (readonly [hex: string, make: () => unknown])[] = [
  ['ff0f30000000001d9f2d5f', () => null],
  [
    'ff0f6f22016149022201625f2201634102546306e900226f00d82400027b0300000000d3611c9c',
    () => ({ a: 1, b: undefined, c: [true, 'é漢\uD800'] }),
  ],
  [
    'ff0f41044e00000000000000804e000000000000f87f4e000000000000f83f4e0000000000007042240004000000002f548dc9',
    () => [-0, NaN, 1.5, 2 ** 40],
  ],
  [
    'ff0f41025a1001000000000000005a2100000000000000004000000000000000240002000000004d9ab869',
    () => [1n, -(2n ** 70n)],
  ],
  ['ff0f410244000000000000144044000000000000f87f240002000000004a122897', () => [new Date(5), new Date(NaN)]],
  [
    'ff0f3b22016149026f7b002749042c013a0400000000c20ed809',
    () =>
      new Map<unknown, unknown>([
        ['a', 1],
        [{}, new Set([2])],
      ]),
  ],
  [
    'ff0f6f22095f5f70726f746f5f5f5c247b016f22016149027b0100000000b1d93430',
    () => own('__proto__', own('a', 1, null)),
  ],
  [
    'ff0f41025c0d026869420201022400020000000055efa818',
    () => [Buffer.from('hi'), new Uint8Array([1, 2]).buffer],
  ],
  [
    'ff0f41035c040201005c0c01005c0908ffffffffffffffff2400030000000047e6e7be',
    () => [new Uint16Array([1]), new DataView(new ArrayBuffer(1)), new BigInt64Array([-1n])],
  ],
  [
    'ff0f41014101410141014101410141014101410141014101410141014101410141014101410141014101410141014101410141014101410141014101410141014101410141014101410141014101410141014101410141014101410141014101410141014101410141014101410141014101410141014101410141014101410141015c2124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000124000141016f7b002400010000000099473386',
    () => nested(66, (inner) => [inner], {}),
  ],
];

describe('the format', () => {
  it.each(FIXTURES)('reads %s', (hex, make) => {
    expect(isSame(decode(bytesOf(hex)), make())).toBe(true);
  });

  it('puts objects without a prototype after what they lie in, in the order of their places', () => {
    const bytes = Buffer.from(
      encode({ one: own('first', 1, null), two: own('second', own('third', 3, null), null), last: 4 }),
    );
    const places = ['one', 'two', 'last', 'first', 'second', 'third'].map((name) => bytes.indexOf(name));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
  });
});
