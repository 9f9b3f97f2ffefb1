/**
 * The format of the built-in codec, `core1`: a compact binary form of the whole value model.
 *
 * A value is a tag byte and what the tag calls for. Counts and lengths are unsigned LEB128, in the fewest bytes; numbers, UTF-16 units and
 * the elements of typed arrays are little-endian. The format is stable: what was written is readable for ever, and a change is a new id.
 *
 * | tag | value |
 * | --- | --- |
 * | `00`-`3f` | the integer 0-63 |
 * | `40`-`7f` | a string of 0-63 bytes of UTF-8 |
 * | `80`-`9f` | an array of 0-31 elements |
 * | `a0`-`bf` | a plain object of 0-31 members: its names, each as a string, then its values |
 * | `c0`-`c3` | `null`, `undefined`, `false`, `true` |
 * | `c4`, `c5` | the safe integer n, or -1 - n; n follows |
 * | `c6` | any other number, as a float64 |
 * | `c7` | a string: length in bytes, UTF-8 |
 * | `c8` | a string with lone surrogates: length in units, UTF-16 |
 * | `c9`, `ca` | the bigint n, or -1 - n: length in bytes, n |
 * | `cb` | a date: a float64 of milliseconds, `NaN` when it is invalid |
 * | `cc`, `cd`, `ce` | an array, a plain object, a plain object without a prototype: count, then as above |
 * | `cf` | a plain object with the names of an earlier one: its number, then its values |
 * | `d0`, `d1` | a map: count, then key and value in turn; a set: count, then members |
 * | `d2` | an `ArrayBuffer`: length, bytes |
 * | `d3`, `d4` | a `DataView`, a `Buffer`: length, bytes |
 * | `d5`-`e0` | a typed array, in the order of {@link VIEW_TAGS}: length in bytes, bytes |
 *
 * Plain objects with members are numbered in the order in which their names are complete, the first 32 of a message, for `cf`.
 */

export const SHORT_STRING = 0x40;
export const SHORT_ARRAY = 0x80;
export const SHORT_OBJECT = 0xa0;
export const NULL = 0xc0;
export const UNDEFINED = 0xc1;
export const FALSE = 0xc2;
export const TRUE = 0xc3;
export const POSITIVE = 0xc4;
export const NEGATIVE = 0xc5;
export const FLOAT = 0xc6;
export const STRING = 0xc7;
export const UNITS = 0xc8;
export const BIG_POSITIVE = 0xc9;
export const BIG_NEGATIVE = 0xca;
export const DATE = 0xcb;
export const ARRAY = 0xcc;
export const OBJECT = 0xcd;
export const BARE = 0xce;
export const ALIKE = 0xcf;
export const MAP = 0xd0;
export const SET = 0xd1;
export const BUFFER = 0xd2;
export const FIRST_VIEW = 0xd3;

/** The view types in the order of their tags. Part of the format. */
export const VIEW_TAGS: readonly string[] = [
  'DataView',
  'Buffer',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float16Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
];

/** How many plain objects of a message get a number. */
export const MAX_SHAPES = 32;

/** Whether the machine's order of bytes is that of the format. */
export const IS_LITTLE_ENDIAN: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Turns the elements of typed arrays from the byte order of this machine to that of the format, or back. */
export const orderBytes: (bytes: Uint8Array, width: number) => void = IS_LITTLE_ENDIAN ? () => {} : swapBytes;

/** Reverses the bytes of each element. */
export function swapBytes(bytes: Uint8Array, width: number): void {
  if (width === 1) return;
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

/** Whether a text has a UTF-8 form: no surrogate stands alone. */
export function isWellFormed(text: string): boolean {
  // Newer than the type library.
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}
