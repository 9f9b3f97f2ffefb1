/** A codec that notices every change by chance, for the groups that judge such. It keeps no secret: whoever knows the sum can make it. */
import type { Codec, CodecContext } from '../../../codec.ts';

const SEAL = 8;

/** The bytes of `inner` behind a sum of them and of their place. */
export function sealed(inner: Codec): Codec {
  return {
    id: 'sealed',
    checks: inner.checks,
    authenticates: true,
    encode(value, context) {
      const bytes = inner.encode(value, context);
      const whole = new Uint8Array(SEAL + bytes.length);
      whole.set(sumOf(bytes, context));
      whole.set(bytes, SEAL);
      return whole;
    },
    decode(whole, context) {
      const bytes = whole.subarray(SEAL);
      const sum = sumOf(bytes, context);
      if (whole.length < SEAL || sum.some((byte, i) => byte !== whole[i]))
        throw new TypeError('the seal is broken');
      return inner.decode(bytes, context);
    },
  };
}

/** A sum in which every byte counts, and its place. */
export function sumOf(bytes: Uint8Array, { cache, space, key, schemaVersion }: CodecContext): Uint8Array {
  // Lengths are told apart by the quotation marks.
  const place = new TextEncoder().encode(JSON.stringify([cache, space, key, schemaVersion]));
  const sums = [0x811c9dc5, 0x9747b28c].map((start, i) => {
    let sum = start;
    for (const part of [place, bytes]) {
      // Two different ways, so that what goes unnoticed in one is noticed in the other.
      if (i === 0) for (const byte of part) sum = Math.imul(sum ^ byte, 0x01000193);
      else for (const byte of part) sum = Math.imul(sum + byte + 1, 0x9e3779b1) ^ (sum >>> 15);
    }
    return sum >>> 0;
  });
  const sum = new DataView(new ArrayBuffer(SEAL));
  for (const [i, half] of sums.entries()) sum.setUint32(4 * i, half);
  return new Uint8Array(sum.buffer);
}
