/** Memory as codecs write it: its type, and its bytes in an order that does not depend on the machine. */
import { IS_LITTLE_ENDIAN, orderBytes } from './binary-format.ts';
import { VIEW_TYPES, bytesOf } from './views.ts';

/** A kind of memory or of a view over it. */
export interface MemoryType {
  /** That of its class, and `Buffer` for Node's. */
  readonly name: string;
  /** Bytes per element. */
  readonly width: number;
  readonly prototype: unknown;
  /** A value over this very memory. Throws where an element is cut off. */
  make(memory: ArrayBuffer): object;
}

/** The kinds that this runtime has, by name: not each has `Buffer` and `Float16Array`. */
export const MEMORY_TYPES: ReadonlyMap<string, MemoryType> = /* @__PURE__ */ new Map<string, MemoryType>([
  ...VIEW_TYPES,
  [
    'ArrayBuffer',
    { name: 'ArrayBuffer', width: 1, prototype: ArrayBuffer.prototype, make: (memory) => memory },
  ],
]);

const BY_PROTOTYPE: ReadonlyMap<unknown, MemoryType> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Array.from(MEMORY_TYPES.values(), (type) => [type.prototype, type] as const),
);

/** The kind of what has its prototype; `undefined`: it is no memory. */
export function memoryTypeOf(value: object): MemoryType | undefined {
  return BY_PROTOTYPE.get(Object.getPrototypeOf(value));
}

/**
 * What a value of this kind shows, elements little-endian: a look at its own bytes where the machine has that order. Throws for what only has
 * the prototype, and for memory that can be shared, resized, or is gone.
 */
export function bytesOfMemory(value: object, { name, width }: MemoryType): Uint8Array {
  const bytes = bytesOf(value, name === 'ArrayBuffer' ? 'buffer' : 'view');
  return IS_LITTLE_ENDIAN || width === 1 ? bytes : ordered(bytes, width);
}

/** A value over memory of its own, of bytes that {@link bytesOfMemory} gave. Throws where an element is cut off. */
export function memoryOf(type: MemoryType, bytes: Uint8Array): object {
  return type.make(ordered(bytes, type.width).buffer);
}

/** A copy. */
function ordered(bytes: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  orderBytes(copy, width);
  return copy;
}
