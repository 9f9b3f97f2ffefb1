/** A place in bytes that were written by nobody knows whom. */

/** The one form of `NaN`, of the many that a float has. */
const NAN_BITS = 0x7ff8_0000_0000_0000n;

/** Goes through bytes from the first to the last. Every length is judged against what is left before anything is made of that length. */
export class Cursor {
  readonly bytes: Uint8Array;
  /** Where the next byte is. */
  at = 0;
  #view: DataView | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw malformed('bytes are missing');
    return byte;
  }

  /** The number that goes with the head of an item, which must be in its shortest form. `info`: the lower 5 bits of the head. */
  count(info: number): number {
    if (info < 24) return info;
    if (info > 26) throw malformed('a length is of no known form');
    const size = 1 << (info - 24);
    let count = 0;
    for (let i = 0; i < size; i++) count = count * 256 + this.byte();
    const least = size === 1 ? 24 : size === 2 ? 0x1_00 : 0x1_00_00;
    if (count < least) throw malformed('a number is not in its shortest form');
    return count;
  }

  /** Gives back the count of things of at least `width` bytes each, if there can be so many. */
  fitting(count: number, width: number): number {
    if (count * width > this.bytes.length - this.at) throw malformed('bytes are missing');
    return count;
  }

  /** Goes past `length` bytes and gives where they start. */
  skip(length: number): number {
    this.fitting(length, 1);
    const start = this.at;
    this.at += length;
    return start;
  }

  /** Goes past `length` bytes and gives a look at them. */
  look(length: number): Uint8Array {
    return this.bytes.subarray(this.skip(length), this.at);
  }

  uint64(): bigint {
    return this.#viewed().getBigUint64(this.skip(8));
  }

  float64(): number {
    const start = this.skip(8);
    const value = this.#viewed().getFloat64(start);
    if (Number.isNaN(value) && this.#viewed().getBigUint64(start) !== NAN_BITS)
      throw malformed('NaN is not as it should be');
    return value;
  }

  #viewed(): DataView {
    return (this.#view ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength));
  }
}

export function malformed(what: string): TypeError {
  return new TypeError(`not a value that this codec wrote: ${what}`);
}
