import { binaryCodec } from '@cache/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { compressed } from '../src/index.ts';
import { ALGORITHMS, context, eager, noise, raw, text, tryDecode } from './cases.ts';
import { bombs, entryOf, MARKS, wideWindows } from './poison.ts';

const VALUE = { id: 'abc'.repeat(40), list: [1, 2, 3], at: new Date(0), none: undefined };

const compress = { gzip: gzipSync, brotli: brotliCompressSync, zstd: zstdCompressSync };

const FAILED: unknown = expect.objectContaining({ code: 'CODEC_FAILED', cache: 'users', key: 'user:1' });

describe('bytes that this codec did not write', () => {
  it.each(ALGORITHMS)('of an entry of %s that is cut off anywhere are refused', (algorithm) => {
    const codec = compressed(binaryCodec, { algorithm, threshold: 0 });
    const entry = codec.encode(VALUE, context);
    expect(entry[0]).toBe(MARKS[algorithm]);
    for (let length = 0; length < entry.length; length++)
      expect(() => codec.decode(entry.subarray(0, length), context)).toThrow(FAILED);
  });

  it.each(['kept', ...ALGORITHMS] as const)(
    'with one bit flipped in an entry of %s are refused or another value',
    (how) => {
      const codec =
        how === 'kept' ? compressed(binaryCodec) : compressed(binaryCodec, { algorithm: how, threshold: 0 });
      const entry = codec.encode(VALUE, context);
      expect(entry[0]).toBe(how === 'kept' ? 0 : MARKS[how]);
      let refused = 0;
      for (let bit = 0; bit < entry.length * 8; bit++) {
        const flipped = entry.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
        const read = tryDecode(codec, flipped);
        if (read === undefined) refused += 1;
        // Of the three only gzip has a checksum: a flip that it does not notice changed nothing but its header.
        else if (how === 'gzip') expect(read.value).toStrictEqual(VALUE);
      }
      expect(refused).toBeGreaterThan(0);
    },
  );

  it.each([
    [new Uint8Array()],
    [Uint8Array.of(4)],
    [Uint8Array.of(255, 1, 2, 3)],
    [Uint8Array.of(0x7b, 0x7d)],
  ])('under no known mark are refused: %o', (bytes) => {
    for (const codec of eager) expect(() => codec.decode(bytes, context)).toThrow(FAILED);
  });

  it.each(ALGORITHMS)('that follow an entry of %s are refused', (algorithm) => {
    const entry = raw({ algorithm }).encode(text(2_000), context);
    for (const more of [[0], [0, 0, 0, 0], [255], [...entry.subarray(1)], [...text(30)]]) {
      const longer = Uint8Array.of(...entry, ...more);
      expect(() => raw().decode(longer, context)).toThrow(FAILED);
    }
  });

  it('are refused that hold more than one stream, none, or one that is not shorter', () => {
    const nothing = new Uint8Array();
    const skipped = Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);
    for (const bytes of [
      entryOf('gzip', gzipSync(text(100)), gzipSync(text(50))),
      entryOf('gzip', gzipSync(text(100)), gzipSync(nothing)),
      entryOf('gzip', gzipSync(text(100)), gzipSync(nothing), gzipSync(text(50))),
      entryOf('brotli', brotliCompressSync(text(100)), brotliCompressSync(text(50))),
      entryOf('zstd', zstdCompressSync(text(100)), zstdCompressSync(text(50))),
      entryOf('zstd', zstdCompressSync(text(100)), skipped),
      entryOf('zstd', skipped, zstdCompressSync(text(100))),
      entryOf('zstd', skipped),
      ...ALGORITHMS.map((algorithm) => entryOf(algorithm, compress[algorithm](nothing))),
      ...ALGORITHMS.map((algorithm) => entryOf(algorithm, compress[algorithm](noise(100)))),
    ])
      expect(() => raw().decode(bytes, context)).toThrow(FAILED);
  });

  it('gain nothing by empty gzip members in front', () => {
    const bytes = entryOf('gzip', gzipSync(new Uint8Array()), gzipSync(text(100)));
    expect(raw().decode(bytes, context)).toEqual(text(100));
    expect(() => raw({ maxLength: 99, threshold: 0 }).decode(bytes, context)).toThrow(FAILED);
  });

  it('that expand to more than the limit are refused, one byte more already', () => {
    const codec = raw({ maxLength: 2_000, threshold: 0 });
    for (const algorithm of ALGORITHMS) {
      const entryWith = (length: number): Uint8Array => entryOf(algorithm, compress[algorithm](text(length)));
      expect(codec.decode(entryWith(2_000), context)).toEqual(text(2_000));
      expect(() => codec.decode(entryWith(2_001), context)).toThrow(FAILED);
      expect(() => codec.decode(bombs(2 ** 24)[algorithm], context)).toThrow(FAILED);
    }
    expect(codec.decode(Uint8Array.of(0, ...text(2_000)), context)).toEqual(text(2_000));
    expect(() => codec.decode(Uint8Array.of(0, ...text(2_001)), context)).toThrow(FAILED);
  });

  it('that ask for a window larger than the limit are refused before they get it', async () => {
    const { zstd } = await wideWindows(21);
    const read = raw({ maxLength: 2 ** 21 }).decode(zstd, context) as Uint8Array;
    expect(Buffer.from(read).toString()).toBe('window'.repeat(11));
    expect(() => raw({ maxLength: 2 ** 20 }).decode(zstd, context)).toThrow(
      expect.objectContaining({
        cause: expect.objectContaining({
          code: expect.stringMatching(/windowTooLarge/) as string,
        }) as unknown,
      }),
    );
    for (const bytes of Object.values(await wideWindows(27)))
      expect(() => raw().decode(bytes, context)).toThrow(FAILED);
  });

  it('are refused or a value, whatever they are', () => {
    const marked = fc
      .tuple(fc.integer({ min: 0, max: 4 }), fc.uint8Array({ maxLength: 64 }))
      .map(([mark, bytes]) => Uint8Array.of(mark, ...bytes));
    const damaged = fc
      .tuple(
        fc.constantFrom(...eager.map((codec) => codec.encode(VALUE, context))),
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
      )
      .map(([entry, changes]) => {
        const bytes = entry.slice();
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        return bytes;
      });
    const codec = compressed(binaryCodec, { maxLength: 2 ** 16 });
    fc.assert(
      fc.property(fc.oneof(marked, damaged, fc.uint8Array()), (bytes) => {
        const before = bytes.slice();
        tryDecode(codec, bytes);
        expect(bytes).toEqual(before);
      }),
      { numRuns: 2_000 },
    );
  });

  it('keep what zlib says as the cause', () => {
    const codec = raw();
    const entry = entryOf('gzip', text(100));
    expect(() => codec.decode(entry, context)).toThrow(
      expect.objectContaining({
        message:
          'the stored entry could not be read: it is not whole, or expands to more than 16777216 bytes',
        cause: expect.objectContaining({ code: 'Z_DATA_ERROR' }) as unknown,
      }),
    );
  });
});

describe('written with the widest window', () => {
  it.each(ALGORITHMS)(
    'and %s at its highest level, an entry is read by who allows no more than it holds',
    (algorithm) => {
      const level = { gzip: 9, brotli: 11, zstd: 22 }[algorithm];
      for (const length of [1_025, 70_001, 300_000]) {
        const entry = raw({ algorithm, level }).encode(text(length), context);
        const reader = raw({ maxLength: length });
        expect(reader.decode(entry, context)).toEqual(text(length));
      }
    },
  );
});
