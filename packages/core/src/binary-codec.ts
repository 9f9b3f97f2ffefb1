/**
 * The built-in codec, `core1`: a compact binary form of the whole value model.
 *
 * A value is a tag byte and what the tag calls for. Counts and lengths are unsigned LEB128, in the fewest bytes; numbers, UTF-16 units and
 * the elements of typed arrays are little-endian. The format is stable: what was written is readable for ever, and a change is a new id.
 *
 * | tag | value |
 * | --- | --- |
 * | `00`-`3f` | the integer 0-63 |
 * | `40`-`7f` | a string of 0-63 bytes of UTF-8 |
 * | `80`-`9f` | an array of 0-31 elements |
 * | `a0`-`bf` | a plain object of 0-31 members: its names, each as a string, then its values |
 * | `c0`-`c3` | `null`, `undefined`, `false`, `true` |
 * | `c4`, `c5` | the safe integer n, or -1 - n; n follows |
 * | `c6` | any other number, as a float64 |
 * | `c7` | a string: length in bytes, UTF-8 |
 * | `c8` | a string with lone surrogates: length in units, UTF-16 |
 * | `c9`, `ca` | the bigint n, or -1 - n: length in bytes, n |
 * | `cb` | a date: a float64 of milliseconds, `NaN` when it is invalid |
 * | `cc`, `cd`, `ce` | an array, a plain object, a plain object without a prototype: count, then as above |
 * | `cf` | a plain object with the names of an earlier one: its number, then its values |
 * | `d0`, `d1` | a map: count, then key and value in turn; a set: count, then members |
 * | `d2` | an `ArrayBuffer`: length, bytes |
 * | `d3`, `d4` | a `DataView`, a `Buffer`: length, bytes |
 * | `d5`-`e0` | a typed array, in the order of {@link VIEW_TAGS}: length in bytes, bytes |
 *
 * Plain objects with members are numbered in the order in which their names are complete, the first 32 of a message, for `cf`.
 */
import type { Codec, CodecContext } from './codec.ts';
import { CacheError } from './errors.ts';
import { type Place, placed, told } from './refusal.ts';
import {
  Bounds,
  MAX_DEPTH,
  NativeDate,
  UNDEFINED_VALUE,
  VIEW_TYPES,
  bytesOf,
  changed,
  checkDepth,
  kindOf,
  memberNames,
  refuseOddArray,
  refusePrimitive,
  viewTypeOf,
} from './values.ts';

const SHORT_STRING = 0x40;
const SHORT_ARRAY = 0x80;
const SHORT_OBJECT = 0xa0;
const NULL = 0xc0;
const UNDEFINED = 0xc1;
const FALSE = 0xc2;
const TRUE = 0xc3;
const POSITIVE = 0xc4;
const NEGATIVE = 0xc5;
const FLOAT = 0xc6;
const STRING = 0xc7;
const UNITS = 0xc8;
const BIG_POSITIVE = 0xc9;
const BIG_NEGATIVE = 0xca;
const DATE = 0xcb;
const ARRAY = 0xcc;
const OBJECT = 0xcd;
const BARE = 0xce;
const ALIKE = 0xcf;
const MAP = 0xd0;
const SET = 0xd1;
const BUFFER = 0xd2;
const FIRST_VIEW = 0xd3;

/** The view types in the order of their tags. Part of the format. */
const VIEW_TAGS = [
  'DataView',
  'Buffer',
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

const MAX_SHAPES = 32;
const FIRST_CAPACITY = 1_024;
/** A larger buffer is not kept for the next value. */
const MAX_KEPT = 65_536;

const BIG_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 0;

/**
 * Makes a codec for the whole value model. Its buffer is wiped after each value, so that what a value held is not left in memory beside
 * the bytes that were asked for.
 */
export function createBinaryCodec(): Codec {
  let spare: Encoder | undefined;
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return {
    id: 'core1',
    encode(value) {
      if (value === undefined) throw new TypeError(UNDEFINED_VALUE);
      // A proxy in the value can run code that encodes: such a call finds no spare and gets its own.
      const encoder = spare ?? new Encoder();
      spare = undefined;
      try {
        encoder.write(value);
        return encoder.result();
      } catch (error) {
        throw told(error);
      } finally {
        encoder.wipe();
        if (encoder.capacity <= MAX_KEPT) spare = encoder;
      }
    },
    decode(bytes, context) {
      try {
        return new Decoder(bytes, text).whole();
      } catch (error) {
        throw codecFailure(error, context);
      }
    },
  };
}

/** The built-in codec. */
export const binaryCodec: Codec = /* @__PURE__ */ createBinaryCodec();

/** The failure of a codec to read. It tells nothing of what was to be read. */
export function codecFailure(cause: unknown, { cache, key }: CodecContext): CacheError {
  return new CacheError('CODEC_FAILED', 'the stored bytes could not be read', { cause, cache, key });
}

/** A container whose head is written, and how much of it. */
interface Opened extends Place {
  readonly parent: Opened | undefined;
  readonly depth: number;
  readonly parts: readonly unknown[];
  /** The names of the parts of a plain object. */
  readonly names: readonly string[] | undefined;
  next: number;
}

/** Writes values without recursion: how deep a value is nested must not decide whether the stack is deep enough. */
class Encoder {
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  #opened: Opened | undefined;
  #bounds = new Bounds();
  readonly #shapes: (readonly string[])[] = [];
  readonly #text = new TextEncoder();

  get capacity(): number {
    return this.#bytes.length;
  }

  result(): Uint8Array {
    return this.#bytes.slice(0, this.#at);
  }

  /** Forgets the value, also one whose writing broke off. */
  wipe(): void {
    this.#bytes.fill(0, 0, this.#at);
    this.#at = 0;
    this.#opened = undefined;
    this.#bounds = new Bounds();
    this.#shapes.length = 0;
  }

  write(value: unknown): void {
    this.#part(value);
    while (this.#opened !== undefined) this.#goOn(this.#opened);
  }

  /** Writes parts of a container, up to one that is a container itself, or to the end. */
  #goOn(place: Opened): void {
    const { parts, names } = place;
    try {
      while (place.next < parts.length) {
        this.#part(parts[place.next++]);
        if (this.#opened !== place) return;
      }
    } catch (error) {
      const part = place.next - 1;
      throw placed(error, place, names?.[part] ?? part);
    }
    this.#opened = place.parent;
  }

  #open(container: object, parts: readonly unknown[], names?: readonly string[]): void {
    const parent = this.#opened;
    const depth = parent === undefined ? 1 : parent.depth + 1;
    checkDepth(depth);
    this.#bounds.spend(parts.length + 1);
    if (parts.length === 0) return;
    const part = parent === undefined ? 0 : parent.next - 1;
    this.#opened = { container, parent, key: parent?.names?.[part] ?? part, depth, parts, names, next: 0 };
  }

  #part(value: unknown): void {
    switch (typeof value) {
      case 'string':
        return this.#string(value);
      case 'number':
        return this.#number(value);
      case 'boolean':
        return this.#byte(value ? TRUE : FALSE);
      case 'undefined':
        return this.#byte(UNDEFINED);
      case 'bigint':
        return this.#bigint(value);
      case 'object':
        return value === null ? this.#byte(NULL) : this.#object(value);
      case 'function':
      case 'symbol':
        return refusePrimitive(value);
    }
  }

  #object(value: object): void {
    const kind = kindOf(value);
    switch (kind) {
      case 'plain':
      case 'bare':
        return this.#members(value, kind);
      case 'array': {
        refuseOddArray(value as readonly unknown[]);
        const elements = [...(value as readonly unknown[])];
        this.#count(elements.length, SHORT_ARRAY, ARRAY);
        return this.#open(value, elements);
      }
      case 'map': {
        const parts: unknown[] = [];
        for (const [key, member] of value as ReadonlyMap<unknown, unknown>) parts.push(key, member);
        this.#size(MAP, parts.length / 2);
        return this.#open(value, parts);
      }
      case 'set': {
        const members = [...(value as ReadonlySet<unknown>)];
        this.#size(SET, members.length);
        return this.#open(value, members);
      }
      case 'date':
        this.#byte(DATE);
        return this.#float(NativeDate.prototype.getTime.call(value));
      case 'buffer':
        this.#byte(BUFFER);
        return this.#raw(bytesOf(value, kind), 1);
      case 'view': {
        const { name, width } = viewTypeOf(value);
        this.#byte(FIRST_VIEW + VIEW_TAGS.indexOf(name));
        return this.#raw(bytesOf(value, kind), width);
      }
    }
  }

  #members(value: object, kind: 'plain' | 'bare'): void {
    const names = memberNames(value);
    const members = Object.values(value);
    if (members.length !== names.length) throw changed();
    const number = kind === 'plain' ? this.#shapeLike(names) : -1;
    if (number === -1) {
      if (kind === 'plain') this.#count(names.length, SHORT_OBJECT, OBJECT);
      else this.#size(BARE, names.length);
      for (const name of names) this.#string(name);
      if (kind === 'plain' && names.length > 0 && this.#shapes.length < MAX_SHAPES) this.#shapes.push(names);
    } else {
      this.#size(ALIKE, number);
    }
    this.#open(value, members, names);
  }

  #shapeLike(names: readonly string[]): number {
    for (let i = this.#shapes.length - 1; i >= 0; i--) {
      const shape = this.#shapes[i] as readonly string[];
      if (shape.length !== names.length) continue;
      let same = 0;
      while (same < names.length && shape[same] === names[same]) same++;
      if (same === names.length) return i;
    }
    return -1;
  }

  #string(text: string): void {
    const { length } = text;
    this.#bounds.spend(length >>> 6);
    this.#reserve(length * 3 + 10);
    // Most strings are short and ASCII: written in place, they cost no call.
    if (length < 64) {
      const bytes = this.#bytes;
      let at = this.#at + 1;
      let index = 0;
      for (; index < length; index++) {
        const unit = text.charCodeAt(index);
        if (unit > 0x7f) break;
        bytes[at++] = unit;
      }
      if (index === length) {
        bytes[this.#at] = SHORT_STRING + length;
        this.#at = at;
        return;
      }
    }
    if (!isWellFormed(text)) return this.#units(text);
    // Room for the longest length; moved back when it takes less.
    const start = this.#at + 6;
    const { written } = this.#text.encodeInto(text, this.#bytes.subarray(start));
    this.#count(written, SHORT_STRING, STRING);
    this.#bytes.copyWithin(this.#at, start, start + written);
    // What the move left behind is past the end, where the wipe does not reach.
    if (this.#at + written < start + written) this.#bytes.fill(0, this.#at + written, start + written);
    this.#at += written;
  }

  #units(text: string): void {
    this.#size(UNITS, text.length);
    for (let i = 0; i < text.length; i++) {
      this.#view.setUint16(this.#at, text.charCodeAt(i), true);
      this.#at += 2;
    }
  }

  #number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      this.#byte(FLOAT);
      this.#float(value);
    } else if (value < 0) {
      this.#size(NEGATIVE, -1 - value);
    } else if (value < SHORT_STRING) {
      this.#byte(value);
    } else {
      this.#size(POSITIVE, value);
    }
  }

  #bigint(value: bigint): void {
    const negative = value < 0n;
    const magnitude = negative ? -1n - value : value;
    if (BigInt.asUintN(64, magnitude) === magnitude) {
      let length = 0;
      while (length < 8 && magnitude >> BigInt(8 * length) !== 0n) length++;
      this.#size(negative ? BIG_NEGATIVE : BIG_POSITIVE, length);
      this.#reserve(8);
      this.#view.setBigUint64(this.#at, magnitude, true);
      this.#at += length;
      return;
    }
    const digits = magnitude.toString(16);
    const length = (digits.length + 1) >>> 1;
    this.#bounds.spend(length >>> 6);
    this.#size(negative ? BIG_NEGATIVE : BIG_POSITIVE, length);
    this.#reserve(length);
    for (let i = 0, end = digits.length; i < length; i++, end -= 2) {
      this.#bytes[this.#at++] = Number.parseInt(digits.slice(Math.max(0, end - 2), end), 16);
    }
  }

  #float(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  #raw(bytes: Uint8Array, width: number): void {
    const { length } = bytes;
    this.#bounds.spend(length >>> 6);
    this.#reserve(length + 8);
    this.#varint(length);
    this.#bytes.set(bytes, this.#at);
    if (BIG_ENDIAN) swap(this.#bytes.subarray(this.#at, this.#at + length), width);
    this.#at += length;
  }

  #count(count: number, short: number, long: number): void {
    const shorts = short === SHORT_STRING ? 64 : 32;
    if (count < shorts) this.#byte(short + count);
    else this.#size(long, count);
  }

  #size(tag: number, size: number): void {
    this.#reserve(10);
    this.#bytes[this.#at++] = tag;
    this.#varint(size);
  }

  #varint(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.#bytes[this.#at++] = (rest % 128) | 0x80;
    this.#bytes[this.#at++] = rest;
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = byte;
  }

  #reserve(length: number): void {
    const needed = this.#at + length;
    if (needed <= this.#bytes.length) return;
    const outgrown = this.#bytes;
    this.#bytes = new Uint8Array(Math.max(needed, outgrown.length * 2));
    this.#bytes.set(outgrown.subarray(0, this.#at));
    this.#view = new DataView(this.#bytes.buffer);
    outgrown.fill(0, 0, this.#at);
  }
}

/** A container that is being read. It is already where it belongs. */
interface Filled {
  readonly into: object;
  readonly parent: Filled | undefined;
  readonly depth: number;
  /** The names of the parts of a plain object. */
  readonly names: readonly string[] | undefined;
  /** Members, elements or entries in the end. */
  readonly size: number;
  /** Parts to come; the key and the value of an entry are two. */
  left: number;
  /** The key of an entry whose value comes next. */
  key: unknown;
}

function put(open: Filled, value: unknown): void {
  const { into, names } = open;
  if (names !== undefined) {
    const name = names[names.length - open.left - 1] as string;
    // An assignment would set the prototype.
    if (name === '__proto__') {
      Object.defineProperty(into, name, { value, writable: true, enumerable: true, configurable: true });
    } else {
      (into as Record<string, unknown>)[name] = value;
    }
  } else if (Array.isArray(into)) {
    into.push(value);
  } else if (into instanceof Set) {
    into.add(value);
  } else if (open.left % 2 === 1) {
    open.key = value;
  } else {
    (into as Map<unknown, unknown>).set(open.key, value);
  }
}

function sizeOf(container: object): number {
  if (container instanceof Map || container instanceof Set) return container.size;
  return Array.isArray(container) ? container.length : Object.keys(container).length;
}

/** Reads what an {@link Encoder} wrote. Every length is judged against what is left before anything is made of that length. */
class Decoder {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #text: InstanceType<typeof TextDecoder>;
  #at = 0;
  #open: Filled | undefined;
  readonly #shapes: (readonly string[])[] = [];

  constructor(bytes: Uint8Array, text: InstanceType<typeof TextDecoder>) {
    this.#bytes = bytes;
    this.#text = text;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  whole(): unknown {
    if (this.#bytes[0] === UNDEFINED) throw malformed('undefined stands where a value should');
    const value = this.#value();
    while (this.#open !== undefined) this.#goOn(this.#open);
    if (this.#at !== this.#bytes.length) throw malformed('bytes are left over');
    return value;
  }

  /** Reads parts of a container, up to one that is a container itself, or to the end. */
  #goOn(open: Filled): void {
    while (open.left > 0) {
      const value = this.#value();
      open.left--;
      put(open, value);
      if (this.#open !== open) return;
    }
    if (sizeOf(open.into) !== open.size) throw malformed('a name, a key or a member occurs twice');
    this.#open = open.parent;
  }

  #begin<T extends object>(into: T, left: number, names?: readonly string[]): T {
    const parent = this.#open;
    const depth = parent === undefined ? 1 : parent.depth + 1;
    if (depth > MAX_DEPTH) throw malformed('it is nested too deeply');
    if (left > 0) {
      const size = into instanceof Map ? left / 2 : left;
      this.#open = { into, parent, depth, names, size, left, key: undefined };
    }
    return into;
  }

  #value(): unknown {
    const tag = this.#byte();
    if (tag < SHORT_STRING) return tag;
    if (tag < SHORT_ARRAY) return this.#utf8(tag - SHORT_STRING);
    if (tag < SHORT_OBJECT) return this.#array(tag - SHORT_ARRAY);
    if (tag < NULL) return this.#object(tag - SHORT_OBJECT);
    switch (tag) {
      case NULL:
        return null;
      case UNDEFINED:
        return undefined;
      case FALSE:
        return false;
      case TRUE:
        return true;
      case POSITIVE:
        return this.#varint();
      case NEGATIVE:
        return this.#negative();
      case FLOAT:
        return this.#float();
      case STRING:
        return this.#utf8(this.#length(1));
      case UNITS:
        return this.#units(this.#length(2));
      case BIG_POSITIVE:
        return this.#bigint();
      case BIG_NEGATIVE:
        return -1n - this.#bigint();
      case DATE:
        return this.#date();
      case ARRAY:
        return this.#array(this.#length(1));
      case OBJECT:
        return this.#object(this.#length(2));
      case BARE:
        return this.#bare(this.#length(2));
      case ALIKE:
        return this.#alike();
      case MAP:
        return this.#begin(new Map(), 2 * this.#length(2));
      case SET:
        return this.#begin(new Set(), this.#length(1));
      case BUFFER:
        return this.#raw(1);
      default:
        return this.#viewOf(tag);
    }
  }

  #object(count: number): object {
    const names = this.#names(count);
    if (count > 0 && this.#shapes.length < MAX_SHAPES) this.#shapes.push(names);
    return this.#begin({}, count, names);
  }

  #bare(count: number): object {
    return this.#begin(Object.create(null) as object, count, this.#names(count));
  }

  #alike(): object {
    const names = this.#shapes[this.#varint()];
    if (names === undefined) throw malformed('names are missing');
    return this.#begin({}, names.length, names);
  }

  #names(count: number): string[] {
    this.#fits(count, 2);
    const names: string[] = [];
    for (let i = 0; i < count; i++) names.push(this.#name());
    return names;
  }

  #name(): string {
    const tag = this.#byte();
    if (tag >= SHORT_STRING && tag < SHORT_ARRAY) return this.#utf8(tag - SHORT_STRING);
    if (tag === STRING) return this.#utf8(this.#length(1));
    if (tag === UNITS) return this.#units(this.#length(2));
    throw malformed('a name is not a string');
  }

  #array(count: number): unknown[] {
    this.#fits(count, 1);
    // Not made in its full length: nested counts would multiply.
    return this.#begin([], count);
  }

  #utf8(length: number): string {
    this.#fits(length, 1);
    const start = this.#at;
    const end = start + length;
    this.#at = end;
    if (length < 32) {
      const bytes = this.#bytes;
      let text = '';
      let at = start;
      for (; at < end; at++) {
        const byte = bytes[at] as number;
        if (byte > 0x7f) break;
        text += String.fromCharCode(byte);
      }
      if (at === end) return text;
    }
    return this.#text.decode(this.#bytes.subarray(start, end));
  }

  #units(length: number): string {
    let text = '';
    for (let i = 0; i < length; i++, this.#at += 2)
      text += String.fromCharCode(this.#view.getUint16(this.#at, true));
    if (isWellFormed(text)) throw malformed('a string is not in its shortest form');
    return text;
  }

  #bigint(): bigint {
    const length = this.#length(1);
    const end = this.#at + length;
    if (length > 0 && this.#bytes[end - 1] === 0) throw malformed('a number is not in its shortest form');
    let digits = '0x0';
    for (let at = end - 1; at >= this.#at; at--)
      digits += (this.#bytes[at] as number).toString(16).padStart(2, '0');
    this.#at = end;
    return BigInt(digits);
  }

  #float(): number {
    this.#fits(8, 1);
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  #date(): Date {
    const time = this.#float();
    const date = new NativeDate(time);
    if (!Object.is(date.getTime(), time)) throw malformed('a date is out of range');
    return date;
  }

  #viewOf(tag: number): ArrayBufferView {
    const type = VIEW_TYPES.get(VIEW_TAGS[tag - FIRST_VIEW] ?? '');
    if (type === undefined) throw malformed('a tag is unknown to this runtime');
    return type.make(this.#raw(type.width));
  }

  #raw(width: number): ArrayBuffer {
    const length = this.#length(1);
    if (length % width !== 0) throw malformed('an element is cut off');
    const copy = new Uint8Array(length);
    copy.set(this.#bytes.subarray(this.#at, this.#at + length));
    if (BIG_ENDIAN) swap(copy, width);
    this.#at += length;
    return copy.buffer;
  }

  /** A count of things of at least `width` bytes each. */
  #length(width: number): number {
    const length = this.#varint();
    this.#fits(length, width);
    return length;
  }

  #fits(count: number, width: number): void {
    if (count * width > this.#bytes.length - this.#at) throw malformed('bytes are missing');
  }

  #varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER || scale > 2 ** 49) throw malformed('a number is too large');
      if (byte > 0x7f) continue;
      if (byte === 0 && scale > 1) throw malformed('a number is not in its shortest form');
      return value;
    }
  }

  #negative(): number {
    const value = -1 - this.#varint();
    if (!Number.isSafeInteger(value)) throw malformed('a number is too large');
    return value;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw malformed('bytes are missing');
    return byte;
  }
}

function malformed(what: string): TypeError {
  return new TypeError(`not a value that core1 wrote: ${what}`);
}

function isWellFormed(text: string): boolean {
  // Newer than the type library.
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

/** Reverses the bytes of each element. */
function swap(bytes: Uint8Array, width: number): void {
  if (width === 1) return;
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}
