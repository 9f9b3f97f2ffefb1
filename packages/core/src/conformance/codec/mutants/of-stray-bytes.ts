/** Codecs that believe the bytes. */
import type { Codec, CodecContext } from '../../../codec.ts';
import { altered, codecMutant, decoding, rebuilt, type CodecMutant } from './altered-codec.ts';
import { sealed, sumOf } from './sealed.ts';

/** Does something else where the right codec refuses to read. */
function failing(
  otherwise: (error: unknown, bytes: Uint8Array) => unknown,
): (right: Codec) => Partial<Codec> {
  return (right) => ({
    decode(bytes, context) {
      try {
        return right.decode(bytes, context);
      } catch (error) {
        return otherwise(error, bytes);
      }
    },
  });
}

const latin1Of = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

/** A mutant of a codec that notices every change. */
function unsealed(
  name: string,
  decode: (right: Codec, whole: Uint8Array, context: CodecContext) => unknown,
): CodecMutant {
  return {
    group: 'authentication',
    name,
    wrong: (right) => () => {
      const inner = right();
      return altered(sealed(inner), () => ({
        authenticates: true,
        decode: (whole, context) => decode(inner, whole, context),
      }));
    },
    declares: { authenticated: true },
  };
}

export const STRAY_MUTANTS: readonly CodecMutant[] = [
  // ── hostile bytes ──
  codecMutant(
    'hostile bytes',
    'gives undefined for no bytes',
    failing((error, bytes) => {
      if (bytes.length > 0) throw error;
    }),
  ),
  codecMutant(
    'hostile bytes',
    'gives null for what it cannot read',
    failing(() => null),
  ),
  codecMutant(
    'hostile bytes',
    'throws a text',
    failing(() => {
      // oxlint-disable-next-line typescript/only-throw-error -- that is what is wrong
      throw 'these bytes cannot be read';
    }),
  ),
  codecMutant(
    'hostile bytes',
    'makes a RegExp of a mark that it does not know',
    failing((error, bytes) => {
      if ((bytes[0] ?? 0) < 0xe8) throw error;
      return /unknown/;
    }),
  ),
  codecMutant(
    'hostile bytes',
    'gives members by assignment, also one called __proto__',
    decoding((value) =>
      rebuilt(value, (part) => {
        if (typeof part !== 'object' || part === null || Object.getPrototypeOf(part) !== Object.prototype)
          return part;
        const copy: Record<string, unknown> = {};
        for (const [name, member] of Object.entries(part)) copy[name] = member;
        return copy;
      }),
    ),
  ),
  codecMutant(
    'hostile bytes',
    'follows names up to what all objects share',
    decoding((value) =>
      rebuilt(value, (part) => {
        const path: unknown =
          typeof part === 'object' && part !== null && Object.hasOwn(part, 'constructor')
            ? Reflect.get(Object(Reflect.get(part, 'constructor')) as object, 'prototype')
            : undefined;
        if (typeof path === 'object' && path !== null) Object.assign(Object.prototype, path);
        return part;
      }),
    ),
  ),
  codecMutant(
    'hostile bytes',
    'gives what lies beyond the largest number it keeps',
    (right) => ({
      encode(value, context) {
        rebuilt(value, (part) => {
          if (part === Infinity) throw new TypeError('value is not finite');
          return part;
        });
        return right.encode(value, context);
      },
    }),
    { covers: 'less' },
  ),

  // ── proportion ──
  codecMutant('proportion', 'makes room for what a length tells before it looks', (right) => ({
    encode(value, context) {
      const bytes = right.encode(value, context);
      const whole = new Uint8Array(4 + bytes.length);
      new DataView(whole.buffer).setUint32(0, bytes.length);
      whole.set(bytes, 4);
      return whole;
    },
    decode(whole, context) {
      if (whole.length < 4) throw new TypeError('no length');
      const told = new DataView(whole.buffer, whole.byteOffset).getUint32(0);
      // As much as the test of it can afford.
      const room = new Uint8Array(Math.min(told, 2 ** 28));
      if (told !== whole.length - 4) throw new TypeError('not the length that was told');
      room.set(whole.subarray(4));
      return right.decode(room, context);
    },
  })),
  codecMutant('proportion', 'takes a time that grows with the square of the length', (right) => ({
    decode(bytes, context) {
      let sum = 0;
      for (let i = 0; i < bytes.length; i++)
        for (let j = 0; j < bytes.length; j++) sum = (sum + (bytes[j] as number)) | 0;
      if (Number.isNaN(sum)) throw new TypeError('unreachable, and there so that the loops are not left out');
      return right.decode(bytes, context);
    },
  })),

  // ── discretion ──
  codecMutant(
    'discretion',
    'quotes what it cannot read',
    failing((error, bytes) => {
      throw new TypeError(`cannot read ${latin1Of(bytes)}`, { cause: error });
    }),
  ),
  codecMutant(
    'discretion',
    'keeps what it cannot read in the cause of its error',
    failing((error, bytes) => {
      throw new TypeError('these bytes cannot be read', {
        cause: new Error(latin1Of(bytes), { cause: error }),
      });
    }),
  ),
  codecMutant(
    'discretion',
    'keeps what it cannot read in a member of its error',
    failing((_, bytes) => {
      throw Object.assign(new TypeError('these bytes cannot be read'), { source: latin1Of(bytes) });
    }),
  ),

  // ── authentication ──
  unsealed('compares the first byte of its seal alone', (right, whole, context) => {
    const bytes = whole.subarray(8);
    if (sumOf(bytes, context)[0] !== whole[0]) throw new TypeError('the seal is broken');
    return right.decode(bytes, context);
  }),
  unsealed('reads what bears no seal', (right, whole, context) => {
    try {
      return sealed(right).decode(whole, context);
    } catch {
      return right.decode(whole, context);
    }
  }),
  unsealed('passes over what follows', (right, whole, context) => {
    for (let length = whole.length; length > 8; length--) {
      try {
        return sealed(right).decode(whole.subarray(0, length), context);
      } catch {
        if (whole.length - length > 2) break;
      }
    }
    throw new TypeError('the seal is broken');
  }),
];
