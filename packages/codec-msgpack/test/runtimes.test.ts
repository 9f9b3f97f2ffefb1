import { afterEach, expect, it, vi } from 'vitest';
import { msgpackCodec } from '../src/index.ts';

const context = { cache: '', space: '', key: '', schemaVersion: 0 };

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

it('writes and reads the same bytes where there is no Buffer, and refuses those of a Buffer', async () => {
  const value = {
    bytes: Uint8Array.from({ length: 10_000 }, (_, at) => at),
    odd: new Uint16Array([1, 2, 3]),
  };
  const here = msgpackCodec.encode(value, context);
  const buffer = msgpackCodec.encode(Buffer.from('a'), context);
  vi.resetModules();
  vi.stubGlobal('Buffer', undefined);
  const { msgpackCodec: elsewhere } = await import('../src/msgpack-codec.ts');
  const there = elsewhere.encode(value, context);
  const back = elsewhere.decode(there, context);
  expect(() => elsewhere.decode(buffer, context)).toThrow(expect.objectContaining({ code: 'CODEC_FAILED' }));
  vi.unstubAllGlobals();
  expect(there).toEqual(here);
  expect(back).toEqual(value);
});
