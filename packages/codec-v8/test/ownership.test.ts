import { context, isSame, trialOf } from '@cache/test-values/trial';
import { describe, expect, it } from 'vitest';
import { v8Codec } from '../src/index.ts';

const { encode, decode } = trialOf(v8Codec);

describe('ownership', () => {
  it('gives bytes that share memory with nothing', () => {
    const value = { a: new Uint8Array([1, 2]), b: 'x'.repeat(500) };
    const bytes = v8Codec.encode(value, context);
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    expect(bytes.byteOffset).toBe(0);
    expect(bytes.buffer.byteLength).toBe(bytes.length);
    const copy = bytes.slice();
    value.a.fill(9);
    encode({ other: 'y'.repeat(500) });
    expect(bytes).toEqual(copy);
  });

  it('keeps no view of what it read, and gives each view memory of its own', () => {
    const make = (): unknown => ({
      all: [
        new Uint8Array([1]),
        new ArrayBuffer(1),
        Buffer.from('a'),
        new DataView(new ArrayBuffer(1)),
        new Uint8Array(new ArrayBuffer(64), 3, 1),
      ],
      text: 'abc'.repeat(30),
    });
    const bytes = encode(make());
    const [one, two] = [decode(bytes), decode(bytes)] as { all: { buffer?: unknown }[] }[];
    bytes.fill(0xff);
    expect(isSame(one, make())).toBe(true);
    const memories = [one, two].flatMap((value) => value?.all.map((memory) => memory.buffer ?? memory));
    expect(new Set(memories).size).toBe(10);
    for (const memory of memories) expect((memory as ArrayBuffer).byteLength).toBe(1);
  });

  it('reads bytes that begin anywhere in their buffer', () => {
    const value = { a: new Float64Array([1.5]), b: 2.5, c: '漢\uD800', d: 5n, e: 'x'.repeat(100) };
    const bytes = encode(value);
    for (const offset of [1, 2, 3, 4]) {
      const shifted = new Uint8Array(bytes.length + offset);
      shifted.set(bytes, offset);
      expect(isSame(decode(shifted.subarray(offset)), value)).toBe(true);
    }
    expect(isSame(decode(Buffer.from(bytes)), value)).toBe(true);
  });
});
