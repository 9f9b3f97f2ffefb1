/** Memory and the views over it: `ArrayBuffer`, typed arrays, `DataView`, Node's `Buffer`. */

/** A kind of memory or of a view over it. */
export interface MemoryType {
  /** `undefined`: bytes without a tag. */
  readonly tag: number | undefined;
  /** Bytes per element. */
  readonly width: number;
  make(memory: ArrayBuffer): object;
}

interface ViewConstructor {
  new (memory: ArrayBuffer): ArrayBufferView;
  readonly prototype: object;
}

/** Part of the format. `Float16Array` is not in every runtime. */
const TYPED_ARRAYS: readonly (readonly [name: string, tag: number, width: number])[] = [
  ['Uint8Array', 64, 1],
  ['Uint8ClampedArray', 68, 1],
  ['Uint16Array', 69, 2],
  ['Uint32Array', 70, 4],
  ['BigUint64Array', 71, 8],
  ['Int8Array', 72, 1],
  ['Int16Array', 77, 2],
  ['Int32Array', 78, 4],
  ['BigInt64Array', 79, 8],
  ['Float16Array', 84, 2],
  ['Float32Array', 85, 4],
  ['Float64Array', 86, 8],
  ['DataView', 51_910, 1],
];

/** The kinds that this runtime has, by their prototypes. */
export const MEMORY_TYPES: ReadonlyMap<unknown, MemoryType> = memoryTypes();

/** The kinds that this runtime has, by their tags. */
export const TAGGED_TYPES: ReadonlyMap<number | undefined, MemoryType> = new Map(
  [...MEMORY_TYPES.values()].map((type) => [type.tag, type]),
);

function memoryTypes(): Map<unknown, MemoryType> {
  const types = new Map<unknown, MemoryType>([
    [ArrayBuffer.prototype, { tag: 51_909, width: 1, make: (memory) => memory }],
  ]);
  for (const [name, tag, width] of TYPED_ARRAYS) {
    const constructor: unknown = Reflect.get(globalThis, name);
    if (typeof constructor !== 'function') continue;
    const View = constructor as unknown as ViewConstructor;
    types.set(View.prototype, { tag, width, make: (memory) => new View(memory) });
  }
  // A view over the memory it is given. Made from bytes, it could lie in Node's pool, in one memory with the bytes of others.
  if (typeof Buffer === 'function')
    types.set(Buffer.prototype, { tag: undefined, width: 1, make: (memory) => Buffer.from(memory) });
  return types;
}

interface Getters {
  readonly buffer: (this: unknown) => unknown;
  readonly offset: (this: unknown) => unknown;
  readonly length: (this: unknown) => unknown;
}

const TYPED_ARRAY = gettersOf(Object.getPrototypeOf(Uint8Array.prototype) as object);
const DATA_VIEW = gettersOf(DataView.prototype);
const memoryLength = getterOf(ArrayBuffer.prototype, 'byteLength');

/** The getter of a built-in, which cannot be shadowed by a member of the value it is called on, and throws for what is no such built-in. */
export function getterOf(prototype: object, name: string): (this: unknown) => unknown {
  return Reflect.get(Object.getOwnPropertyDescriptor(prototype, name) ?? {}, 'get') as (
    this: unknown,
  ) => unknown;
}

function gettersOf(prototype: object): Getters {
  const [buffer, offset, length] = ['buffer', 'byteOffset', 'byteLength'].map((name) =>
    getterOf(prototype, name),
  ) as [Getters['buffer'], Getters['offset'], Getters['length']];
  return { buffer, offset, length };
}

/** A look at the bytes of an `ArrayBuffer` or a view: no copy. Throws when they are not fixed, private memory that is there. */
export function bytesOf(value: object): Uint8Array {
  const getters = value instanceof DataView ? DATA_VIEW : TYPED_ARRAY;
  const isMemory = value instanceof ArrayBuffer;
  const memory = isMemory ? value : (getters.buffer.call(value) as ArrayBuffer);
  memoryLength.call(memory);
  if (memory.resizable) throw new TypeError('resizable memory');
  if (isMemory) return new Uint8Array(memory);
  // Over memory that is gone, a typed array tells a length of zero, and this throws.
  return new Uint8Array(memory, getters.offset.call(value) as number, getters.length.call(value) as number);
}

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** The elements in the byte order of the format, or back: the bytes themselves where this machine has it too. */
export function ordered<T extends Uint8Array>(bytes: T, width: number): T | Uint8Array<ArrayBuffer> {
  return LITTLE_ENDIAN || width === 1 ? bytes : turned(bytes, width);
}

/** A copy with the bytes of each element reversed. */
export function turned(bytes: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  for (let at = 0; at < copy.length; at += width) copy.subarray(at, at + width).reverse();
  return copy;
}
