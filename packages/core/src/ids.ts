/** Ids of writes and fencing tokens. This file imports nothing. */

/** Makes ids of 16 characters, each different from all others made anywhere. */
export type NextId = () => string;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const UNITS: readonly number[] = Array.from(ALPHABET, (character) => character.charCodeAt(0));
/** Characters of an id: those of chance, and those of the counter below them. */
const RANDOM = 12;
const COUNTED = 4;
const PER_PREFIX = 2 ** 24;

/**
 * A source of ids: 72 random bits, renewed every 2^24 ids, and a counter below them. The random part makes ids of different sources
 * differ, in other processes and after a restart; the counter makes an id cost a few nanoseconds.
 */
export function createIds(randomBytes: (length: number) => Uint8Array = secureBytes): NextId {
  /** The code units of the next id. */
  const units = Array.from<number>({ length: RANDOM + COUNTED }).fill(0);
  let next = PER_PREFIX;
  return () => {
    if (next === PER_PREFIX) {
      randomBytes(RANDOM).forEach((byte, at) => (units[at] = unit(byte)));
      next = 0;
    }
    const n = next++;
    units[RANDOM] = unit(n >>> 18);
    units[RANDOM + 1] = unit(n >>> 12);
    units[RANDOM + 2] = unit(n >>> 6);
    units[RANDOM + 3] = unit(n);
    // In one piece: what is put together of texts stays a tree of them until somebody reads it, and cannot be compared before.
    return String.fromCharCode(...units);
  };
}

function unit(bits: number): number {
  return UNITS[bits & 63] as number;
}

function secureBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}
