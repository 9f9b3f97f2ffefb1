/**
 * The versions of one chunk. The ids of one writer begin alike, so their beginning is kept once and their ends as numbers: a text for every
 * entry would be an object more for the collector to visit and to move. A version that begins or ends otherwise is kept as it is.
 */

/** The last units of a version, one byte each. */
const END = 4;

export class Versions {
  readonly #ends: Int32Array;
  #beginning: string | undefined;
  /** Versions that are not a beginning and an end, in their places. */
  #odd: (string | undefined)[] | undefined;

  constructor(length: number) {
    this.#ends = new Int32Array(length);
  }

  get(place: number): string {
    const odd = this.#odd?.[place];
    if (odd !== undefined) return odd;
    const end = this.#ends[place] as number;
    const text = String.fromCharCode(end >>> 24, (end >>> 16) & 0xff, (end >>> 8) & 0xff, end & 0xff);
    return `${this.#beginning}${text}`;
  }

  set(place: number, version: string): void {
    const beginning = (this.#beginning ??= version.slice(0, -END));
    const at = beginning.length;
    if (version.length !== at + END || !version.startsWith(beginning)) return this.#keep(place, version);
    const one = version.charCodeAt(at);
    const two = version.charCodeAt(at + 1);
    const three = version.charCodeAt(at + 2);
    const four = version.charCodeAt(at + 3);
    if ((one | two | three | four) > 0xff) return this.#keep(place, version);
    this.#ends[place] = (one << 24) | (two << 16) | (three << 8) | four;
    this.delete(place);
  }

  delete(place: number): void {
    if (this.#odd !== undefined) this.#odd[place] = undefined;
  }

  #keep(place: number, version: string): void {
    if (this.#odd === undefined) {
      this.#odd = [];
      this.#odd.length = this.#ends.length;
      this.#odd.fill(undefined);
    }
    this.#odd[place] = version;
  }
}
