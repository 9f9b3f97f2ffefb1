/** From bytes to values. */
import { Deserializer } from 'node:v8';
import { crc32 } from 'node:zlib';
import { ARRAY, BARE, MAP, PLAIN, RESIDUE, SET, VIEW_CLASSES } from './format.ts';

/** The value of bytes that were written by this codec. */
export function read(bytes: Uint8Array): unknown {
  // V8 makes what the bytes tell it to make, however much that is: nothing of it may be damaged.
  if (crc32(bytes) !== RESIDUE) throw malformed();
  const deserializer = new ModelDeserializer(bytes);
  deserializer.readHeader();
  const value: unknown = deserializer.readValue();
  for (const container of deserializer.later) fill(container, deserializer.readValue());
  if (value === undefined) throw malformed();
  return value;
}

class ModelDeserializer extends Deserializer {
  /** Containers whose parts come later, in their order. */
  readonly later: object[] = [];

  /** Called by V8. */
  _readHostObject(): object {
    const code = this.readUint32();
    const container = emptyOf(code);
    if (container !== undefined) {
      this.later.push(container);
      return container;
    }
    const View = VIEW_CLASSES[code];
    // In memory of its own.
    const { buffer } = new Uint8Array(this.readRawBytes(this.readUint32()));
    if (View === undefined) throw malformed();
    return View.prototype === Buffer.prototype ? Buffer.from(buffer) : new View(buffer);
  }
}

function emptyOf(kind: number): object | undefined {
  switch (kind) {
    case PLAIN:
      return {};
    case ARRAY:
      return [];
    case MAP:
      return new Map();
    case SET:
      return new Set();
    case BARE:
      return Object.create(null) as object;
    default:
      return undefined;
  }
}

/** Puts into an empty container what came later. */
function fill(container: object, parts: unknown): void {
  if (container instanceof Map) {
    for (const [key, member] of parts as ReadonlyMap<unknown, unknown>) container.set(key, member);
  } else if (container instanceof Set) {
    for (const member of parts as ReadonlySet<unknown>) container.add(member);
  } else if (Array.isArray(container)) {
    for (const element of parts as readonly unknown[]) container.push(element);
  } else {
    for (const [name, value] of Object.entries(parts as object))
      Object.defineProperty(container, name, { value, writable: true, enumerable: true, configurable: true });
  }
}

function malformed(): TypeError {
  return new TypeError('not a value that this codec wrote');
}
