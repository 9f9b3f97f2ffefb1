/** Reads values in the format of `core1`. */
import { magnitudeOf } from './bignum.ts';
import {
  ALIKE,
  ARRAY,
  BARE,
  BIG_NEGATIVE,
  BIG_POSITIVE,
  BUFFER,
  DATE,
  FALSE,
  FIRST_VIEW,
  FLOAT,
  MAP,
  MAX_SHAPES,
  NEGATIVE,
  NULL,
  OBJECT,
  POSITIVE,
  SET,
  SHORT_ARRAY,
  SHORT_OBJECT,
  SHORT_STRING,
  STRING,
  TRUE,
  UNDEFINED,
  UNITS,
  VIEW_TAGS,
  isWellFormed,
  orderBytes,
} from './binary-format.ts';
import type { TextReader } from './binary-text.ts';
import { MAX_DEPTH, NativeDate } from './values.ts';
import { VIEW_TYPES } from './views.ts';

/** A container that is being read. It is already where it belongs. */
interface Filled {
  readonly into: object;
  readonly parent: Filled | undefined;
  readonly depth: number;
  /** The names of the parts of a plain object. */
  readonly names: readonly string[] | undefined;
  /** The key and the value of an entry are two. */
  readonly parts: number;
  read: number;
  /** The key of an entry whose value comes next. */
  key: unknown;
}

/** Reads what an encoder wrote. Every length is judged against what is left before anything is made of that length. */
export class Decoder {
  readonly #bytes: Uint8Array;
  readonly #texts: TextReader;
  readonly #characters: string | undefined;
  #view: DataView | undefined;
  #at = 0;
  #open: Filled | undefined;
  readonly #shapes: (readonly string[])[] = [];

  constructor(bytes: Uint8Array, texts: TextReader) {
    this.#bytes = bytes;
    this.#texts = texts;
    this.#characters = texts.charactersOf(bytes);
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
    const { into, names, parts } = open;
    if (names !== undefined) {
      while (open.read < parts) {
        const name = names[open.read++] as string;
        const value = this.#value();
        if (name === '__proto__') setOwn(into, name, value);
        else (into as Record<string, unknown>)[name] = value;
        if (this.#open !== open) return;
      }
      if (Object.keys(into).length !== parts) throw malformed('a name occurs twice');
    } else if (Array.isArray(into)) {
      while (open.read < parts) {
        open.read++;
        into.push(this.#value());
        if (this.#open !== open) return;
      }
    } else if (into instanceof Set) {
      while (open.read < parts) {
        open.read++;
        into.add(this.#value());
        if (this.#open !== open) return;
      }
      if (into.size !== parts) throw malformed('a member occurs twice');
    } else {
      const map = into as Map<unknown, unknown>;
      while (open.read < parts) {
        const value = this.#value();
        if (open.read++ % 2 === 0) open.key = value;
        else map.set(open.key, value);
        if (this.#open !== open) return;
      }
      if (map.size !== parts / 2) throw malformed('a key occurs twice');
    }
    this.#open = open.parent;
  }

  #begin<T extends object>(into: T, parts: number, names?: readonly string[]): T {
    const parent = this.#open;
    const depth = parent === undefined ? 1 : parent.depth + 1;
    if (depth > MAX_DEPTH) throw malformed('it is nested too deeply');
    if (parts > 0) this.#open = { into, parent, depth, names, parts, read: 0, key: undefined };
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
        return this.#utf8(this.#varint());
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
    if (tag === UNITS) return this.#units(this.#length(2));
    if (tag !== STRING && (tag < SHORT_STRING || tag >= SHORT_ARRAY))
      throw malformed('a name is not a string');
    const start = this.#skip(tag === STRING ? this.#varint() : tag - SHORT_STRING);
    return this.#texts.name(this.#bytes, start, this.#at);
  }

  #array(count: number): unknown[] {
    this.#fits(count, 1);
    // Not made in its full length: nested counts would multiply.
    return this.#begin([], count);
  }

  #utf8(length: number): string {
    const start = this.#skip(length);
    return this.#texts.text(this.#bytes, start, this.#at, this.#characters);
  }

  #units(length: number): string {
    const view = this.#viewed();
    let text = '';
    for (let i = 0; i < length; i++, this.#at += 2)
      text += String.fromCharCode(view.getUint16(this.#at, true));
    if (isWellFormed(text)) throw malformed('a string is not in its shortest form');
    return text;
  }

  #bigint(): bigint {
    const length = this.#length(1);
    if (length === 0) return 0n;
    const start = this.#skip(length);
    if (this.#bytes[this.#at - 1] === 0) throw malformed('a number is not in its shortest form');
    return magnitudeOf(this.#bytes.subarray(start, this.#at).toReversed());
  }

  #float(): number {
    const start = this.#skip(8);
    return this.#viewed().getFloat64(start, true);
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
    const length = this.#varint();
    if (length % width !== 0) throw malformed('an element is cut off');
    const start = this.#skip(length);
    const copy = new Uint8Array(length);
    copy.set(this.#bytes.subarray(start, this.#at));
    orderBytes(copy, width);
    return copy.buffer;
  }

  /** A count of things of at least `width` bytes each. */
  #length(width: number): number {
    const length = this.#varint();
    this.#fits(length, width);
    return length;
  }

  /** Goes past `length` bytes and gives where they start. */
  #skip(length: number): number {
    this.#fits(length, 1);
    const start = this.#at;
    this.#at += length;
    return start;
  }

  #viewed(): DataView {
    return (this.#view ??= new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength));
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

/** A member of its own: an assignment to this name would set the prototype. */
function setOwn(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}

function malformed(what: string): TypeError {
  return new TypeError(`not a value that core1 wrote: ${what}`);
}
