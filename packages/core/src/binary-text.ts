/** From bytes to text. */

/** Names that are kept, a power of two. */
const KEPT_NAMES = 512;

/** Longer texts are made by themselves at less cost than to see whether they are ASCII. */
const MEDIUM_TEXT = 128;

/**
 * A text cut out of another one keeps that alive. So only of short messages all bytes are made text at once, out of which theirs are cut:
 * that costs much less than to make each text by itself.
 */
const SHORT_MESSAGE = 4_096;

/** Turns UTF-8 into text, for one message after the other. Names come again and again, so it keeps some. */
export class TextReader {
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #names: string[] = [];

  /** All of a message, a character for each byte, of which only those of ASCII are right. `undefined` for a long one, and where that is not cheap. */
  charactersOf(bytes: Uint8Array): string | undefined {
    if (bytes.length > SHORT_MESSAGE || typeof Buffer !== 'function') return undefined;
    const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    return buffer.toString('latin1');
  }

  text(bytes: Uint8Array, start: number, end: number, characters: string | undefined): string {
    return characters !== undefined && end - start <= MEDIUM_TEXT && isAscii(bytes, start, end)
      ? characters.slice(start, end)
      : this.#utf8.decode(bytes.subarray(start, end));
  }

  /** The name of a member. It is kept, so it must not be cut out of a message, whose text would be kept with it. */
  name(bytes: Uint8Array, start: number, end: number): string {
    let hash = end - start;
    for (let at = start; at < end; at++) hash = (hash * 31 + (bytes[at] as number)) & (KEPT_NAMES - 1);
    const kept = this.#names[hash];
    if (kept !== undefined && isTextOf(kept, bytes, start, end)) return kept;
    return (this.#names[hash] = this.#utf8.decode(bytes.subarray(start, end)));
  }
}

/** Whether `text` is ASCII and these are its bytes. */
function isTextOf(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = start; at < end; at++) {
    const unit = text.charCodeAt(at - start);
    if (unit > 0x7f || unit !== bytes[at]) return false;
  }
  return true;
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  let all = 0;
  for (let at = start; at < end; at++) all |= bytes[at] as number;
  return all <= 0x7f;
}
