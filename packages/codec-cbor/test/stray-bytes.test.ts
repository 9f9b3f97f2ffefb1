import { anyValue } from '@cache/test-values/any-value';
import { MODEL, own } from '@cache/test-values/model';
import { bytesOf } from '@cache/test-values/stray-bytes';
import { Encoder, Tag } from 'cbor-x';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode, tryDecode } from './codec.ts';
import { isStrict } from './strict.ts';

describe('bytes that nobody encoded', () => {
  const heads = fc.constantFrom(
    0x00,
    0x18,
    0x1b,
    0x3b,
    0x40,
    0x41,
    0x58,
    0x60,
    0x61,
    0x78,
    0x80,
    0x81,
    0x9f,
    0xa0,
    0xa1,
    0xbf,
    0xc2,
    0xc3,
    0xd8,
    0xd9,
    0x18,
    0x40,
    0x47,
    0x56,
    0x01,
    0x02,
    0x03,
    0xca,
    0xc0,
    0xc1,
    0xc2,
    0xc3,
    0xc4,
    0xc5,
    0xc6,
    0xdf,
    0xff,
    0xf6,
    0xf7,
    0xfb,
    0xfe,
  );

  it('gives CODEC_FAILED for any bytes but those that encode makes', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(heads, { maxLength: 40 }).map((all) => Uint8Array.from(all)),
    );
    fc.assert(fc.property(bytes, isStrict), { numRuns: 10_000 });
  });

  it('gives CODEC_FAILED for bytes that were changed, unless encode makes them', () => {
    const edits = fc.array(fc.tuple(fc.nat(), fc.oneof(heads, fc.integer({ min: 0, max: 255 }))), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(anyValue, edits, fc.nat(), (value, changes, cut) => {
        const bytes = encode(value);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        return (
          isStrict(bytes) &&
          isStrict(bytes.subarray(0, cut % bytes.length)) &&
          isStrict(Uint8Array.from([...bytes, cut & 0xff]))
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives CODEC_FAILED for bytes of one value within those of another, unless encode makes them', () => {
    const all = MODEL.map(([, make]) => encode(make())).filter(({ length }) => length < 3_000);
    const some = fc.nat(all.length - 1).map((at) => all[at] as Uint8Array);
    fc.assert(
      fc.property(
        some,
        some,
        fc.nat(),
        fc.nat(),
        fc.nat(20),
        fc.nat(6),
        (one, other, at, from, length, gone) => {
          const [place, start] = [at % (one.length + 1), from % other.length];
          const piece = other.subarray(start, start + 1 + length);
          return isStrict(Buffer.concat([one.subarray(0, place), piece, one.subarray(place + gone)]));
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('gives CODEC_FAILED for every beginning of a value', () => {
    for (const [, make] of MODEL) {
      const bytes = encode(make());
      if (bytes.length > 2_500) continue;
      for (let length = 0; length < bytes.length; length++)
        expect(tryDecode(bytes.subarray(0, length))).toBeUndefined();
    }
  }, 30_000);

  const deep = (inner: string): string => `${'81'.repeat(64)}${inner}`;
  const pair = (inner: string, other: string): string => `${'81'.repeat(63)}82${inner}${other}`;

  it.each([
    ['', 'no bytes'],
    ['f7', 'undefined where a value should be'],
    ['00 00', 'bytes left over'],
    ['18 17', 'a number not in its shortest form'],
    ['19 00 ff', 'the same in two bytes'],
    ['1a 00 00 ff ff', 'the same in four bytes'],
    ['38 00', 'the same, negative'],
    ['78 01 61', 'a length not in its shortest form'],
    ['7b 00 00 00 00 00 00 00 01 61', 'a length of 64 bits'],
    ['1c', 'a head of no meaning'],
    ['fb 3f f0 00 00 00 00 00 00', 'an integer as a float'],
    ['fb 80 00 00 00 00 00 00 00', '-0 as a float'],
    ['fb 7f f8 00 00 00 00 00 01', 'another NaN'],
    ['fb ff f8 00 00 00 00 00 00', 'a NaN with a sign'],
    ['f9 3c 00', 'a float of 16 bits'],
    ['fa 3f c0 00 00', 'a float of 32 bits'],
    ['d9 ca c4 00', '-0 that is 0'],
    ['3b ff ff ff ff ff ff ff ff', 'a bignum in 64 bits'],
    ['c2 40', 'a bignum of no bytes'],
    ['c2 48 ff ff ff ff ff ff ff ff', 'a bignum that is none'],
    ['c3 48 ff ff ff ff ff ff ff fe', 'a negative bignum that is none'],
    ['c2 4a 00 01 00 00 00 00 00 00 00 00', 'a bignum not in its shortest form'],
    ['c2 00', 'a bignum that is a number'],
    ['62 c3 28', 'text that is not UTF-8'],
    ['63 ed a0 80', 'a surrogate in UTF-8'],
    ['d9 ca c1 42 61 00', 'UTF-16 where UTF-8 would do'],
    ['d9 ca c1 43 00 d8 00', 'half a unit'],
    ['7f 61 61 ff', 'text of indefinite length'],
    ['5f 41 61 ff', 'bytes of indefinite length'],
    ['9f 01 ff', 'an array of indefinite length'],
    ['bf 61 61 01 ff', 'a map of indefinite length'],
    ['7a ff ff ff ff', 'text longer than what is left'],
    ['5a ff ff ff ff', 'bytes longer than what is left'],
    ['9a ff ff ff ff', 'an array longer than what is left'],
    ['ba ff ff ff ff', 'an object larger than what is left'],
    ['d9 01 03 ba ff ff ff ff', 'a map larger than what is left'],
    ['d9 01 02 9a ff ff ff ff', 'a set larger than what is left'],
    ['a1 00 00', 'a name that is a number'],
    ['a1 80 00', 'a name that is an array'],
    ['a2 61 61 01 61 61 02', 'a name that occurs twice'],
    ['a2 69 5f5f70726f746f5f5f 01 69 5f5f70726f746f5f5f 02', '__proto__ twice'],
    ['a2 61 62 01 61 31 02', 'an index after a name'],
    ['a2 61 32 01 61 31 02', 'indices the wrong way round'],
    ['d9 ca c2 80', 'pairs without need'],
    ['d9 ca c2 82 61 61 01', 'pairs with well-formed names'],
    ['d9 ca c3 81 61 61', 'a name without a value'],
    ['d9 ca c3 82 01 01', 'a name that is a number, in pairs'],
    ['d9 ca c3 82 80 01', 'a name that is an array, in pairs'],
    ['d9 01 03 a2 01 01 01 02', 'a key that occurs twice'],
    ['d9 01 03 a1 d9 ca c4 f6 01', '-0 as a key'],
    ['d9 01 03 80', 'a map that is an array'],
    ['d9 01 02 82 01 01', 'a member that occurs twice'],
    ['d9 01 02 81 d9 ca c4 f6', '-0 in a set'],
    ['d9 01 02 a0', 'a set that is a map'],
    ['d9 ca c0 fb 3f f8 00 00 00 00 00 00', 'a date between two milliseconds'],
    ['d9 ca c0 fb 7f f0 00 00 00 00 00 00', 'a date in infinity'],
    ['d9 ca c0 d9 ca c4 f6', 'a date at -0'],
    ['d9 ca c0 80', 'a date that is an array'],
    ['d8 45 43 01 02 03', 'half an element'],
    ['d8 40 61 61', 'a typed array of text'],
    ['d8 41 42 01 02', 'a typed array in another byte order'],
    ['c1 1a 65 00 00 00', 'a date of another writer'],
    ['d8 1b 83 66 526567457870 61 61 60', 'a RegExp'],
    ['d8 1c 80', 'a shared value'],
    ['d8 1d 00', 'a reference'],
    ['d8 33 84 81 01 80 80 e0', 'packed values'],
    ['e0', 'a packed value'],
    ['d9 df ff 83 19 e0 00 81 61 61 01', 'a record'],
    ['d9 df f9 82 1a 00 00 00 02 60 60', 'bundled strings'],
    ['d9 d9 f7 00', 'a self-described item'],
    ['d8 18 41 80', 'an embedded array that is not deep'],
    ['d8 18 41 00', 'an embedded number'],
    [deep('80'), 'an array that is not embedded'],
    [deep('d8 18 41 00'), 'an embedded number in the depth'],
    [deep('d8 18 46 d9 ca c0 19 03 e8'), 'an embedded date'],
    [deep('d8 18 44 d8 40 41 ff'), 'an embedded typed array'],
    [pair('d8 18 42 80 00', ''), 'an embedded item with something after it'],
    [pair('d8 18 41 81 00', '00'), 'an embedded item that goes on behind its end'],
    [deep('d8 18 42 81'), 'an embedded item cut off'],
    [deep('d8 18 44 d8 18 41 80'), 'an item embedded twice'],
  ])('refuses %s: %s', (hex) => {
    let error: unknown;
    try {
      decode(bytesOf(hex));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'CODEC_FAILED', cache: 'users', key: 'user:1' });
  });

  it.each(['7affffffff', '5affffffff', 'd8405affffffff', 'c25affffffff', '9affffffff', 'baffffffff'])(
    'sees at once that %s tells a length that cannot be',
    (hex) => {
      expect(() => decode(bytesOf(hex))).toThrow(
        expect.objectContaining({
          cause: new TypeError('not a value that this codec wrote: bytes are missing'),
        }),
      );
    },
  );

  it('refuses the first level that is too deep, embedded as it would have to be', () => {
    const levels = (count: number): Uint8Array => {
      let item = [0x80];
      for (let depth = count - 1; depth > 0; depth--) {
        const isEmbedded = depth % 64 === 0;
        const { length } = item;
        const head =
          length < 24 ? [0x40 + length] : length < 256 ? [0x58, length] : [0x59, length >> 8, length & 0xff];
        item = isEmbedded ? [0x81, 0xd8, 0x18, ...head, ...item] : [0x81, ...item];
      }
      return Uint8Array.from(item);
    };
    expect(tryDecode(levels(2_000))).toBeDefined();
    expect(tryDecode(levels(2_001))).toBeUndefined();
  });

  it('refuses what other encoders of cbor-x make', () => {
    const value = {
      at: new Date(1.5e12),
      list: [
        { a: 'text', b: 1 },
        { a: 'text', b: 2 },
      ],
    };
    for (const options of [
      {},
      { useRecords: false },
      { structuredClone: true },
      { pack: true },
      { bundleStrings: true },
    ])
      expect(tryDecode(new Encoder(options).encode(value))).toBeUndefined();
    expect(tryDecode(new Encoder().encode(new Tag('x', 999)))).toBeUndefined();
  });

  it('never changes a prototype', () => {
    const value = decode(encode(own('__proto__', { polluted: true }))) as { polluted?: boolean };
    expect(value.polluted).toBeUndefined();
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
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
