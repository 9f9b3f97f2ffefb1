/** Writes values in the format of `core1`. */
import { bytesOfMagnitude } from './bignum.ts';
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
import { Bounds } from './bounds.ts';
import { type Place, placed } from './refusal.ts';
import {
  NativeDate,
  changed,
  checkDepth,
  kindOf,
  memberNames,
  refuseOddArray,
  refusePrimitive,
} from './values.ts';
import { bytesOf, viewTypeOf } from './views.ts';

const FIRST_CAPACITY = 1_024;
/** Up to this length a text that is ASCII is written by the character, which costs no call. */
const SHORT_TEXT = 24;

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
export class Encoder {
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  #opened: Opened | undefined;
  #bounds = new Bounds(undefined);
  readonly #shapes: (readonly string[])[] = [];
  readonly #text = new TextEncoder();

  get capacity(): number {
    return this.#bytes.length;
  }

  /** What was written, until something else is: whoever takes it wipes it. Forgets the value. */
  lent(): Uint8Array {
    const bytes = new Uint8Array(this.#bytes.buffer, 0, this.#at);
    this.#forget();
    return bytes;
  }

  /** Forgets a value whose writing broke off. */
  wipe(): void {
    this.#bytes.fill(0, 0, this.#at);
    this.#forget();
  }

  write(value: unknown): void {
    this.#bounds = new Bounds(value);
    this.#part(value);
    while (this.#opened !== undefined) this.#goOn(this.#opened);
  }

  #forget(): void {
    this.#at = 0;
    this.#opened = undefined;
    this.#bounds = new Bounds(undefined);
    this.#shapes.length = 0;
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
    if (length <= SHORT_TEXT) {
      const end = writeAscii(text, this.#bytes, this.#at + 1);
      if (end !== -1) {
        this.#bytes[this.#at] = SHORT_STRING + length;
        this.#at = end;
        return;
      }
    }
    if (!isWellFormed(text)) return this.#units(text);
    // Room for a head that is right for ASCII; other text is moved, before its head is written: that may be longer than the room for it.
    const start = this.#at + headSize(length);
    const { written } = this.#text.encodeInto(text, this.#bytes.subarray(start));
    const [first, end] = [this.#at + headSize(written), start + written];
    if (first !== start) this.#bytes.copyWithin(first, start, end);
    this.#count(written, SHORT_STRING, STRING);
    this.#at += written;
    // What a move leaves behind lies past the end, where the wipe does not reach.
    if (this.#at < end) this.#bytes.fill(0, this.#at, end);
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
    const bytes = bytesOfMagnitude(magnitude).toReversed();
    this.#bounds.spend(bytes.length >>> 6);
    this.#size(negative ? BIG_NEGATIVE : BIG_POSITIVE, bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
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
    orderBytes(this.#bytes.subarray(this.#at, this.#at + length), width);
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

/** Writes a text if it is ASCII and gives where it ends; otherwise -1. */
function writeAscii(text: string, bytes: Uint8Array, start: number): number {
  let at = start;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return -1;
    bytes[at++] = unit;
  }
  return at;
}

/** Bytes of the head of a string of so many bytes. */
function headSize(length: number): number {
  if (length < 0x40) return 1;
  let size = 2;
  for (let rest = length; rest > 0x7f; rest = Math.floor(rest / 128)) size++;
  return size;
}
