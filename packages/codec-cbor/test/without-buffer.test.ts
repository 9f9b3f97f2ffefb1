import type { Codec } from '@cache/core';
import { MODEL } from '@cache/test-values/model';
import { context, isSame } from '@cache/test-values/trial';
import { beforeAll, afterAll, describe, expect, it, vi } from 'vitest';
import { decode, encode } from './codec.ts';

/** Node's own type of bytes needs Node, and so does core as it was loaded here, which judges bytes that lie deep. */
const CASES = MODEL.filter(
  ([name]) => !name.includes('Buffer') && name !== '8 MiB of bytes' && name !== 'bytes in the depth',
);

let codec: Codec;

beforeAll(async () => {
  vi.resetModules();
  vi.stubGlobal('Buffer', undefined);
  ({ cborCodec: codec } = await import('../src/index.ts'));
});
afterAll(() => {
  vi.unstubAllGlobals();
});

describe('a runtime without Buffer', () => {
  it('has none', () => {
    expect(typeof Buffer).toBe('undefined');
  });

  it.each(CASES)('writes the same bytes, and reads them: %s', (_, make) => {
    const bytes = codec.encode(make(), context);
    expect(bytes).toEqual(encode(make()));
    vi.unstubAllGlobals();
    const value = codec.decode(bytes, context);
    expect(isSame(value, make())).toBe(true);
    expect(isSame(decode(bytes), make())).toBe(true);
    vi.stubGlobal('Buffer', undefined);
  });

  it('refuses text that is not UTF-8', () => {
    for (const bytes of [
      [0x62, 0xc3, 0x28],
      [0x78, 0x21, ...Array.from({ length: 31 }, () => 0x61), 0xc3, 0x28],
    ])
      expect(() => codec.decode(Uint8Array.from(bytes), context)).toThrow('could not be read');
  });
});
