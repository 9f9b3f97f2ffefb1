/** From bytes to text. */

/** Texts up to this length are built by the character, which costs no call when they are ASCII. */
const SHORT_TEXT = 32;
/** Names that are kept, a power of two. */
const KEPT_NAMES = 256;

/** Turns UTF-8 into text. It may serve one reader after the other: names come again and again, so it keeps some. */
export class TextReader {
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #names: string[] = Array.from({ length: KEPT_NAMES }, () => '');

  text(bytes: Uint8Array, start: number, end: number): string {
    const text = end - start > SHORT_TEXT ? undefined : asciiOf(bytes, start, end);
    return text ?? this.#utf8.decode(bytes.subarray(start, end));
  }

  /** The name of a member. */
  name(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start;
    if (length === 0 || length > SHORT_TEXT) return this.text(bytes, start, end);
    const slot = (length * 31 + (bytes[start] as number) * 7 + (bytes[end - 1] as number)) & (KEPT_NAMES - 1);
    const kept = this.#names[slot] as string;
    if (isTextOf(kept, bytes, start, length)) return kept;
    return (this.#names[slot] = this.text(bytes, start, end));
  }
}

/** Whether `text` is ASCII and these are its bytes. */
function isTextOf(text: string, bytes: Uint8Array, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f || unit !== bytes[start + i]) return false;
  }
  return true;
}

/** The text of ASCII bytes; `undefined` when there are others. Built in steps of eight, because each step makes a string. */
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
  for (; i < end; i++) {
    const unit = bytes[i] as number;
    if (unit > 0x7f) return undefined;
    text += String.fromCharCode(unit);
  }
  return text;
}
