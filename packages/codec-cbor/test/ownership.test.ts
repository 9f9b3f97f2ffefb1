import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { decode, encode, tryDecode } from './codec.ts';

describe('ownership', () => {
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
