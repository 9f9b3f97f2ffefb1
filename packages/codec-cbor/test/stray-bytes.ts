/** Bytes that may or may not be those of a value. */
import { isCacheError } from '@cache/core';
import { decode, encode } from './cases.ts';

export const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

/** What may come of bytes that nobody encoded: a value, or CODEC_FAILED. Anything else fails the test. */
export function tryDecode(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: decode(bytes) };
  } catch (error) {
    if (!isCacheError(error, 'CODEC_FAILED')) throw error;
    return undefined;
  }
}

/** Whether bytes are refused, or are what `encode` makes of what they hold. */
export function isStrict(bytes: Uint8Array): boolean {
  const decoded = tryDecode(bytes);
  return decoded === undefined || Buffer.from(encode(decoded.value)).equals(bytes);
}
