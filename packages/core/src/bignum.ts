/** Integers of any size and the bytes of their magnitude, most significant first. Both ways take a time that is all but linear. */

const HEX: readonly string[] = /* @__PURE__ */ Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

export function bytesOfMagnitude(magnitude: bigint): Uint8Array {
  const digits = magnitude.toString(16);
  const bytes = new Uint8Array((digits.length + 1) >>> 1);
  for (let i = bytes.length - 1, end = digits.length; i >= 0; i--, end -= 2)
    bytes[i] = Number.parseInt(digits.slice(Math.max(0, end - 2), end), 16);
  return bytes;
}

/** Throws where there are none. */
export function magnitudeOf(bytes: Uint8Array): bigint {
  const digits: string[] = [];
  for (const byte of bytes) digits.push(HEX[byte] as string);
  return BigInt(`0x${digits.join('')}`);
}
