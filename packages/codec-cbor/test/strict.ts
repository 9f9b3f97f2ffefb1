/** Bytes that may or may not be those of a value. */
import { encode, tryDecode } from './codec.ts';

/** Whether bytes are refused, or are what `encode` makes of what they hold. */
export function isStrict(bytes: Uint8Array): boolean {
  const decoded = tryDecode(bytes);
  return decoded === undefined || Buffer.from(encode(decoded.value)).equals(bytes);
}
