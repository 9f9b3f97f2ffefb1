/** Memory and the views over it, as base64 and back. */
import { malformed, stranger } from './text.ts';

/** A kind of memory or of a view over it. */
interface MemoryType {
  /** Bytes per element. */
  readonly width: number;
  make(memory: ArrayBuffer): object;
}

interface ViewConstructor {
  new (memory: ArrayBuffer): ArrayBufferView;
  readonly BYTES_PER_ELEMENT?: number;
}

/** What typed arrays are called, without `Array`. */
const ELEMENTS =
  'Int8 Uint8 Uint8Clamped Int16 Uint16 Int32 Uint32 BigInt64 BigUint64 Float16 Float32 Float64'.split(' ');

const HAS_BUFFER = typeof Buffer === 'function';

/** The types of this runtime, by the names of their classes: not each has `Buffer` and `Float16Array`. */
const TYPES: ReadonlyMap<string, MemoryType> = /* @__PURE__ */ memoryTypes();

function memoryTypes(): Map<string, MemoryType> {
  const types = new Map<string, MemoryType>([['ArrayBuffer', { width: 1, make: (memory) => memory }]]);
  if (HAS_BUFFER) types.set('Buffer', { width: 1, make: (memory) => Buffer.from(memory) });
  for (const name of ['DataView', ...ELEMENTS.map((element) => `${element}Array`)]) {
    const View = Reflect.get(globalThis, name) as ViewConstructor | undefined;
    if (View !== undefined)
      types.set(name, { width: View.BYTES_PER_ELEMENT ?? 1, make: (memory) => new View(memory) });
  }
  return types;
}

/** The name of a type, and in base64 the bytes that a value of it shows. Throws for what is no memory. */
export function textOfMemory(value: object): readonly [name: string, base64: string] {
  const { name } = (Object.getPrototypeOf(value) as object).constructor;
  const type = TYPES.get(name);
  if (type === undefined) throw stranger();
  const bytes = ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value as ArrayBuffer);
  return [name, base64Of(ordered(bytes, type.width))];
}

/** A value over memory of its own. Throws for a name that is no type of this runtime, and for what is no base64 of whole elements. */
export function memoryOf(name: string, base64: unknown): object {
  const type = TYPES.get(name);
  const bytes = bytesOf(typeof base64 === 'string' ? base64 : '');
  // Base64 has more than one form for some bytes, and its readers pass over what is none.
  if (type === undefined || base64Of(bytes) !== base64) throw malformed('no bytes of this runtime');
  return type.make(ordered(bytes, type.width).buffer);
}

function base64Of(bytes: Uint8Array): string {
  if (HAS_BUFFER) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
  let text = '';
  // In pieces that fit on the stack.
  for (let at = 0; at < bytes.length; at += 4_096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4_096));
  return btoa(text);
}

/** In memory that is theirs alone. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return HAS_BUFFER
    ? new Uint8Array(Buffer.from(base64, 'base64'))
    : Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0));
}

const LITTLE_ENDIAN = /* @__PURE__ */ new Uint8Array(/* @__PURE__ */ new Uint16Array([1]).buffer)[0] === 1;

/** The elements in the byte order of the format, or back: the bytes themselves where this machine has it too. */
function ordered<Bytes extends Uint8Array>(bytes: Bytes, width: number): Bytes | Uint8Array<ArrayBuffer> {
  if (LITTLE_ENDIAN || width === 1) return bytes;
  const copy = new Uint8Array(bytes);
  for (let at = 0; at < copy.length; at += width) copy.subarray(at, at + width).reverse();
  return copy;
}
