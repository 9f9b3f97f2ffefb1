/** Codecs that lend what is not theirs to lend, or something else than they would write. */
import type { Codec } from '../../../codec.ts';
import { codecMutant, rebuilt, type CodecMutant } from './altered-codec.ts';

type Encode = Codec['encode'];

/** Gives what `lend` makes where it may be lent, and otherwise what the right codec does. `given` hears of that. */
function lending(
  name: string,
  fault: (right: Codec) => { readonly lend: Encode; readonly given?: (bytes: Uint8Array) => void },
): CodecMutant {
  return codecMutant('lending', name, (right) => {
    const { lend, given } = fault(right);
    return {
      encode(value, context, options) {
        if (options?.mayLend === true) return lend(value, context);
        const bytes = right.encode(value, context);
        given?.(bytes);
        return bytes;
      },
    };
  });
}

export const LENDING_MUTANTS: readonly CodecMutant[] = [
  lending('lends the memory of bytes that it has given', (right) => {
    const memories = new Map<number, Uint8Array>();
    return {
      given: (bytes) => void memories.set(bytes.length, bytes),
      lend(value, context) {
        const bytes = right.encode(value, context);
        const memory = memories.get(bytes.length) ?? bytes;
        memory.set(bytes);
        return memory;
      },
    };
  }),
  lending('lends all of its buffer', (right) => ({
    lend(value, context) {
      const bytes = right.encode(value, context);
      const buffer = new Uint8Array(bytes.length + 1);
      buffer.set(bytes);
      return buffer;
    },
  })),
  lending('relies on zeros where it lent', (right) => {
    let buffer = new Uint8Array(0);
    return {
      lend(value, context) {
        const bytes = right.encode(value, context);
        if (buffer.length < bytes.length) buffer = new Uint8Array(bytes.length);
        for (const [at, byte] of bytes.entries()) buffer[at] = (buffer[at] as number) | byte;
        return buffer.subarray(0, bytes.length);
      },
    };
  }),
  lending('lends what it would refuse to write', (right) => ({
    lend: (value, context) =>
      right.encode(
        rebuilt(value, (part) => (typeof part === 'function' ? null : part)),
        context,
      ),
  })),
  lending('has one buffer to lend for calls within each other', (right) => {
    let current: unknown;
    return {
      lend(value, context) {
        current = value;
        const bytes = right.encode(value, context);
        return current === value ? bytes : right.encode(current, context);
      },
    };
  }),
];
