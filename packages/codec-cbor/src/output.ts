/** Bytes that are being written. */
import { FLOAT64, TEXT, headSize, isWellFormed } from './format.ts';

const FIRST_CAPACITY = 1_024;
/** A larger buffer is not kept for the next value. */
const MAX_KEPT = 65_536;
/** Up to this length a text that is ASCII is written by the character: a call into the engine costs more. */
const SHORT_TEXT = 48;

/** Grows as it is written to. What it held is wiped, also where it moved to a larger buffer. */
export class Output {
  #bytes = new Uint8Array(FIRST_CAPACITY);
  /** The same memory. */
  #view = new DataView(this.#bytes.buffer);
  #utf8Into = utf8Into(this.#bytes);
  /** Where the next byte goes. */
  #at = 0;

  get at(): number {
    return this.#at;
  }

  /** Whether it is small enough to be kept. */
  get isSmall(): boolean {
    return this.#bytes.length <= MAX_KEPT;
  }

  /** What was written, until something else is, which begins anew: whoever takes it wipes it. */
  lent(): Uint8Array {
    const bytes = this.look();
    this.#at = 0;
    return bytes;
  }

  /** What was written, until something else is. */
  look(): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, 0, this.#at);
  }

  wipe(): void {
    this.#bytes.fill(0, 0, this.#at);
    this.#at = 0;
  }

  byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = byte;
  }

  /** The head of an item: its major type, and a number in its shortest form. */
  head(major: number, count: number): void {
    this.#reserve(5);
    this.#head(major, count);
  }

  float64(value: number): void {
    this.#reserve(9);
    this.#bytes[this.#at] = FLOAT64;
    this.#view.setFloat64(this.#at + 1, value);
    this.#at += 9;
  }

  /** The head of an integer of 64 bits, and the integer. */
  uint64(major: number, value: bigint): void {
    this.#reserve(9);
    this.#bytes[this.#at] = (major << 5) | 27;
    this.#view.setBigUint64(this.#at + 1, value);
    this.#at += 9;
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** An item of a text. False, and nothing is written: it has no UTF-8. */
  text(text: string): boolean {
    // A unit takes at most three bytes.
    this.#reserve(3 * text.length + 5);
    return (text.length <= SHORT_TEXT && this.#ascii(text)) || this.#utf8(text);
  }

  #ascii(text: string): boolean {
    const { length } = text;
    const bytes = this.#bytes;
    const start = this.#at + headSize(length);
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) return false;
      bytes[start + i] = unit;
    }
    this.#head(TEXT, length);
    this.#at = start + length;
    return true;
  }

  #utf8(text: string): boolean {
    // Room for a head that is right for ASCII; other text is moved.
    const start = this.#at + headSize(text.length);
    const written = this.#utf8Into(text, start);
    const end = start + written;
    // Only a text with other than ASCII can have lone surrogates, in whose place something else was written.
    const isUtf8 = written === text.length || isWellFormed(text);
    if (isUtf8) {
      const place = this.#at + headSize(written);
      if (place !== start) this.#bytes.copyWithin(place, start, end);
      this.#head(TEXT, written);
      this.#at = place + written;
    }
    // What lies past the end is not reached by the wipe.
    if (this.#at < end) this.#bytes.fill(0, this.#at, end);
    return isUtf8;
  }

  #head(major: number, count: number): void {
    const bytes = this.#bytes;
    const type = major << 5;
    if (count < 24) {
      bytes[this.#at++] = type | count;
    } else if (count < 0x1_00) {
      bytes[this.#at++] = type | 24;
      bytes[this.#at++] = count;
    } else if (count < 0x1_00_00) {
      bytes[this.#at++] = type | 25;
      bytes[this.#at++] = count >> 8;
      bytes[this.#at++] = count;
    } else {
      bytes[this.#at++] = type | 26;
      this.#view.setUint32(this.#at, count);
      this.#at += 4;
    }
  }

  #reserve(length: number): void {
    if (this.#at + length > this.#bytes.length) this.#grow(this.#at + length);
  }

  #grow(needed: number): void {
    const outgrown = this.#bytes;
    this.#bytes = new Uint8Array(Math.max(needed, 2 * outgrown.length));
    this.#bytes.set(outgrown.subarray(0, this.#at));
    this.#view = new DataView(this.#bytes.buffer);
    this.#utf8Into = utf8Into(this.#bytes);
    outgrown.fill(0, 0, this.#at);
  }
}

/** Writes a text into `bytes` and gives how many bytes it took. Node's own way costs half of the other. */
function utf8Into(bytes: Uint8Array<ArrayBuffer>): (text: string, at: number) => number {
  if (typeof Buffer === 'function') {
    const buffer = Buffer.from(bytes.buffer);
    return (text, at) => buffer.write(text, at);
  }
  const encoder = new TextEncoder();
  return (text, at) => encoder.encodeInto(text, bytes.subarray(at)).written;
}
