/** From bytes to what holds no other values: numbers, texts, dates, memory. */
import { TextReader, magnitudeOf, memoryOf } from '@cache/core/codec-parts';
import { Cursor, malformed } from './cursor.ts';
import {
  BIGNUM,
  BYTES,
  FALSE,
  FLOAT64,
  NEGATIVE,
  NULL,
  TAG,
  TEXT,
  TRUE,
  UNDEFINED,
  UNSIGNED,
  UTF16,
  isNegativeZero,
  isShortInteger,
  isWellFormed,
} from './format.ts';
import { UINT16_ARRAY, typeTagged } from './views.ts';

const NativeDate: DateConstructor = Date;

/** Reads the one item at its cursor, or what is left of it after its head or its tag, which are given. */
export class LeafReader {
  readonly cursor: Cursor = new Cursor();
  readonly #texts = new TextReader();
  #characters: string | undefined;

  /** Goes to the beginning of other bytes. */
  open(bytes: Uint8Array): void {
    this.cursor.open(bytes);
    this.#characters = this.#texts.charactersOf(bytes);
  }

  /** Lets go of the bytes, and of what was read of them. */
  close(): void {
    this.cursor.close();
    this.#characters = undefined;
  }

  /** The number in the head of an item that must be of this major type. */
  count(major: number): number {
    const head = this.cursor.byte();
    if (head >> 5 !== major) throw malformed('a tag stands before what it does not go with');
    return this.cursor.count(head & 0x1f);
  }

  simple(head: number): unknown {
    switch (head) {
      case FALSE:
        return false;
      case TRUE:
        return true;
      case NULL:
        return null;
      case UNDEFINED:
        return undefined;
      case FLOAT64:
        return this.#float();
      default:
        throw malformed('an item is of no known form');
    }
  }

  #float(): number {
    const value = this.cursor.float64();
    if (isShortInteger(value) || isNegativeZero(value))
      throw malformed('a number is not in its shortest form');
    return value;
  }

  integer(head: number): number | bigint {
    const info = head & 0x1f;
    if (head >> 5 === UNSIGNED) return info === 27 ? this.cursor.uint64() : this.cursor.count(info);
    if (head >> 5 !== NEGATIVE) throw malformed('a number is missing');
    if (info !== 27) return -1 - this.cursor.count(info);
    const magnitude = this.cursor.uint64();
    // The last of them is a bignum.
    if (magnitude === BIGNUM - 1n) throw malformed('a number is not in its shortest form');
    return -1n - magnitude;
  }

  negativeZero(): number {
    if (this.cursor.byte() !== NULL) throw malformed('-0 is more than that');
    return -0;
  }

  /** `least`: the smallest magnitude that has this form. */
  bignum(least: bigint): bigint {
    const bytes = this.cursor.copy(this.count(BYTES));
    if (bytes.length === 0 || bytes[0] === 0) throw malformed('a number is not in its shortest form');
    const magnitude = magnitudeOf(bytes);
    if (magnitude < least) throw malformed('a number is not in its shortest form');
    return magnitude;
  }

  text(head: number): string {
    const start = this.cursor.skip(this.cursor.count(head & 0x1f));
    return this.#texts.text(this.cursor.bytes, start, this.cursor.at, this.#characters);
  }

  /** The name of a member of an object. */
  name(): string {
    const start = this.cursor.skip(this.count(TEXT));
    return this.#texts.name(this.cursor.bytes, start, this.cursor.at);
  }

  /** A text that has no UTF-8. */
  units(): string {
    // Throws when one is cut off.
    const units = this.memory(UINT16_ARRAY, this.count(BYTES)) as Uint16Array;
    let text = '';
    // In pieces that fit on the stack.
    for (let i = 0; i < units.length; i += 4_096)
      text += String.fromCharCode(...units.subarray(i, i + 4_096));
    if (isWellFormed(text)) throw malformed('a string is not in its shortest form');
    return text;
  }

  /** The head of a name that is an item: whether it has UTF-8. */
  startsText(head: number): boolean {
    if (head >> 5 === TEXT) return true;
    if (head >> 5 !== TAG || this.cursor.count(head & 0x1f) !== UTF16) throw malformed('a name is not text');
    return false;
  }

  date(): Date {
    const head = this.cursor.byte();
    const time = head === FLOAT64 ? this.#float() : this.integer(head);
    if (typeof time !== 'number') throw malformed('a date is no number');
    const date = new NativeDate(time);
    if (!Object.is(date.getTime(), time)) throw malformed('a date is out of range');
    return date;
  }

  /** Memory of its own. `tag`: `undefined` for bytes without one. */
  memory(tag: number | undefined, length: number): object {
    const type = typeTagged(tag);
    if (type === undefined) throw malformed('a tag is unknown to this runtime');
    const start = this.cursor.skip(length);
    // Throws when an element is cut off.
    return memoryOf(type, this.cursor.bytes.subarray(start, this.cursor.at));
  }
}
