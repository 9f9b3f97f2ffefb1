/** Ids of writes and fencing tokens. This file imports nothing. */

/** Makes ids of 16 characters, each different from all others made anywhere. */
export type NextId = () => string;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** Every text of two characters, so that a counter of 24 bits is two look-ups. */
const PAIRS: readonly string[] = Array.from(
  { length: 4_096 },
  (_, n) => `${ALPHABET.charAt(n >>> 6)}${ALPHABET.charAt(n & 63)}`,
);
const PER_PREFIX = 2 ** 24;

/**
 * A source of ids: 72 random bits, renewed every 2^24 ids, and a counter below them. The random part makes ids of different sources
 * differ, in other processes and after a restart; the counter makes an id cost a few nanoseconds.
 */
export function createIds(randomBytes: (length: number) => Uint8Array = secureBytes): NextId {
  let prefix = '';
  let next = PER_PREFIX;
  return () => {
    if (next === PER_PREFIX) {
      prefix = Array.from(randomBytes(12), (byte) => ALPHABET.charAt(byte & 63)).join('');
      next = 0;
    }
    const n = next++;
    return prefix + PAIRS[n >>> 12] + PAIRS[n & 4_095];
  };
}

function secureBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}
