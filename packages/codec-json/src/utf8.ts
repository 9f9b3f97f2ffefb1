/** Well-formed texts as UTF-8, and back. */

/** Bytes of the buffer that is written to again and again. What may not fit gets memory of its own. */
const CAPACITY = 32_768;
/** Bytes of a unit, at most. */
const WIDTH = 3;

/** What Node has beside `TextEncoder` and `TextDecoder`, at less cost; not every runtime with a `Buffer` has it. It replaces what is no UTF-8. */
interface NodeMethods {
  utf8Write(this: Uint8Array, text: string, start: number, length: number): number;
  utf8Slice(this: Uint8Array, start: number, end: number): string;
}

const NODE: NodeMethods | undefined =
  typeof Buffer === 'function' && 'utf8Write' in Buffer.prototype && 'utf8Slice' in Buffer.prototype
    ? (Buffer.prototype as NodeMethods)
    : undefined;

const encoder = /* @__PURE__ */ new TextEncoder();
const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Makes what writes one text after the other into one buffer, where its bytes are until the next: whoever takes them wipes them. */
export function createLender(): (text: string) => Uint8Array {
  const buffer = new Uint8Array(CAPACITY);
  return (text) => {
    if (WIDTH * text.length > CAPACITY) return utf8Of(text);
    const length =
      NODE === undefined
        ? encoder.encodeInto(text, buffer).written
        : NODE.utf8Write.call(buffer, text, 0, CAPACITY);
    return new Uint8Array(buffer.buffer, 0, length);
  };
}

/** In memory of their own. */
export function utf8Of(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Throws for what is no UTF-8. */
export function textOf(bytes: Uint8Array): string {
  const text = NODE?.utf8Slice.call(bytes, 0, bytes.length);
  // Stands for what is no UTF-8, or for itself.
  return text === undefined || text.includes('\uFFFD') ? decoder.decode(bytes) : text;
}
