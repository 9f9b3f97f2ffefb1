/** A place in bytes that were written by nobody knows whom. */

/** The one form of `NaN`, of the many that a float has. */
const NAN_BITS = 0x7ff8_0000_0000_0000n;
const NOTHING = new Uint8Array(0);

/** Goes through bytes from the first to the last. Every length is judged against what is left before anything is made of that length. */
export class Cursor {
  #bytes: Uint8Array = NOTHING;
  /** Where the next byte is. */
  at = 0;
  /** Where eight bytes become a number: to look at the bytes themselves in this way costs more than to copy a few of them. */
  readonly #number = new DataView(new ArrayBuffer(8));

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Goes to the beginning of other bytes. */
  open(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.at = 0;
  }

  /** Lets go of the bytes, and of what was read of them. */
  close(): void {
    this.#bytes = NOTHING;
    this.#number.setBigUint64(0, 0n);
  }

  byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw malformed('bytes are missing');
    return byte;
  }

  /** The number that goes with the head of an item, which must be in its shortest form. `info`: the lower 5 bits of the head. */
  count(info: number): number {
    if (info < 24) return info;
    if (info > 26) throw malformed('a length is of no known form');
    let count = this.byte();
    if (info > 24) count = (count << 8) | this.byte();
    if (info > 25) count = count * 0x1_00_00 + ((this.byte() << 8) | this.byte());
    if (count < (info === 24 ? 24 : info === 25 ? 0x1_00 : 0x1_00_00))
      throw malformed('a number is not in its shortest form');
    return count;
  }

  /** Gives back the count of things of at least `width` bytes each, if there can be so many. */
  fitting(count: number, width: number): number {
    if (count * width > this.#bytes.length - this.at) throw malformed('bytes are missing');
    return count;
  }

  /** Goes past `length` bytes and gives where they start. */
  skip(length: number): number {
    this.fitting(length, 1);
    const start = this.at;
    this.at += length;
    return start;
  }

  /** Goes past `length` bytes and gives a copy of them. */
  copy(length: number): Uint8Array<ArrayBuffer> {
    const start = this.skip(length);
    return Uint8Array.prototype.slice.call(this.#bytes, start, this.at);
  }

  uint64(): bigint {
    this.#take();
    return this.#number.getBigUint64(0);
  }

  float64(): number {
    this.#take();
    const value = this.#number.getFloat64(0);
    if (Number.isNaN(value) && this.#number.getBigUint64(0) !== NAN_BITS)
      throw malformed('NaN is not as it should be');
    return value;
  }

  #take(): void {
    const start = this.skip(8);
    this.#number.setUint32(0, this.#uint32(start));
    this.#number.setUint32(4, this.#uint32(start + 4));
  }

  #uint32(at: number): number {
    const bytes = this.#bytes;
    return (
      ((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)
    );
  }
}

export function malformed(what: string): TypeError {
  return new TypeError(`not a value that this codec wrote: ${what}`);
}
