import { binaryCodec, type Codec } from '@cache/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { compressed, type CompressionOptions } from '../src/index.ts';
import { context, raw, rawCodec, text } from './cases.ts';

describe('misuse is refused at once, for', () => {
  it.each<[unknown, RegExp]>([
    [null, /^compressed: options: give an object/],
    [{ algoritm: 'gzip' }, /the option 'algoritm': .* there are algorithm, level, threshold, maxLength$/],
    [{ algorithm: 'lz4' }, /algorithm: expected 'gzip', 'brotli' or 'zstd'/],
    [{ level: 0 }, /level of gzip: expected a whole number from 1 to 9/],
    [{ level: 10 }, /level of gzip: .* 1 to 9/],
    [{ level: 1.5 }, /level of gzip/],
    [{ algorithm: 'brotli', level: 12 }, /level of brotli: .* 0 to 11/],
    [{ algorithm: 'zstd', level: 23 }, /level of zstd: .* 1 to 22/],
    [{ algorithm: 'zstd', level: 0 }, /level of zstd/],
    [{ threshold: -1 }, /threshold: expected a whole number from 0 to/],
    [{ threshold: NaN }, /threshold: /],
    [{ maxLength: 0 }, /maxLength: expected a whole number from 1 to 1073741824/],
    [{ maxLength: 2 ** 30 + 1 }, /maxLength: /],
    [{ maxLength: Infinity }, /maxLength: /],
    [{ maxLength: '1mb' }, /maxLength: /],
    [{ threshold: 2_048, maxLength: 2_047 }, /threshold is 2048 and maxLength 2047: nothing would be/],
  ])('the options %o', (options, message) => {
    const make = (): Codec => compressed(binaryCodec, options as CompressionOptions);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });

  it.each([
    undefined,
    null,
    1,
    'cbor',
    {},
    { id: 'a', encode: () => new Uint8Array() },
    { ...binaryCodec, id: '' },
  ])('the inner codec %o', (inner) => {
    expect(() => compressed(inner as Codec)).toThrow(/^compressed: inner: expected a codec/);
  });

  it('an id that leaves no room', () => {
    expect(() => compressed({ ...binaryCodec, id: 'x'.repeat(14) })).toThrow(
      /the id 'z\(x{14}\)': it has 17 characters; give a codec whose id has at most 13/,
    );
  });
});

describe('at the write', () => {
  it('a value is refused that could not be read again, compressed or not', () => {
    const codec = raw({ maxLength: 2_000, threshold: 1_500 });
    expect(codec.decode(codec.encode(text(2_000), context), context)).toEqual(text(2_000));
    expect(() => codec.encode(text(2_001), context)).toThrow(
      new TypeError(
        'value takes 2001 bytes: at most 2000 are possible; store it in pieces, or raise maxLength wherever it is read',
      ),
    );
    const keeping = raw({ maxLength: 2_000, threshold: 2_000 });
    expect(keeping.encode(text(1_999), context)[0]).toBe(0);
    expect(() => keeping.encode(text(2_001), context)).toThrow(TypeError);
  });

  it('16 MiB are taken by default, and no byte more', () => {
    const codec = raw({ algorithm: 'brotli', level: 0 });
    const most = new Uint8Array(16 * 2 ** 20);
    expect(codec.decode(codec.encode(most, context), context)).toHaveLength(most.length);
    expect(() => codec.encode(new Uint8Array(most.length + 1), context)).toThrow(TypeError);
  });

  it('an inner codec that gives no bytes is named', () => {
    const codec = compressed({ ...rawCodec(), encode: () => 'text' as unknown as Uint8Array });
    expect(() => codec.encode(1, context)).toThrow(`the codec 'raw' must encode to a Uint8Array`);
  });
});

describe('a runtime without zstd', () => {
  afterEach(() => {
    vi.doUnmock('node:zlib');
    vi.resetModules();
  });

  it('refuses to write it, reads the others, and says of an entry of it what it lacks', async () => {
    const entry = raw({ algorithm: 'zstd' }).encode(text(2_000), context);
    vi.resetModules();
    vi.doMock('node:zlib', async (original) => {
      const zlib = await original<object>();
      return Object.fromEntries(
        Object.entries(zlib).map(([name, member]) => [
          name,
          name.startsWith('zstd') ? undefined : (member as unknown),
        ]),
      );
    });
    const without = await import('../src/index.ts');
    expect(() => without.compressed(rawCodec(), { algorithm: 'zstd' })).toThrow(
      /^compressed: algorithm 'zstd': Node\.js \d+\.\d+\.\d+ lacks it; choose 'brotli' or 'gzip'/,
    );
    const codec = without.compressed(rawCodec());
    expect(codec.decode(codec.encode(text(2_000), context), context)).toEqual(text(2_000));
    expect(() => codec.decode(entry, context)).toThrow(
      expect.objectContaining({
        code: 'CODEC_FAILED',
        cache: 'users',
        key: 'user:1',
        message: `the stored entry could not be read: it is compressed with zstd, which Node.js ${process.versions.node} lacks`,
      }),
    );
  });
});
