/**
 * From bytes to text. Core has a reader for its own codec, and does not export it: which texts are built by the character and which names
 * are kept is tuned to how a format is read, and what core exports it has to keep.
 */

/** Texts up to this length are built by the character, which costs no call when they are ASCII. */
const SHORT_TEXT = 16;
/** Longer names are not kept. */
const LONGEST_NAME = 32;
/** Names that are kept: a power of two. */
const KEPT_NAMES = 1_024;

type Utf8Slice = (this: Uint8Array, start: number, end: number) => string;

/** Turns UTF-8 into text. It may serve one value after the other: names come again and again, so it keeps some, with their bytes. */
export class TextReader {
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #names: string[] = Array.from({ length: KEPT_NAMES }, () => '');
  readonly #bytes = new Uint8Array(KEPT_NAMES * LONGEST_NAME);
  readonly #lengths = new Uint8Array(KEPT_NAMES);

  text(bytes: Uint8Array, start: number, end: number): string {
    const text = end - start > SHORT_TEXT ? undefined : asciiOf(bytes, start, end);
    return text ?? this.#long(bytes, start, end);
  }

  /** The name of a member. */
  name(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start;
    if (length === 0 || length > LONGEST_NAME) return this.text(bytes, start, end);
    const slot = slotOf(bytes, start, length);
    if (this.#keeps(slot, bytes, start, length)) return this.#names[slot] as string;
    const name = this.text(bytes, start, end);
    this.#lengths[slot] = length;
    for (let i = 0; i < length; i++) this.#bytes[slot * LONGEST_NAME + i] = bytes[start + i] as number;
    return (this.#names[slot] = name);
  }

  #keeps(slot: number, bytes: Uint8Array, start: number, length: number): boolean {
    if (this.#lengths[slot] !== length) return false;
    const kept = this.#bytes;
    for (let i = 0, at = slot * LONGEST_NAME; i < length; i++)
      if (kept[at + i] !== bytes[start + i]) return false;
    return true;
  }

  #long(bytes: Uint8Array, start: number, end: number): string {
    const text = utf8Slice?.call(bytes, start, end);
    // Stands for what is no UTF-8, or for itself.
    if (text !== undefined && !text.includes('\uFFFD')) return text;
    return this.#utf8.decode(new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start));
  }
}

/** What Node has beside `TextDecoder`, at half the cost. It replaces what is no UTF-8. */
const utf8Slice: Utf8Slice | undefined =
  typeof Buffer === 'function' ? (Reflect.get(Buffer.prototype, 'utf8Slice') as Utf8Slice) : undefined;

/** Where a name is kept, if it is. */
function slotOf(bytes: Uint8Array, start: number, length: number): number {
  const first = bytes[start] as number;
  const middle = bytes[start + (length >> 1)] as number;
  const last = bytes[start + length - 1] as number;
  return Math.imul((length << 24) | (first << 16) | (middle << 8) | last, 0x9e37_79b1) >>> 22;
}

/** The text of ASCII bytes; `undefined` when there are others. Built in steps, because each step makes a string. */
function asciiOf(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = '';
  let i = start;
  for (; end - i >= 8; i += 8) {
    const a = bytes[i] as number;
    const b = bytes[i + 1] as number;
    const c = bytes[i + 2] as number;
    const d = bytes[i + 3] as number;
    const e = bytes[i + 4] as number;
    const f = bytes[i + 5] as number;
    const g = bytes[i + 6] as number;
    const h = bytes[i + 7] as number;
    if ((a | b | c | d | e | f | g | h) > 0x7f) return undefined;
    text += String.fromCharCode(a, b, c, d, e, f, g, h);
  }
  for (; end - i >= 4; i += 4) {
    const a = bytes[i] as number;
    const b = bytes[i + 1] as number;
    const c = bytes[i + 2] as number;
    const d = bytes[i + 3] as number;
    if ((a | b | c | d) > 0x7f) return undefined;
    text += String.fromCharCode(a, b, c, d);
  }
  for (; i < end; i++) {
    const unit = bytes[i] as number;
    if (unit > 0x7f) return undefined;
    text += String.fromCharCode(unit);
  }
  return text;
}
