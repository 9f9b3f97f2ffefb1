import { binaryCodec, createManager } from '@cache/core';
import { intercept, simpleStore } from '@cache/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compressed } from '../src/index.ts';
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { ALGORITHMS, context, eager, noise, raw, rawCodec, text, tryDecode } from './cases.ts';
import { MARKS, entryOf } from './poison.ts';

describe('an entry', () => {
  it.each(ALGORITHMS)('is compressed with %s at every level, and read whatever the settings', (algorithm) => {
    const value = { list: Array.from({ length: 200 }, (_, n) => ({ n, name: `number ${n}` })) };
    const bare = binaryCodec.encode(value, context).length;
    const levels = { gzip: [1, 9], brotli: [0, 11], zstd: [1, 22] }[algorithm] as [number, number];
    for (let level = levels[0]; level <= levels[1]; level++) {
      const entry = compressed(binaryCodec, { algorithm, level }).encode(value, context);
      expect(entry[0]).toBe(MARKS[algorithm]);
      expect(entry.length).toBeLessThan(bare / 2);
      for (const reader of eager) expect(reader.decode(entry, context)).toStrictEqual(value);
    }
  });

  it.each(ALGORITHMS)('gets shorter with the level of %s', (algorithm) => {
    const [least, most] = { gzip: [1, 9], brotli: [0, 11], zstd: [1, 22] }[algorithm] as [number, number];
    const value = Array.from({ length: 500 }, (_, n) => ({
      n: n * n,
      name: `number ${n}`,
      even: n % 2 === 0,
    }));
    const lengthAt = (level?: number): number =>
      compressed(binaryCodec, { algorithm, level }).encode(value, context).length;
    expect(lengthAt(most)).toBeLessThan(lengthAt(least) * 0.99);
    expect(lengthAt()).toBe(lengthAt({ gzip: 6, brotli: 4, zstd: 3 }[algorithm]));
  });

  it('can be expanded by anybody who has the algorithm', async () => {
    const zlib = await import('node:zlib');
    const value = text(5_000);
    const bodies = ALGORITHMS.map((algorithm) => raw({ algorithm }).encode(value, context).subarray(1));
    const [gzip, brotli, zstd] = bodies as [Uint8Array, Uint8Array, Uint8Array];
    for (const expanded of [
      zlib.gunzipSync(gzip),
      zlib.brotliDecompressSync(brotli),
      zlib.zstdDecompressSync(zstd),
    ])
      expect(new Uint8Array(expanded)).toEqual(value);
  });

  it.each(ALGORITHMS)('is kept as it is below the threshold, for %s', (algorithm) => {
    const codec = raw({ algorithm, threshold: 500 });
    expect(codec.encode(text(499), context)).toEqual(Uint8Array.of(0, ...text(499)));
    expect(codec.encode(text(500), context)[0]).toBe(MARKS[algorithm]);
    const usual = raw({ algorithm });
    expect(usual.encode(text(1_023), context)[0]).toBe(0);
    expect(usual.encode(text(1_024), context)[0]).toBe(MARKS[algorithm]);
  });

  it.each(ALGORITHMS)('is kept as it is when %s does not make it shorter', (algorithm) => {
    const codec = raw({ algorithm, threshold: 0 });
    for (const length of [0, 1, 2, 100, 5_000]) {
      const entry = codec.encode(noise(length), context);
      expect(entry).toEqual(Uint8Array.of(0, ...noise(length)));
      expect(codec.decode(entry, context)).toEqual(noise(length));
    }
  });

  it.each(ALGORITHMS)(
    'is kept as it is when %s gives as many bytes, and no other way is read',
    (algorithm) => {
      const params = { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 10 };
      const compress = {
        gzip: (bytes: Uint8Array) => gzipSync(bytes),
        brotli: (bytes: Uint8Array) => brotliCompressSync(bytes, { params }),
        zstd: (bytes: Uint8Array) => zstdCompressSync(bytes),
      }[algorithm];
      const value = Array.from({ length: 200 }, (_, length) =>
        Uint8Array.of(...noise(20), ...text(length)),
      ).find((each) => compress(each).length === each.length);
      if (value === undefined) throw new TypeError('none is as long as before');
      const codec = raw({ algorithm, threshold: 0 });
      expect(codec.encode(value, context)).toEqual(Uint8Array.of(0, ...value));
      expect(tryDecode(codec, entryOf(algorithm, compress(value)))).toBeUndefined();
    },
  );

  it('is never more than a byte longer than what it holds', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.nat({ max: 9_000 }).map(text),
      fc.tuple(fc.uint8Array({ maxLength: 20 }), fc.nat({ max: 400 })).map(([part, times]) => {
        const all = new Uint8Array(part.length * times);
        for (let i = 0; i < times; i++) all.set(part, i * part.length);
        return all;
      }),
    );
    fc.assert(
      fc.property(bytes, fc.constantFrom(...ALGORITHMS), (value, algorithm) => {
        const codec = raw({ algorithm, threshold: 0 });
        const entry = codec.encode(value, context);
        expect(entry.length).toBeLessThanOrEqual(value.length + 1);
        expect(codec.decode(entry, context)).toEqual(value);
      }),
      { numRuns: 150 },
    );
  });

  it('belongs to whoever asked for it, and nothing of it is kept', () => {
    for (const value of [text(10), text(5_000), text(100_000)])
      for (const algorithm of ALGORITHMS) {
        const codec = raw({ algorithm });
        const entry = codec.encode(value, context);
        expect(Object.getPrototypeOf(entry)).toBe(Uint8Array.prototype);
        expect(entry.buffer.byteLength).toBe(entry.length);
        const shifted = new Uint8Array(entry.length + 3);
        shifted.set(entry, 3);
        const read = codec.decode(shifted.subarray(3), context);
        shifted.fill(0xff);
        expect(read).toEqual(value);
        expect(codec.decode(Buffer.from(entry), context)).toEqual(value);
      }
  });

  it('leaves no bytes of the inner codec behind', () => {
    for (const algorithm of ALGORITHMS)
      for (const length of [10, 5_000, 100_000]) {
        const inner = rawCodec();
        const codec = compressed(inner, { algorithm });
        const entry = codec.encode(text(length), context);
        const kept = entry[0] === 0;
        const before = entry.slice();
        codec.decode(entry, context);
        const [written, read] = inner.seen as [Uint8Array, Uint8Array];
        expect(written.every((byte) => byte === 0)).toBe(true);
        // What is kept as it is, is read where it lies: it belongs to whoever holds the entry.
        expect(read.every((byte) => byte === 0)).toBe(!kept);
        // A Buffer would tempt the inner codec to keep a view: `slice` copies nothing there.
        expect(Object.getPrototypeOf(read)).toBe(Uint8Array.prototype);
        expect(entry).toEqual(before);
      }
  });

  it('leaves none behind when the inner codec cannot read them either', () => {
    const seen: Uint8Array[] = [];
    const codec = compressed({
      ...rawCodec(),
      decode: (bytes) => {
        seen.push(bytes);
        throw new Error('not mine');
      },
    });
    const entry = codec.encode(text(2_000), context);
    expect(() => codec.decode(entry, context)).toThrow('not mine');
    expect(seen[0]).toEqual(new Uint8Array(2_000));
  });
});

describe('the codec', () => {
  it('tells of the inner one by its id, and checks when that one does', () => {
    expect(compressed(binaryCodec)).toMatchObject({ id: 'z(core1)', checks: true });
    expect(compressed(rawCodec())).toMatchObject({
      id: 'z(raw)',
      checks: undefined,
      authenticates: undefined,
    });
    expect(compressed({ ...rawCodec(), authenticates: true }).authenticates).toBe(true);
    expect(compressed(compressed(rawCodec())).id).toBe('z(z(raw))');
    expect(compressed({ ...rawCodec(), id: 'x'.repeat(13) }).id).toHaveLength(16);
  });

  it('authenticates when the inner one does', () => {
    expect(compressed(rawCodec()).authenticates).toBeUndefined();
    expect(compressed({ ...rawCodec(), authenticates: true }).authenticates).toBe(true);
  });

  it('passes what the inner codec throws at the write', () => {
    expect(() => eager[0]?.encode({ a: [() => 1] }, context)).toThrow('value.a[0] is a function');
  });

  it('tells the inner codec where the entry lies', () => {
    const told: unknown[] = [];
    const codec = compressed({
      ...rawCodec(),
      encode: (_, at) => (told.push(at), text(2_000)),
      decode: (_, at) => (told.push(at), null),
    });
    codec.decode(codec.encode(1, context), context);
    expect(told).toEqual([context, context]);
  });

  it('may be changed while entries live', async () => {
    const provider = intercept(simpleStore(), ({ args }, run) => run(...args), { holds: 'bytes' });
    const value = { text: 'x'.repeat(5_000) };
    const keys = ['kept', ...ALGORITHMS];
    const codecOf = (key: string): ReturnType<typeof compressed> =>
      compressed(
        binaryCodec,
        key === 'kept' ? { threshold: 10_000 } : { algorithm: key as 'gzip', threshold: 10 },
      );
    for (const key of keys) {
      await using manager = createManager({ providers: [provider] });
      await manager.cache('things', { codec: codecOf(key), ttl: '1h' }).set(key, value);
    }
    for (const reader of keys) {
      await using manager = createManager({ providers: [provider] });
      const things = manager.cache('things', { codec: codecOf(reader), ttl: '1h', onFailure: 'throw' });
      for (const key of keys) expect(await things.get(key)).toStrictEqual(value);
    }
  });
});
