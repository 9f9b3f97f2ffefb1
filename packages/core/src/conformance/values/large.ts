/** Values of megabytes, which are tried once where others are tried in every way. */
import { kept, type KeptSample } from './sample.ts';

const MIB = 2 ** 20;

/** Values of few parts and many bytes: what providers could treat in a way of their own. */
export const LARGE_PAYLOADS: readonly KeptSample[] = [
  kept('8 MiB of bytes', () => {
    const bytes = new Uint8Array(8 * MIB);
    // No two pages alike, so that one in the place of another is noticed.
    for (let i = 0; i < bytes.length; i++) bytes[i] = (i ^ (i >>> 8) ^ (i >>> 16)) & 0xff;
    return bytes;
  }),
  kept('floats of 1 MiB that begin inside their memory', () => {
    const floats = new Float64Array(new ArrayBuffer(MIB + 64), 24, MIB / 8);
    for (let i = 0; i < floats.length; i++) floats[i] = i / 3;
    return { floats };
  }),
  kept('a string of 4,000,000 characters', () => 'a string that goes on. '.repeat(174_000)),
  kept('a string of 1,000,000 characters of every width', () => 'aé漢👩'.repeat(200_000)),
  kept(
    'a string of 1,000,000 characters with a lone surrogate at its end',
    () => `${'x'.repeat(999_999)}\uD800`,
  ),
];

export const LARGE_VALUES: readonly KeptSample[] = [
  ...LARGE_PAYLOADS,
  kept('an object of 70,000 members', () =>
    Object.fromEntries(Array.from({ length: 70_000 }, (_, i) => [`member${i}`, i])),
  ),
  kept('an array of 200,000 numbers', () => Array.from({ length: 200_000 }, (_, i) => i - 100_000)),
  kept('5,000 rows', () =>
    Array.from({ length: 5_000 }, (_, id) => ({
      id,
      name: `row ${id}`,
      at: new Date(id),
      tags: ['a', `${id}`],
    })),
  ),
  kept('a map of 50,000 entries', () => new Map(Array.from({ length: 50_000 }, (_, i) => [i, `${i}`]))),
  kept('a bigint of 400,000 bits', () => 2n ** 400_000n - 1n),
];
