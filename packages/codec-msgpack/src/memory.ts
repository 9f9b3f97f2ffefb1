/** Memory and the views over it: `ArrayBuffer`, typed arrays, `DataView`, Node's `Buffer`. */
import { MEMORY_TYPES, type MemoryType, memoryOf } from '@cache/core/codec-parts';

/** Where the names stand is their code, which is part of the format. */
const NAMES =
  'Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array BigInt64Array BigUint64Array Float16Array     ArrayBuffer DataView Buffer'.split(
    ' ',
  );

export const BUFFER: number = /* @__PURE__ */ NAMES.length - 1;

export function codeOf({ name }: MemoryType): number {
  return NAMES.indexOf(name);
}

/** Memory of its own; `undefined` when the runtime has no such class. Throws when an element is cut off. */
export function memoryFrom(bytes: Uint8Array, code: number): object | undefined {
  const type = MEMORY_TYPES.get(NAMES[code] as string);
  return type && memoryOf(type, bytes);
}
