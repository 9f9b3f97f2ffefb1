/** From values to bytes. */
import { Serializer } from 'node:v8';
import { crc32 } from 'node:zlib';
import { ARRAY, BARE, MAP, PLAIN, SET, VIEW_CLASSES, isDeferred } from './format.ts';

/** A container that comes later. */
interface Deferred {
  readonly kind: number;
  readonly container: object;
  readonly depth: number;
}

/** What Node has and its type library leaves out. */
const HostSerializer = Serializer as unknown as new () => Serializer & {
  _setTreatArrayBufferViewsAsHostObjects(flag: boolean): void;
};

/** By what stands in their places, which is a view, because only those V8 leaves to others. */
type Marks = Map<unknown, Deferred>;

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The bytes of a checked value. They share memory with nothing. */
export function write(value: unknown): Uint8Array {
  const serializer = new ModelSerializer();
  const { marks, later } = serializer;
  serializer.writeHeader();
  serializer.writeValue(draftOf(value, 1, marks));
  // Not by recursion: how deep a value is nested must not decide whether the stack is deep enough.
  for (const { kind, container, depth } of later)
    serializer.writeValue(draftInside(kind, container, depth, marks));
  // The end, and room for the checksum; a double is the cheapest way to both.
  serializer.writeDouble(ENDING);
  const { buffer, byteOffset, length } = serializer.releaseBuffer();
  const bytes = new Uint8Array(buffer, byteOffset, length);
  const end = length - 4;
  const checksum = crc32(bytes.subarray(0, end));
  for (let at = 0; at < 4; at++) bytes[end + at] = checksum >>> (8 * at);
  return bytes;
}

/**
 * Of its eight bytes the first four are ones. V8 passes over zeros after an ArrayBuffer, and takes a `V` behind them, which may be of the
 * checksum, for a view of it.
 */
const ENDING = new DataView(Uint8Array.of(1, 1, 1, 1, 0, 0, 0, 0).buffer).getFloat64(0, IS_LITTLE_ENDIAN);

class ModelSerializer extends HostSerializer {
  readonly marks: Marks = new Map();
  /** In the order in which their marks were written. */
  readonly later: Deferred[] = [];

  constructor() {
    super();
    // oxlint-disable-next-line eslint/no-underscore-dangle -- what Node calls it
    this._setTreatArrayBufferViewsAsHostObjects(true);
  }

  /** Called by V8. */
  _writeHostObject(view: ArrayBufferView): void {
    const deferred = this.marks.get(view);
    if (deferred !== undefined) {
      this.writeUint32(deferred.kind);
      this.later.push(deferred);
      return;
    }
    const prototype: unknown = Object.getPrototypeOf(view);
    const code = VIEW_CLASSES.findIndex((each) => each?.prototype === prototype);
    if (code < 0) throw stranger();
    this.writeUint32(code);
    this.writeUint32(view.byteLength);
    this.writeRawBytes(view as Uint8Array);
  }
}

/** What V8 writes in the place of a value. `depth`: of the value if it is a container, counted from 1. */
function draftOf(value: unknown, depth: number, marks: Marks): unknown {
  if (typeof value === 'object') return value === null ? null : draftOfObject(value, depth, marks);
  if (typeof value === 'function' || typeof value === 'symbol') throw stranger();
  return value;
}

function draftOfObject(value: object, depth: number, marks: Marks): object {
  const kind = kindOf(value);
  if (kind === undefined) return value;
  if (kind !== BARE && !isDeferred(depth)) return draftInside(kind, value, depth, marks);
  const mark = new DataView(NO_MEMORY);
  marks.set(mark, { kind, container: value, depth });
  return mark;
}

const NO_MEMORY = new ArrayBuffer(0);

/** The Date of the machine, whatever a fake clock puts in its place later. */
const NativeDate: DateConstructor = Date;

/** `undefined`: V8 writes it, or leaves it to us. */
function kindOf(value: object): number | undefined {
  switch (Object.getPrototypeOf(value)) {
    case Object.prototype:
      return PLAIN;
    case Array.prototype:
      return ARRAY;
    case null:
      return BARE;
    case Map.prototype:
      return MAP;
    case Set.prototype:
      return SET;
    case NativeDate.prototype:
    case ArrayBuffer.prototype:
      return undefined;
    default:
      if (ArrayBuffer.isView(value)) return undefined;
      throw stranger();
  }
}

/** For what core lets no codec see. */
function stranger(): TypeError {
  return new TypeError('not of the value model');
}

/** The same container, or a copy with marks in it. */
function draftInside(kind: number, container: object, depth: number, marks: Marks): object {
  switch (kind) {
    case PLAIN:
      return draftOfMembers(container, depth, marks);
    case BARE:
      return draftOfMembers({ ...container }, depth, marks);
    case ARRAY:
      return draftOfElements(container as readonly unknown[], depth, marks);
    case MAP: {
      const parts = [...(container as ReadonlyMap<unknown, unknown>)].flat();
      const drafts = draftOfElements(parts, depth, marks);
      if (drafts === parts) return container;
      const draft = new Map<unknown, unknown>();
      for (let at = 0; at < drafts.length; at += 2) draft.set(drafts[at], drafts[at + 1]);
      return draft;
    }
    default: {
      const parts = [...(container as ReadonlySet<unknown>)];
      const drafts = draftOfElements(parts, depth, marks);
      return drafts === parts ? container : new Set(drafts);
    }
  }
}

function draftOfMembers(container: object, depth: number, marks: Marks): object {
  let draft = container;
  for (const name in container) {
    const member: unknown = container[name as keyof typeof container];
    if (typeof member === 'string') continue;
    const part = draftOf(member, depth + 1, marks);
    // `for in` also visits what somebody added to Object.prototype.
    if (part === member || typeof part !== 'object' || !Object.hasOwn(container, name)) continue;
    if (draft === container) draft = { ...container };
    Reflect.set(draft, name, part);
  }
  return draft;
}

function draftOfElements(elements: readonly unknown[], depth: number, marks: Marks): readonly unknown[] {
  let draft: unknown[] | undefined;
  for (let at = 0; at < elements.length; at++) {
    const element = elements[at];
    if (typeof element === 'string') continue;
    const part = draftOf(element, depth + 1, marks);
    if (part !== element && typeof part === 'object') (draft ??= [...elements])[at] = part;
  }
  return draft ?? elements;
}
