/**
 * The versions of one chunk. The ids of one writer begin alike, so a beginning is kept once and the ends as numbers: a text for every entry
 * would be an object more for the collector to visit and to move. A version that cannot be kept so is kept as it is.
 */

/** The last units of a version, one byte each. */
const END = 4;
/** The most beginnings: all of them are looked through for a version that begins otherwise. */
const MOST = 15;
const NONE = 0;

interface Beginning {
  readonly text: string;
  /** Versions that begin so. One that no version has makes room for another. */
  carriers: number;
}

export class Versions {
  readonly #ends: Int32Array;
  /** The number of each version's beginning, from 1. */
  readonly #numbers: Uint8Array;
  readonly #beginnings: Beginning[] = [];
  /** Versions without a beginning and an end, in their places. */
  #odd: (string | undefined)[] | undefined;

  constructor(length: number) {
    this.#ends = new Int32Array(length);
    this.#numbers = new Uint8Array(length);
  }

  get(place: number): string {
    const number = this.#numbers[place] as number;
    if (number === NONE) return this.#odd?.[place] as string;
    const end = this.#ends[place] as number;
    const text = String.fromCharCode(end >>> 24, (end >>> 16) & 0xff, (end >>> 8) & 0xff, end & 0xff);
    return `${(this.#beginnings[number - 1] as Beginning).text}${text}`;
  }

  set(place: number, version: string): void {
    this.delete(place);
    const at = version.length - END;
    const one = version.charCodeAt(at);
    const two = version.charCodeAt(at + 1);
    const three = version.charCodeAt(at + 2);
    const four = version.charCodeAt(at + 3);
    const number = at < 0 || (one | two | three | four) > 0xff ? NONE : this.#join(version, at);
    this.#numbers[place] = number;
    if (number === NONE) (this.#odd ??= vacant(this.#ends.length))[place] = version;
    else this.#ends[place] = (one << 24) | (two << 16) | (three << 8) | four;
  }

  delete(place: number): void {
    if (this.#odd !== undefined) this.#odd[place] = undefined;
    const number = this.#numbers[place] as number;
    if (number === NONE) return;
    this.#numbers[place] = NONE;
    (this.#beginnings[number - 1] as Beginning).carriers--;
  }

  /** The number of the beginning of `version` that is `length` units long, which now has one carrier more. */
  #join(version: string, length: number): number {
    const beginnings = this.#beginnings;
    let room = beginnings.length;
    for (let at = 0; at < beginnings.length; at++) {
      const beginning = beginnings[at] as Beginning;
      if (beginning.text.length === length && version.startsWith(beginning.text)) {
        beginning.carriers++;
        return at + 1;
      }
      if (beginning.carriers === 0) room = at;
    }
    if (room === MOST) return NONE;
    beginnings[room] = { text: version.slice(0, length), carriers: 1 };
    return room + 1;
  }
}

function vacant(length: number): (string | undefined)[] {
  const column: (string | undefined)[] = [];
  column.length = length;
  return column.fill(undefined);
}
