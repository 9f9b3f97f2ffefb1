import { context, isSame, trialOf } from '@cache/test-values/trial';
import { describe, expect, it } from 'vitest';
import { msgpackCodec } from '../src/index.ts';

const { encode, decode } = trialOf(msgpackCodec);

describe('ownership', () => {
  it('gives bytes that share memory with nothing', () => {
    const value = { a: new Uint8Array([1, 2]), b: 'x'.repeat(500) };
    const bytes = msgpackCodec.encode(value, context);
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    expect(bytes.byteOffset).toBe(0);
    expect(bytes.buffer.byteLength).toBe(bytes.length);
    const copy = bytes.slice();
    value.a.fill(9);
    encode({ other: 'y'.repeat(500) });
    expect(bytes).toEqual(copy);
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
    const value = {
      a: new Float64Array([1.5]),
      b: 2.5,
      c: '\uD800',
      d: 5n,
      e: 'x'.repeat(100),
      f: new Date(1),
    };
    const bytes = encode(value);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(isSame(decode(shifted.subarray(3)), value)).toBe(true);
    expect(isSame(decode(Buffer.from(bytes)), value)).toBe(true);
  });

  it('leaves nothing of a value behind that was written, or broke off, for the next one', () => {
    encode(['hunter2', { hunter2: 'hunter2' }]);
    expect(() => msgpackCodec.encode(['hunter2', () => 1], context)).toThrow(TypeError);
    expect(Buffer.from(encode(['y', 1])).toString('hex')).toBe('92a17901');
    expect(() => decode(encode(['hunter2', {}]).subarray(0, -1))).toThrow('could not be read');
    expect(decode(encode(['y', new Map()]))).toEqual(['y', new Map()]);
  });

  it('writes a value that outgrows its buffer', () => {
    const value = {
      a: Array.from({ length: 40 }, (_, at) => ({ at, text: 'x'.repeat(at * 200) })),
      b: new Uint8Array(2 ** 20),
    };
    expect(isSame(decode(encode(value)), value)).toBe(true);
    expect(decode(encode([1]))).toEqual([1]);
  });
});
