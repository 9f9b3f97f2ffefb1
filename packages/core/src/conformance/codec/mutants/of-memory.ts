/** Codecs that keep, share or change what is not theirs. */
import { freezeValue } from '../../../freezing.ts';
import { codecMutant, decoding, rebuilt, type CodecMutant } from './altered-codec.ts';

const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Where the bytes of a view lie in others, if they do. */
function find(part: Uint8Array, bytes: Uint8Array): number {
  for (let at = 0; at + part.length <= bytes.length; at++)
    if (part.every((byte, i) => byte === bytes[at + i])) return at;
  return -1;
}

export const MEMORY_MUTANTS: readonly CodecMutant[] = [
  codecMutant('ownership', 'gives views of one buffer', (right) => {
    let pool = new Uint8Array(2 ** 16);
    let used = 0;
    return {
      encode(value, context) {
        const bytes = right.encode(value, context);
        if (used + bytes.length > pool.length) [pool, used] = [new Uint8Array(2 ** 16 + bytes.length), 0];
        pool.set(bytes, used);
        return pool.subarray(used, (used += bytes.length));
      },
    };
  }),
  codecMutant('ownership', 'writes each value over the one before', (right) => {
    const memories = new Map<number, Uint8Array>();
    return {
      encode(value, context) {
        const bytes = right.encode(value, context);
        const memory = memories.get(bytes.length) ?? new Uint8Array(bytes.length);
        memories.set(bytes.length, memory);
        memory.set(bytes);
        return memory;
      },
    };
  }),
  codecMutant('ownership', 'remembers the objects that it has encoded', (right) => {
    const known = new WeakMap<object, Uint8Array>();
    return {
      encode(value, context) {
        const memo = typeof value === 'object' && value !== null ? known.get(value) : undefined;
        const bytes = memo ?? right.encode(value, context);
        if (typeof value === 'object' && value !== null) known.set(value, bytes);
        return bytes.slice();
      },
    };
  }),
  codecMutant('ownership', 'takes the last element of an array away', (right) => ({
    encode(value, context) {
      const bytes = right.encode(value, context);
      if (Array.isArray(value)) value.pop();
      return bytes;
    },
  })),
  codecMutant('ownership', 'remembers what it has decoded', (right) => {
    const known = new Map<string, unknown>();
    return {
      decode(bytes, context) {
        const hex = hexOf(bytes.subarray(0, 256)) + bytes.length;
        if (!known.has(hex)) known.set(hex, right.decode(bytes, context));
        return known.get(hex);
      },
    };
  }),
  codecMutant(
    'ownership',
    'gives views over the bytes it reads',
    decoding((value, bytes) => {
      if (!(value instanceof Uint8Array) || value.length === 0 || value.length > 100) return value;
      const at = find(value, bytes);
      return at === -1 || Object.getPrototypeOf(value) !== Uint8Array.prototype
        ? value
        : bytes.subarray(at, at + value.length);
    }),
  ),
  codecMutant('ownership', 'wipes the bytes that it has read', (right) => ({
    decode(bytes, context) {
      const value = right.decode(bytes, context);
      bytes.fill(0);
      return value;
    },
  })),
  codecMutant(
    'ownership',
    'freezes what it gives',
    decoding((value) => {
      freezeValue(value);
      return value;
    }),
  ),
  codecMutant('ownership', 'has one empty array for all', (right) => {
    const empty: unknown[] = [];
    return {
      decode: (bytes, context) =>
        rebuilt(right.decode(bytes, context), (part) =>
          Array.isArray(part) && part.length === 0 ? empty : part,
        ),
    };
  }),
  codecMutant(
    'ownership',
    'gives Buffers in the pool of all Buffers',
    decoding((value) =>
      rebuilt(value, (part) =>
        typeof Buffer === 'function' && Buffer.isBuffer(part) ? Buffer.from([...part]) : part,
      ),
    ),
  ),
  codecMutant('ownership', 'gives one Date for dates that are the same', (right) => ({
    decode(bytes, context) {
      const known = new Map<number, Date>();
      return rebuilt(right.decode(bytes, context), (part) => {
        if (!(part instanceof Date)) return part;
        const date = known.get(part.getTime()) ?? part;
        known.set(part.getTime(), date);
        return date;
      });
    },
  })),
];
