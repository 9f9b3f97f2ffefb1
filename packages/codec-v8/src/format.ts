/**
 * The format of the codec `v8`: what the serializer of V8 writes, four bytes of 1, and the CRC-32 of all that, little-endian.
 *
 * V8 has a form for most of the value model. What it would change is a host object, which begins with a number:
 *
 * | number | what follows |
 * | --- | --- |
 * | 0-13 | a view of the class with this number: the number of its bytes, and the bytes in the order of the machine |
 * | 32-36 | nothing: a container comes later |
 *
 * Objects without a prototype come later, and where the 65th container on the way down would lie, and again each 64th below that, containers
 * of every kind, because V8 goes as deep as the stack allows. They follow the value, in the order of their places, as plain objects, arrays, maps
 * and sets.
 */

/** Where the names stand is their number. Not each runtime has `Float16Array`. */
const VIEWS =
  'Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array BigInt64Array BigUint64Array Float16Array DataView Buffer';

interface ViewClass {
  new (memory: ArrayBuffer): ArrayBufferView;
  readonly prototype: unknown;
}

/** The views that this runtime has, by their numbers. */
export const VIEW_CLASSES: readonly (ViewClass | undefined)[] = /* @__PURE__ */ VIEWS.split(' ').map(
  (name) => Reflect.get(globalThis, name) as ViewClass | undefined,
);

export const PLAIN = 32;
export const ARRAY = 33;
export const MAP = 34;
export const SET = 35;
export const BARE = 36;

/** How many containers V8 writes and reads by recursion, on any way down. */
const STRETCH = 64;

/** Whether a container at this depth, counted from 1, comes later. */
export function isDeferred(depth: number): boolean {
  return depth % STRETCH === 1 && depth > 1;
}

/** The CRC-32 of any bytes with their own CRC-32 after them. */
export const RESIDUE = 0x2144_df1c;
