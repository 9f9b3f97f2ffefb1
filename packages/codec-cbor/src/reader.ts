/** From bytes to values. */
import { magnitudeOf } from './bignum.ts';
import { Cursor, malformed } from './cursor.ts';
import {
  BARE,
  BIGNUM,
  DATE,
  EMBEDDED,
  MAP,
  MAX_DEPTH,
  NEGATIVE_BIGNUM,
  NEGATIVE_ZERO,
  PAIRS,
  POSITIVE_BIGNUM,
  SET,
  UTF16,
  isEmbedded,
  isNegativeZero,
  isShortInteger,
  isWellFormed,
} from './format.ts';
import type { TextReader } from './text-reader.ts';
import { type MemoryType, TAGGED_TYPES, ordered } from './views.ts';

/** The major types of CBOR. */
const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const OBJECT = 5;
const TAG = 6;

const FALSE = 0xf4;
const TRUE = 0xf5;
const NULL = 0xf6;
const UNDEFINED = 0xf7;
const FLOAT64 = 0xfb;

const NativeDate: DateConstructor = Date;

/** A container that is being read. It is already where it belongs. */
interface Open {
  readonly into: object;
  readonly parent: Open | undefined;
  readonly depth: number;
  /** The name, or key, and the value of an entry are two. */
  readonly parts: number;
  /** Names are text as it stands, not items. */
  readonly named: boolean;
  /** Where its bytes must end if it is embedded. */
  readonly end: number;
  read: number;
  /** The name, or key, whose value comes next. */
  key: unknown;
  /** Whether all names so far are. */
  wellFormed: boolean;
  /** The last name, if it is that of an array element; such names come first, in their order. */
  lastIndex: number;
}

/**
 * Reads what a {@link Writer} wrote and nothing else. It is a reader of its own, because that of cbor-x guesses: it replaces what is no
 * UTF-8, renames members called `__proto__`, lets the last of two equal names win, follows records, references and tags nobody wrote here,
 * and recurses as deep as the bytes ask for.
 */
export class Reader {
  readonly #cursor: Cursor;
  readonly #texts: TextReader;
  #open: Open | undefined;

  constructor(bytes: Uint8Array, texts: TextReader) {
    this.#cursor = new Cursor(bytes);
    this.#texts = texts;
  }

  whole(): unknown {
    if (this.#cursor.bytes[0] === UNDEFINED) throw malformed('undefined stands where a value should');
    const value = this.#item();
    while (this.#open !== undefined) this.#goOn(this.#open);
    if (this.#cursor.at !== this.#cursor.bytes.length) throw malformed('bytes are left over');
    return value;
  }

  /** Reads parts of a container, up to one that is a container itself, or to the end. */
  #goOn(open: Open): void {
    const { into } = open;
    const done = open.named
      ? this.#members(open, into as Record<string, unknown>)
      : Array.isArray(into)
        ? this.#elements(open, into)
        : into instanceof Set
          ? this.#setMembers(open, into)
          : into instanceof Map
            ? this.#entries(open, into)
            : this.#members(open, into as Record<string, unknown>);
    if (!done) return;
    if (open.end !== 0 && open.end !== this.#cursor.at)
      throw malformed('an embedded item has another length');
    this.#open = open.parent;
  }

  #elements(open: Open, into: unknown[]): boolean {
    while (open.read < open.parts) {
      open.read++;
      into.push(this.#item());
      if (this.#open !== open) return false;
    }
    return true;
  }

  #setMembers(open: Open, into: Set<unknown>): boolean {
    while (open.read < open.parts) {
      open.read++;
      into.add(keyable(this.#item()));
      if (this.#open !== open) return false;
    }
    if (into.size !== open.parts) throw malformed('a member occurs twice');
    return true;
  }

  #entries(open: Open, into: Map<unknown, unknown>): boolean {
    while (open.read < open.parts) {
      const item = this.#item();
      if (open.read++ % 2 === 0) open.key = keyable(item);
      else into.set(open.key, item);
      if (this.#open !== open) return false;
    }
    if (into.size !== open.parts / 2) throw malformed('a key occurs twice');
    return true;
  }

  #members(open: Open, into: Record<string, unknown>): boolean {
    const { named, parts } = open;
    while (open.read < parts) {
      const name = named ? this.#name() : this.#pairName(open);
      open.read += 2;
      const index = indexOf(name);
      if (index < Infinity && index <= open.lastIndex) throw malformed('names are in another order');
      open.lastIndex = index;
      const value = this.#item();
      if (name === '__proto__') setOwn(into, name, value);
      else into[name] = value;
      if (this.#open !== open) return false;
    }
    if (Object.keys(into).length !== parts / 2) throw malformed('a name occurs twice, or a value is missing');
    if (!named && open.wellFormed && Object.getPrototypeOf(into) !== null)
      throw malformed('names are not in their shortest form');
    return true;
  }

  #begin<T extends object>(into: T, parts: number, end: number, named = false): T {
    const parent = this.#open;
    const depth = parent === undefined ? 1 : parent.depth + 1;
    if (depth > MAX_DEPTH) throw malformed('it is nested too deeply');
    if (isEmbedded(depth) !== (end !== 0)) throw malformed('an item is embedded where it should not be');
    this.#open = {
      into,
      parent,
      depth,
      parts,
      named,
      end,
      read: 0,
      key: undefined,
      wellFormed: true,
      lastIndex: -1,
    };
    return into;
  }

  #item(end = 0): unknown {
    const head = this.#cursor.byte();
    const major = head >> 5;
    const info = head & 0x1f;
    if (end !== 0 && (major < ARRAY || major > TAG)) throw malformed('what is embedded is no container');
    switch (major) {
      case UNSIGNED:
        if (info < 24) return info;
        return info === 27 ? this.#cursor.uint64() : this.#cursor.count(info);
      case NEGATIVE:
        return info === 27 ? -1n - this.#magnitude() : -1 - this.#cursor.count(info);
      case BYTES:
        return this.#memory(TAGGED_TYPES.get(undefined), this.#cursor.count(info));
      case TEXT:
        return this.#text(info);
      case ARRAY:
        return this.#begin([], this.#cursor.fitting(this.#cursor.count(info), 1), end);
      case OBJECT:
        return this.#begin({}, 2 * this.#cursor.fitting(this.#cursor.count(info), 2), end, true);
      case TAG:
        return this.#tagged(this.#cursor.count(info), end);
      default:
        return this.#simple(head);
    }
  }

  #simple(head: number): unknown {
    switch (head) {
      case FALSE:
        return false;
      case TRUE:
        return true;
      case NULL:
        return null;
      case UNDEFINED:
        return undefined;
      case FLOAT64: {
        const value = this.#cursor.float64();
        if (isShortInteger(value) || isNegativeZero(value))
          throw malformed('a number is not in its shortest form');
        return value;
      }
      default:
        throw malformed('an item is of no known form');
    }
  }

  #tagged(tag: number, end: number): unknown {
    switch (tag) {
      case EMBEDDED: {
        const length = this.#length(BYTES);
        if (end !== 0) throw malformed('an item is embedded twice');
        this.#cursor.fitting(length, 1);
        return this.#item(this.#cursor.at + length);
      }
      case MAP:
        return this.#begin(new Map(), 2 * this.#cursor.fitting(this.#length(OBJECT), 2), end);
      case SET:
        return this.#begin(new Set(), this.#cursor.fitting(this.#length(ARRAY), 1), end);
      case PAIRS:
        return this.#begin({}, this.#cursor.fitting(this.#length(ARRAY), 1), end);
      case BARE:
        return this.#begin(Object.create(null) as object, this.#cursor.fitting(this.#length(ARRAY), 1), end);
    }
    if (end !== 0) throw malformed('what is embedded is no container');
    switch (tag) {
      case NEGATIVE_ZERO:
        if (this.#cursor.byte() !== NULL) throw malformed('-0 is more than that');
        return -0;
      case DATE:
        return this.#date();
      case UTF16:
        return this.#units();
      case POSITIVE_BIGNUM:
        return this.#bignum(BIGNUM);
      case NEGATIVE_BIGNUM:
        return -1n - this.#bignum(BIGNUM - 1n);
      default:
        return this.#memory(TAGGED_TYPES.get(tag), this.#length(BYTES));
    }
  }

  #name(): string {
    const head = this.#cursor.byte();
    if (head >> 5 !== TEXT) throw malformed('a name is not text');
    const start = this.#cursor.skip(this.#cursor.count(head & 0x1f));
    return this.#texts.name(this.#cursor.bytes, start, this.#cursor.at);
  }

  /** A name that is an item. */
  #pairName(open: Open): string {
    const name = this.#item();
    if (typeof name !== 'string') throw malformed('a name is not text');
    open.wellFormed &&= isWellFormed(name);
    return name;
  }

  #text(info: number): string {
    const start = this.#cursor.skip(this.#cursor.count(info));
    return this.#texts.text(this.#cursor.bytes, start, this.#cursor.at);
  }

  #units(): string {
    const bytes = new Uint8Array(this.#cursor.look(this.#length(BYTES)));
    if (bytes.length % 2 !== 0) throw malformed('a unit is cut off');
    const units = new Uint16Array(ordered(bytes, 2).buffer);
    let text = '';
    // In pieces that fit on the stack.
    for (let i = 0; i < units.length; i += 4_096)
      text += String.fromCharCode(...units.subarray(i, i + 4_096));
    if (isWellFormed(text)) throw malformed('a string is not in its shortest form');
    return text;
  }

  /** That of a negative bigint, less one. The last of them is a bignum. */
  #magnitude(): bigint {
    const magnitude = this.#cursor.uint64();
    if (magnitude === BIGNUM - 1n) throw malformed('a number is not in its shortest form');
    return magnitude;
  }

  #bignum(least: bigint): bigint {
    const bytes = this.#cursor.look(this.#length(BYTES));
    if (bytes.length === 0 || bytes[0] === 0) throw malformed('a number is not in its shortest form');
    const magnitude = magnitudeOf(bytes);
    if (magnitude < least) throw malformed('a number is not in its shortest form');
    return magnitude;
  }

  #date(): Date {
    const time = this.#item();
    if (typeof time !== 'number') throw malformed('a date is no number');
    const date = new NativeDate(time);
    if (!Object.is(date.getTime(), time)) throw malformed('a date is out of range');
    return date;
  }

  #memory(type: MemoryType | undefined, length: number): object {
    if (type === undefined) throw malformed('a tag is unknown to this runtime');
    const copy = new Uint8Array(this.#cursor.look(length));
    // Throws when an element is cut off.
    return type.make(ordered(copy, type.width).buffer);
  }

  /** The length in the head of an item that must be of this major type. */
  #length(major: number): number {
    const head = this.#cursor.byte();
    if (head >> 5 !== major) throw malformed('a tag stands before what it does not go with');
    return this.#cursor.count(head & 0x1f);
  }
}

/** A map or a set turns `-0` into `0`. */
function keyable(item: unknown): unknown {
  if (Object.is(item, -0)) throw malformed('-0 is a key');
  return item;
}

/** The index that a name is, `Infinity` for other names. */
function indexOf(name: string): number {
  const first = name.charCodeAt(0);
  if (!(first >= 0x30 && first <= 0x39)) return Infinity;
  const index = Number(name);
  return index < 0xffff_ffff && String(index) === name && Number.isInteger(index) ? index : Infinity;
}

/** A member of its own: an assignment to this name would set the prototype. */
function setOwn(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}
