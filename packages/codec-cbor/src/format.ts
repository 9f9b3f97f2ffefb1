/**
 * The format of the codec `cbor`: one CBOR item (RFC 8949) that any CBOR reader can follow, in one fixed form for each value.
 *
 * | value | item |
 * | --- | --- |
 * | integers of at most 32 bits and a sign | an integer in its shortest form |
 * | other numbers but `-0` | a float of 64 bits |
 * | `-0` | tag `51908` over `null` |
 * | bigints of at most 64 bits and a sign | an integer of 64 bits |
 * | other bigints | tags `2` and `3` over bytes |
 * | strings | text; with lone surrogates, tag `51905` over UTF-16, little-endian |
 * | `null`, `undefined`, `false`, `true` | the simple values of CBOR |
 * | arrays | an array |
 * | plain objects | a map; with lone surrogates in a name, tag `51906` over an array of names and values in turn |
 * | plain objects without a prototype | tag `51907` over an array of names and values in turn |
 * | `Map` | tag `259` over a map |
 * | `Set` | tag `258` over an array |
 * | `Date` | tag `51904` over the number of milliseconds, which is `NaN` when it is invalid |
 * | `Buffer` | bytes |
 * | `ArrayBuffer`, `DataView` | tags `51909` and `51910` over bytes |
 * | typed arrays | tags `64`-`86` of RFC 8746 over bytes, little-endian |
 *
 * Every 64th container on the way down is embedded: tag `24` over the bytes of its item. That bounds how deep a recursive reader or writer
 * has to go. The format is stable: what was written is readable for ever, and a change is a new id.
 */

/** The major types of CBOR: the upper 3 bits of the head of an item. */
export const UNSIGNED = 0;
export const NEGATIVE = 1;
export const BYTES = 2;
export const TEXT = 3;
export const ARRAY = 4;
export const OBJECT = 5;
export const TAG = 6;

/** Whole heads. */
export const FALSE = 0xf4;
export const TRUE = 0xf5;
export const NULL = 0xf6;
export const UNDEFINED = 0xf7;
export const FLOAT64 = 0xfb;

/** Tags. */
export const POSITIVE_BIGNUM = 2;
export const NEGATIVE_BIGNUM = 3;
export const EMBEDDED = 24;
export const SET = 258;
export const MAP = 259;
export const DATE = 51_904;
export const UTF16 = 51_905;
export const PAIRS = 51_906;
export const BARE = 51_907;
export const NEGATIVE_ZERO = 51_908;

/** How many containers lie in one item, on any way down. */
const STRETCH = 64;

/** How deep containers may be nested: the limit of the value model. */
export const MAX_DEPTH = 2_000;

/** Whether a container at this depth, counted from 1, is embedded. */
export function isEmbedded(depth: number): boolean {
  return depth % STRETCH === 1 && depth > 1;
}

/** Bytes of the head of an item with a number in its shortest form. */
export function headSize(count: number): number {
  return count < 24 ? 1 : count < 0x1_00 ? 2 : count < 0x1_00_00 ? 3 : 5;
}

/** Whether a number is written as an integer. `-0` is none. */
export function isShortInteger(value: number): boolean {
  return (
    (value >>> 0 === value && !isNegativeZero(value)) ||
    (value < 0 && value >= -0x1_0000_0000 && Number.isInteger(value))
  );
}

export function isNegativeZero(value: number): boolean {
  return value === 0 && 1 / value < 0;
}

/** The bigints on and beyond these are tagged. */
export const BIGNUM = 0x1_0000_0000_0000_0000n;

/** Whether a text has a UTF-8 form: no surrogate stands alone. */
export function isWellFormed(text: string): boolean {
  // Newer than the type library.
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

/** The index that a name is, `Infinity` for other names. Indices come first among the members of an object, in their order. */
export function indexOf(name: string): number {
  const first = name.charCodeAt(0);
  if (!(first >= 0x30 && first <= 0x39)) return Infinity;
  const index = Number(name);
  return index < 0xffff_ffff && String(index) === name && Number.isInteger(index) ? index : Infinity;
}
