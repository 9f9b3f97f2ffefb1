/** Memory and the views over it: `ArrayBuffer`, typed arrays, `DataView`, Node's `Buffer`. */
import { Refusal } from './refusal.ts';

/** A kind of view over bytes. */
export interface ViewType {
  readonly name: string;
  /** Bytes per element. */
  readonly width: number;
  readonly prototype: unknown;
  make(memory: ArrayBuffer): ArrayBufferView;
}

interface ViewConstructor {
  new (memory: ArrayBuffer): ArrayBufferView;
  readonly prototype: unknown;
}

/** The names of all typed arrays; `Float16Array` is not in every runtime. */
export const TYPED_ARRAYS: readonly string[] = [
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

const HAS_BUFFER = typeof Buffer === 'function';

/** The view types of this runtime, by name. */
export const VIEW_TYPES: ReadonlyMap<string, ViewType> = new Map(
  viewTypes().map((type) => [type.name, type]),
);

function viewTypes(): ViewType[] {
  const types: ViewType[] = [];
  for (const name of [...TYPED_ARRAYS, 'DataView']) {
    const constructor: unknown = Reflect.get(globalThis, name);
    if (typeof constructor !== 'function') continue;
    const View = constructor as unknown as ViewConstructor & { readonly BYTES_PER_ELEMENT?: number };
    types.push({
      name,
      width: View.BYTES_PER_ELEMENT ?? 1,
      prototype: View.prototype,
      make: (memory) => new View(memory),
    });
  }
  // A view over the memory it is given. Made from bytes, it could lie in Node's pool, in one memory with the bytes of others.
  if (HAS_BUFFER)
    types.push({
      name: 'Buffer',
      width: 1,
      prototype: Buffer.prototype,
      make: (memory) => Buffer.from(memory),
    });
  return types;
}

/** The getter of a built-in, which cannot be shadowed by a member of the value it is called on. */
export function getterOf(prototype: object, name: string | symbol): (this: unknown) => unknown {
  return Reflect.get(Object.getOwnPropertyDescriptor(prototype, name) ?? {}, 'get') as (
    this: unknown,
  ) => unknown;
}

/** The length of an `ArrayBuffer`; throws for anything else. */
export const memoryLength: (this: unknown) => unknown = getterOf(ArrayBuffer.prototype, 'byteLength');

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
const typedArrayName = getterOf(typedArray, Symbol.toStringTag);
const [TYPED_ARRAY, DATA_VIEW] = [typedArray, DataView.prototype].map((prototype) => ({
  buffer: getterOf(prototype, 'buffer'),
  offset: getterOf(prototype, 'byteOffset'),
  length: getterOf(prototype, 'byteLength'),
})) as [ViewGetters, ViewGetters];

interface ViewGetters {
  readonly buffer: (this: unknown) => unknown;
  readonly offset: (this: unknown) => unknown;
  readonly length: (this: unknown) => unknown;
}

/** The type of a view. */
export function viewTypeOf(view: object): ViewType {
  const name =
    HAS_BUFFER && Object.getPrototypeOf(view) === Buffer.prototype ? 'Buffer' : typedArrayName.call(view);
  return VIEW_TYPES.get(name === undefined ? 'DataView' : (name as string)) as ViewType;
}

/** A look at the bytes of an `ArrayBuffer` or a view: no copy. Refuses memory that can be shared, resized, or is gone. */
export function bytesOf(value: object, kind: 'buffer' | 'view'): Uint8Array<ArrayBuffer> {
  if (kind === 'buffer') return plainMemory(value, 0, undefined);
  const getters = typedArrayName.call(value) === undefined ? DATA_VIEW : TYPED_ARRAY;
  const memory = getters.buffer.call(value) as object;
  // First the memory: over one that is gone, a `DataView` cannot tell its length.
  plainMemory(memory, 0, 0);
  return plainMemory(memory, getters.offset.call(value) as number, getters.length.call(value) as number);
}

function plainMemory(buffer: object, offset: number, length: number | undefined): Uint8Array<ArrayBuffer> {
  try {
    memoryLength.call(buffer);
  } catch {
    throw new Refusal('is over shared memory', 'copy its bytes, with slice() for example');
  }
  if (Reflect.get(buffer, 'resizable') === true) {
    throw new Refusal('is over resizable memory', 'copy its bytes, with slice() for example');
  }
  try {
    return new Uint8Array(buffer as ArrayBuffer, offset, length);
  } catch {
    throw new Refusal('is over memory that was detached', 'store it before it is transferred');
  }
}
