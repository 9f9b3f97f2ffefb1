import { MODEL, own } from '@cache/test-values/model';
import { bytesOf, changedBytes, memoryOf, strayBytes } from '@cache/test-values/stray-bytes';
import { isSame, trialOf } from '@cache/test-values/trial';
import fc from 'fast-check';
import { pack, Packr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { msgpackCodec } from '../src/index.ts';

const trial = trialOf(msgpackCodec);
const { encode, decode, tryDecode } = trial;

const HEADS = [
  0x00, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x91, 0x92, 0x9f, 0xa0, 0xa1, 0xbf, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5,
  0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xcb, 0xcc, 0xcf, 0xd3, 0xd4, 0xd9, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xff,
  1, 2, 3, 4, 5, 0x42, 0x72, 0x74,
];
const WORDS: readonly (number | readonly number[])[] = [
  ...HEADS,
  [0xc7, 0, 5],
  [0xc7, 1, 3, 0x90],
  [0xc7, 3, 4, 0x91, 0x91],
  [0xc7, 1, 2, 0x80],
  [0xa9, ...Buffer.from('__proto__')],
  [0xd4, 0x72, 0x40],
];

/** A value of the model, or CODEC_FAILED. */
function isHarmless(bytes: Uint8Array): boolean {
  const decoded = tryDecode(bytes);
  return decoded === undefined || isSame(decode(encode(decoded.value)), decoded.value);
}

describe('bytes that nobody encoded', () => {
  it('gives a value of the model or CODEC_FAILED for any bytes', () => {
    fc.assert(fc.property(strayBytes(WORDS), isHarmless), { numRuns: 10_000 });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('gives a value of the model or CODEC_FAILED for bytes that were changed', () => {
    fc.assert(fc.property(changedBytes(trial, HEADS), isHarmless), { numRuns: 3_000 });
  });

  it('gives CODEC_FAILED for every beginning of a value, and for a value with something after it', () => {
    for (const [, make] of MODEL) {
      const bytes = encode(make());
      if (bytes.length > 2_500) continue;
      for (let length = 0; length < bytes.length; length++)
        expect(tryDecode(bytes.subarray(0, length))).toBeUndefined();
      for (const more of [0x00, 0xc0, 0x90])
        expect(tryDecode(Uint8Array.from([...bytes, more]))).toBeUndefined();
    }
  });

  it.each([
    ['', 'no bytes'],
    ['c7 01 00 00', 'undefined where a value should be'],
    ['00 00', 'bytes left over'],
    ['c1', 'a head of no meaning'],
    ['ca 3f c0 00 00', 'a float of 32 bits'],
    ['a2 c3 28', 'text that is not UTF-8'],
    ['a3 ed a0 80', 'a surrogate in UTF-8'],
    ['81 a1 ff 00', 'a name that is not UTF-8'],
    ['81 01 00', 'a name that is a number'],
    ['81 90 00', 'a name that is an array'],
    ['81 c0 00', 'a name that is nil'],
    ['81 c7 00 05 00 90', 'a name that comes later'],
    ['81 c7 03 03 92 a1 61 00', 'a name that is a map'],
    ['82 a1 61 01 a1 61 02', 'a name that occurs twice'],
    ['82 a9 5f5f70726f746f5f5f 01 a9 5f5f70726f746f5f5f 02', '__proto__ twice'],
    ['c7 05 03 94 01 01 01 02', 'a key that occurs twice'],
    ['c7 02 03 91 01', 'a key without a value'],
    ['c7 03 04 92 01 01', 'a member that occurs twice'],
    ['c7 01 03 80', 'a map that is an object'],
    ['c7 01 02 90', 'an array without a prototype'],
    ['c7 01 04 c0', 'a set of nil'],
    ['c7 04 03 c7 01 03 90', 'a map of a map'],
    ['c7 02 04 90 00', 'a set with something after it'],
    ['92 c7 01 04 91 00', 'a set that goes on behind its end'],
    ['c7 01 01 41', 'half a unit'],
    ['c7 00 42', 'a bigint of no bytes'],
    ['c7 00 74', 'memory of no class'],
    ['c7 01 74 0c', 'memory of a class that is none'],
    ['c7 01 74 12', 'binary as an extension'],
    ['c7 02 74 03 01', 'half an element'],
    ['c7 04 ff 65 00 00 00', 'a date in 32 bits'],
    ['c7 01 ff ff', 'an invalid date of another writer'],
    ['c7 0c ff 00 00 00 01 00 00 00 00 00 00 00 00', 'a date between two milliseconds'],
    ['c7 0c ff 00 00 00 00 7f ff ff ff ff ff ff ff', 'a date out of range'],
    ['c7 00 05', 'a container that never comes'],
    ['c7 00 05 c7 00 05', 'a container that comes later, again and again'],
    ['d4 72 40 91 a1 61 01', 'a record'],
    ['d6 69 00 00 00 01 90', 'a shared value'],
    ['d4 65 00 93 a5 4572726f72 a1 61 c0', 'an Error'],
    ['d4 78 00 92 a1 61 a0', 'a RegExp'],
    ['c7 01 06 90', 'an extension that is unknown'],
    ['db ff ff ff ff', 'text longer than what is left'],
    ['c6 ff ff ff ff', 'bytes longer than what is left'],
    ['dd ff ff ff ff', 'an array longer than what is left'],
    ['df ff ff ff ff', 'an object larger than what is left'],
    ['c9 ff ff ff ff 03', 'an extension longer than what is left'],
    ['91'.repeat(65) + '90', 'an array that should come later'],
  ])('refuses %s: %s', (hex) => {
    expect(() => decode(bytesOf(hex))).toThrow(
      expect.objectContaining({ code: 'CODEC_FAILED', cache: 'users', key: 'user:1' }),
    );
  });

  it('refuses what other packers of msgpackr make of what has no standard form', () => {
    const value = {
      list: [
        { a: 'text', b: 1 },
        { a: 'text', b: 2 },
      ],
      set: new Set([1]),
      e: new Error('e'),
    };
    for (const options of [
      {},
      { structuredClone: true },
      { bundleStrings: true },
      { moreTypes: true, useRecords: false },
    ])
      expect(tryDecode(new Packr(options).pack(value))).toBeUndefined();
  });

  it('reads plain data of other packers', () => {
    const value = { list: [1, -40, 300, 70_000, 1.5, 'x'.repeat(100), null, true], bytes: Buffer.from('a') };
    expect(decode(pack(value))).toEqual(value);
  });

  it('refuses the first level that is too deep', () => {
    const levels = (count: number): Uint8Array => {
      const items: string[] = [];
      for (let left = count; left > 0; left -= 64)
        items.push(left > 64 ? '91'.repeat(64) + 'c70005' : '91'.repeat(left - 1) + '90');
      return bytesOf(items.join(''));
    };
    expect(tryDecode(levels(2_000))).toBeDefined();
    expect(tryDecode(levels(2_001))).toBeUndefined();
    expect(tryDecode(levels(100_000))).toBeUndefined();
  });

  it('refuses what is nested too deeply, however deep, without a deep stack', () => {
    for (const head of ['91', '81a161', '81', 'c90fffffff0391', 'c90fffffff0291', 'c90fffffff03', 'c70005'])
      expect(tryDecode(bytesOf(head.repeat(200_000)))).toBeUndefined();
  });

  it('never changes a prototype', () => {
    const value = decode(
      encode([own('__proto__', { polluted: true }), own('__proto__', {}, null)]),
    ) as object[];
    expect(Object.getPrototypeOf(value[0])).toBe(Object.prototype);
    expect(Object.getPrototypeOf(value[1])).toBe(null);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('takes memory in proportion to the bytes it got, not to the lengths they tell', () => {
    // Each level claims as many elements as there are bytes left.
    const bytes = Uint8Array.from([
      ...Array.from({ length: 60 }, () => [0xdc, 0x40, 0x00]).flat(),
      ...Array.from({ length: 20_000 }, () => 0x00),
    ]);
    const held = memoryOf(() => {
      for (let run = 0; run < 50; run++) expect(tryDecode(bytes)).toBeUndefined();
    });
    expect(held).toBeLessThan(64 * 2 ** 20);
  });

  it('tells nothing of what the bytes held', () => {
    const bytes = encode({ password: 'hunter2', more: ['hunter2'] });
    for (let length = 0; length < bytes.length; length++) {
      try {
        decode(bytes.subarray(0, length));
      } catch (error) {
        const { message, cause } = error as Error;
        expect(`${message} ${(cause as Error).message}`).not.toMatch(/hunter|password/);
      }
    }
  });
});
