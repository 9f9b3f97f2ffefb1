/** From values to bytes. */
import { MAX_PARTS, bytesOfMagnitude, memoryTypeOf, unfoldsBeyond } from '@cache/core/codec-parts';
import { assembled, type Hole } from './embedding.ts';
import {
  ARRAY,
  BARE,
  BIGNUM,
  BYTES,
  DATE,
  FALSE,
  MAP,
  MAX_DEPTH,
  NEGATIVE,
  NEGATIVE_BIGNUM,
  NEGATIVE_ZERO,
  NULL,
  OBJECT,
  PAIRS,
  POSITIVE_BIGNUM,
  SET,
  TAG,
  TRUE,
  UNDEFINED,
  UNSIGNED,
  UTF16,
  isEmbedded,
  isNegativeZero,
  isWellFormed,
} from './format.ts';
import {
  Doubt,
  arrayOf,
  indexAfter,
  memberOf,
  memoryOf,
  namesOf,
  sizeOfMap,
  sizeOfSet,
  timeOf,
} from './inspection.ts';
import { Output } from './output.ts';
import { tagOf } from './views.ts';

const { getPrototypeOf } = Object;
const NativeDate: DateConstructor = Date;
/** So many parts, and it looks ahead. */
const MANY = 100_000;

/**
 * Checks and writes a value in one walk. It knows the common forms of the value model, and those exactly: each member is read once, and
 * what was read is what is checked and written. About anything else it throws a {@link Doubt}.
 */
export class Writer {
  readonly #out = new Output();
  readonly #holes: Hole[] = [];
  #value: unknown;
  #isChecked = false;
  #partsLeft = 0;
  #looksAhead = false;

  /** Whether its memory is small enough to be kept for the next value. */
  get isSmall(): boolean {
    return this.#out.isSmall;
  }

  /** Forgets the value, also one whose writing broke off. */
  wipe(): void {
    this.#value = undefined;
    this.#out.wipe();
    if (this.#holes.length > 0) this.#holes.length = 0;
  }

  /**
   * The bytes of a value, until the next one is written: whoever takes them wipes them. `isChecked`: the value was judged to be of the model,
   * and nobody else has it; then nothing is in doubt that is, and rare forms are written for which most values are not searched.
   */
  write(value: unknown, isChecked: boolean): Uint8Array {
    this.#isChecked = isChecked;
    this.#value = value;
    this.#partsLeft = isChecked ? Infinity : MANY;
    this.#looksAhead = true;
    this.#part(value, 1);
    this.#value = undefined;
    if (this.#holes.length === 0) return this.#out.lent();
    const ends = [this.#out.at];
    // Not by recursion: how deep a value is nested must not decide whether the stack is deep enough.
    for (let i = 0; i < this.#holes.length; i++) {
      const { container, depth } = this.#holes[i] as Hole;
      this.#container(container, getPrototypeOf(container), depth);
      ends.push(this.#out.at);
    }
    const bytes = assembled(this.#out.look(), this.#holes, ends);
    this.wipe();
    return bytes;
  }

  /** `depth`: that of the part if it is a container, counted from 1. */
  #part(value: unknown, depth: number): void {
    // Not a switch, for which the engine would make a text of the type.
    if (typeof value === 'string') this.#text(value);
    else if (typeof value === 'number') this.#number(value);
    else if (value === null) this.#out.byte(NULL);
    else if (typeof value === 'object') this.#object(value, depth);
    else if (typeof value === 'boolean') this.#out.byte(value ? TRUE : FALSE);
    else if (value === undefined) this.#out.byte(UNDEFINED);
    else if (typeof value === 'bigint') this.#bigint(value);
    else throw new Doubt(`a ${typeof value}`);
  }

  #text(text: string): void {
    this.#spend(text.length >>> 6);
    if (!this.#out.text(text)) this.#bytes(UTF16, utf16Of(text));
  }

  #number(value: number): void {
    if (value >>> 0 === value && !isNegativeZero(value)) {
      this.#out.head(UNSIGNED, value);
    } else if (value < 0 && value >= -0x1_0000_0000 && Number.isInteger(value)) {
      this.#out.head(NEGATIVE, -1 - value);
    } else if (value === 0) {
      this.#out.head(TAG, NEGATIVE_ZERO);
      this.#out.byte(NULL);
    } else {
      this.#out.float64(canonical(value));
    }
  }

  #bigint(value: bigint): void {
    const isNegative = value < 0n;
    const magnitude = isNegative ? -1n - value : value;
    // The last negative one of 64 bits is a bignum.
    if (value < BIGNUM && value > -BIGNUM) this.#out.uint64(isNegative ? NEGATIVE : UNSIGNED, magnitude);
    else this.#bytes(isNegative ? NEGATIVE_BIGNUM : POSITIVE_BIGNUM, bytesOfMagnitude(magnitude));
  }

  #object(value: object, depth: number): void {
    const prototype: unknown = getPrototypeOf(value);
    // Nearly every object is one of these two.
    if (prototype !== Object.prototype && prototype !== Array.prototype) {
      if (prototype === NativeDate.prototype) return this.#date(value);
      const type = memoryTypeOf(value);
      if (type !== undefined) return this.#bytes(tagOf(type), memoryOf(value, type));
    }
    if (!isEmbedded(depth)) this.#container(value, prototype, depth);
    // Mostly a cycle, and of those that fork this walk would write all ways down to here.
    else if (!this.#isChecked) throw new Doubt('a deep value');
    else this.#holes.push({ at: this.#out.at, container: value, depth });
  }

  #date(value: object): void {
    const time = timeOf(value);
    this.#out.head(TAG, DATE);
    this.#number(time);
  }

  #bytes(tag: number | undefined, bytes: Uint8Array): void {
    this.#spend(bytes.length >>> 6);
    if (tag !== undefined) this.#out.head(TAG, tag);
    this.#out.head(BYTES, bytes.length);
    this.#out.raw(bytes);
  }

  #container(value: object, prototype: unknown, depth: number): void {
    if (depth > MAX_DEPTH) throw new Doubt('a deep value');
    switch (prototype) {
      case Object.prototype:
        return this.#isChecked && hasOddName(value)
          ? this.#pairs(PAIRS, value, depth + 1)
          : this.#members(value, depth + 1);
      case Array.prototype:
        return this.#elements(value, depth + 1);
      case null:
        return this.#pairs(BARE, value, depth + 1);
      case Map.prototype:
        return this.#entries(value, depth + 1);
      case Set.prototype:
        return this.#setMembers(value, depth + 1);
      default:
        throw new Doubt('an object of another kind');
    }
  }

  #members(value: object, depth: number): void {
    const names = namesOf(value);
    this.#begin(OBJECT, names.length, names.length);
    for (let i = 0, last = -1; i < names.length; i++) {
      const name = names[i] as string;
      last = indexAfter(last, name);
      const member = memberOf(value, name);
      this.#spend(name.length >>> 6);
      if (!this.#out.text(name)) throw new Doubt('an odd name');
      this.#part(member, depth);
    }
  }

  /** Names and values in turn. */
  #pairs(tag: number, value: object, depth: number): void {
    const names = namesOf(value);
    this.#out.head(TAG, tag);
    this.#begin(ARRAY, 2 * names.length, names.length);
    for (let i = 0, last = -1; i < names.length; i++) {
      const name = names[i] as string;
      last = indexAfter(last, name);
      const member = memberOf(value, name);
      this.#text(name);
      this.#part(member, depth);
    }
  }

  #elements(value: object, depth: number): void {
    const elements = arrayOf(value);
    const { length } = elements;
    this.#begin(ARRAY, length, length);
    for (let i = 0; i < length; i++) this.#part(elements[i], depth);
  }

  #entries(value: object, depth: number): void {
    const size = sizeOfMap(value);
    this.#out.head(TAG, MAP);
    this.#begin(OBJECT, size, 2 * size);
    let left = size;
    for (const [key, member] of value as ReadonlyMap<unknown, unknown>) {
      if (--left < 0) break;
      this.#part(key, depth);
      this.#part(member, depth);
    }
    if (left !== 0) throw new Doubt('a map that changes');
  }

  #setMembers(value: object, depth: number): void {
    const size = sizeOfSet(value);
    this.#out.head(TAG, SET);
    this.#begin(ARRAY, size, size);
    let left = size;
    for (const member of value as ReadonlySet<unknown>) {
      if (--left < 0) break;
      this.#part(member, depth);
    }
    if (left !== 0) throw new Doubt('a set that changes');
  }

  /** The head of a container that has so many parts for core. */
  #begin(major: number, count: number, parts: number): void {
    this.#spend(parts + 1);
    this.#out.head(major, count);
  }

  #spend(parts: number): void {
    if ((this.#partsLeft -= parts) < 0) this.#lookAhead();
  }

  /** What is left first is for nearly every value enough; more is given once, to a value that has no more than it may. */
  #lookAhead(): void {
    if (!this.#looksAhead || unfoldsBeyond(this.#value, MAX_PARTS)) throw new Doubt('a large value');
    this.#looksAhead = false;
    this.#spend(MANY - MAX_PARTS);
  }
}

function hasOddName(value: object): boolean {
  return !namesOf(value).every(isWellFormed);
}

/** The same number; of the many bit patterns of `NaN` the one. */
function canonical(value: number): number {
  return Number.isNaN(value) ? NaN : value;
}

function utf16Of(text: string): Uint8Array {
  const bytes = new Uint8Array(2 * text.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), true);
  return bytes;
}
