/**
 * The format of the codec `msgpack`: MessagePack, which any reader of MessagePack can follow. What MessagePack has no form for is an extension,
 * whose type says what it is; the data of those that hold values are an item of MessagePack.
 *
 * | value | item |
 * | --- | --- |
 * | integers of 32 bits, with or without a sign, but `-0` | an integer of at most 32 bits |
 * | other numbers | a float of 64 bits |
 * | bigints of 64 bits, with or without a sign | an integer of 64 bits |
 * | other bigints | type `66` over the two's complement, most significant byte first |
 * | strings, also as names | a string; with lone surrogates, type `1` over UTF-16, little-endian |
 * | `null`, `false`, `true` | nil, false, true |
 * | `undefined` | type `0` over a zero |
 * | arrays | an array |
 * | plain objects | a map |
 * | plain objects without a prototype | type `2` over a map |
 * | `Map` | type `3` over an array of keys and values in turn |
 * | `Set` | type `4` over an array |
 * | `Date` | a timestamp of 96 bits, type `-1`; an invalid one has no data |
 * | `Buffer` | binary |
 * | `ArrayBuffer`, `DataView`, typed arrays | type `116` over a byte for the class, and the elements, little-endian |
 *
 * Where the 65th container on the way down would lie, and again each 64th below that, is type `5` without data; the containers themselves come
 * after the value, in the order of their places. That bounds how deep a recursive reader or writer has to go, and hardly any value is so deep
 * that it is more than one item. Types `0`, `-1`, `66` and `116` are as msgpackr has them. The format is stable: what was written is readable
 * for ever, and a change is a new id.
 */

/** Types of extensions. */
export const UNDEFINED = 0;
export const UTF16 = 1;
export const BARE = 2;
export const MAP = 3;
export const SET = 4;
export const DEFERRED = 5;
export const BIGINT = 0x42;
export const MEMORY = 0x74;
export const TIMESTAMP = 0xff;

/** How many containers lie in one item, on any way down. */
const STRETCH = 64;

/** Whether a container at this depth, counted from 1, comes later. */
export function isDeferred(depth: number): boolean {
  return depth % STRETCH === 1 && depth > 1;
}

/** How deep containers may be nested: the limit of the value model. */
export const MAX_DEPTH = 2_000;

export const INT32 = 0x1_0000_0000;

/** The Date of the machine, whatever a fake clock puts in its place later. */
export const NativeDate: DateConstructor = Date;
