/** Memory and the views over it: `ArrayBuffer`, typed arrays, `DataView`, Node's `Buffer`. */

/** What all these classes have in common, except that an `ArrayBuffer` is no view. */
interface MemoryClass {
  new (memory: ArrayBuffer): ArrayBufferView;
  readonly prototype: unknown;
  readonly BYTES_PER_ELEMENT?: number;
}

/** Where the names stand is their code, which is part of the format. Not each runtime has `Float16Array` and `Buffer`. */
const NAMES =
  'Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array BigInt64Array BigUint64Array Float16Array     ArrayBuffer DataView Buffer'.split(
    ' ',
  );

/** The classes that this runtime has, by their codes. */
const CLASSES: readonly (MemoryClass | undefined)[] = /* @__PURE__ */ NAMES.map(
  (name) => Reflect.get(globalThis, name) as MemoryClass | undefined,
);

export const BUFFER: number = /* @__PURE__ */ NAMES.indexOf('Buffer');

/** The code of a class of memory; `-1` for anything else. */
export function codeOf(value: object): number {
  const prototype: unknown = Object.getPrototypeOf(value);
  return CLASSES.findIndex((each) => each?.prototype === prototype);
}

/** The bytes that memory of this code shows: no copy where the order is right. */
export function bytesOf(value: ArrayBuffer | ArrayBufferView, code: number): Uint8Array {
  return ordered(
    ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value),
    code,
  );
}

/** Memory of its own; `undefined` when the runtime has no such class. Throws when an element is cut off. */
export function memoryFrom(bytes: Uint8Array, code: number): object | undefined {
  const Class = CLASSES[code];
  const { buffer } = ordered(new Uint8Array(bytes), code);
  if (code === BUFFER && Class !== undefined) return Buffer.from(buffer);
  return NAMES[code] === 'ArrayBuffer' ? buffer : Class && new Class(buffer);
}

const LITTLE_ENDIAN = /* @__PURE__ */ new Uint8Array(/* @__PURE__ */ new Uint16Array([1]).buffer)[0] === 1;

/** The elements in the byte order of the format, or back: the bytes themselves where this machine has it too. */
function ordered<Bytes extends Uint8Array>(bytes: Bytes, code: number): Bytes | Uint8Array<ArrayBuffer> {
  if (LITTLE_ENDIAN) return bytes;
  const width = (code !== BUFFER && CLASSES[code]?.BYTES_PER_ELEMENT) || 1;
  const copy = new Uint8Array(bytes);
  for (let at = 0; at < copy.length; at += width) copy.subarray(at, at + width).reverse();
  return copy;
}
