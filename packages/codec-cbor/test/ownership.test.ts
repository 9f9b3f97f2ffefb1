import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { decode, encode, isSame } from './cases.ts';
import { tryDecode } from './stray-bytes.ts';

describe('ownership', () => {
  it('gives bytes that share memory with nothing', () => {
    const value = { a: new Uint8Array([1, 2]), b: 'x'.repeat(500) };
    const bytes = encode(value);
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    expect(bytes.byteOffset).toBe(0);
    expect(bytes.buffer.byteLength).toBe(bytes.length);
    const copy = bytes.slice();
    value.a.fill(9);
    encode({ other: 'y'.repeat(500) });
    expect(bytes).toEqual(copy);
  });

  it.each([10, 63, 64, 65, 500, 70_000])('gives %i bytes in memory of their own', (length) => {
    const bytes = encode('x'.repeat(length));
    expect(bytes.buffer.byteLength).toBe(bytes.length);
    expect(encode(bytes).buffer).not.toBe(encode(bytes).buffer);
  });

  it('does not keep much memory for the next value', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    collect();
    const before = process.memoryUsage().arrayBuffers;
    encode(new Uint8Array(2 ** 25));
    const kept = (): number => process.memoryUsage().arrayBuffers - before;
    // What was collected is freed on another thread.
    for (let turn = 0; turn < 100 && kept() > 2 ** 24; turn++) {
      collect();
      await setImmediate();
    }
    expect(kept()).toBeLessThan(2 ** 24);
  });

  it('keeps no view of what it read, and gives each reader values of his own', () => {
    const make = (): unknown => ({
      all: [new Uint8Array([1]), new ArrayBuffer(1), Buffer.from('a'), new DataView(new ArrayBuffer(1))],
      text: 'abc'.repeat(30),
    });
    const bytes = encode(make());
    const [one, two] = [decode(bytes), decode(bytes)] as { all: { buffer?: unknown }[] }[];
    bytes.fill(0xff);
    expect(isSame(one, make())).toBe(true);
    const memories = [one, two].flatMap((value) => value?.all.map((memory) => memory.buffer ?? memory));
    expect(new Set(memories).size).toBe(8);
    for (const memory of memories) expect((memory as ArrayBuffer).byteLength).toBe(1);
  });

  it('reads bytes that begin anywhere in their buffer', () => {
    const value = { a: new Float64Array([1.5]), b: 2.5, c: '\uD800', d: 5n, e: 'x'.repeat(100) };
    const bytes = encode(value);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(isSame(decode(shifted.subarray(3)), value)).toBe(true);
    expect(isSame(decode(Buffer.from(bytes)), value)).toBe(true);
  });

  it('may be called from within a value that it encodes', () => {
    const inner: Uint8Array[] = [];
    const value = new Proxy(
      { a: 1, b: 'x' },
      {
        get(target, name) {
          inner.push(encode({ inner: String(name) }));
          return Reflect.get(target, name) as unknown;
        },
      },
    );
    expect(decode(encode([value, 2]))).toEqual([{ a: 1, b: 'x' }, 2]);
    expect(inner.map(decode)).toEqual([{ inner: 'a' }, { inner: 'b' }]);
  });

  it('goes on after a call that broke off', () => {
    const value = new Proxy(
      { a: 1 },
      {
        get: () => {
          throw new Error('from a trap');
        },
      },
    );
    expect(() => encode(['x'.repeat(5_000), value])).toThrow('from a trap');
    expect(tryDecode(encode(['y', 1]).subarray(1))).toBeUndefined();
    expect(decode(encode(['y', 1]))).toEqual(['y', 1]);
  });
});
