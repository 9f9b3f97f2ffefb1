/** From drafts to bytes. */
import { Encoder } from 'cbor-x';
import type { Part } from './draft.ts';

/** What cbor-x has and its type library leaves out. */
interface BufferedEncoder extends Encoder {
  useBuffer(buffer: Uint8Array): void;
}

/** A larger buffer is not kept for the next value. */
const MAX_KEPT = 65_536;
const FIRST_CAPACITY = 8_192;

/**
 * Writes with the encoder of cbor-x. It keeps no state between two values: no records, no shared structures, no packed values. Drafts run no
 * code of their own, so no second value is ever written within a first.
 */
export class Writer {
  readonly #encoder = new Encoder({
    useRecords: false,
    // Counts of members in their shortest form, and more than 65,535 of them.
    variableMapSize: true,
    mapsAsObjects: true,
    tagUint8Array: false,
  }) as BufferedEncoder;

  /** The bytes of the first part, with the others in their places. They share memory with nothing. */
  write(parts: readonly Part[]): Uint8Array {
    // Outer parts come first, so the bytes of inner ones are there when they are asked for.
    for (let i = parts.length - 1; i > 0; i--) {
      const { tag, draft } = parts[i] as Part;
      tag.value = this.#bytesOf(draft);
    }
    return this.#bytesOf((parts[0] as Part).draft);
  }

  #bytesOf(draft: unknown): Uint8Array {
    const written = this.#encoder.encode(draft);
    const bytes = new Uint8Array(written);
    // The buffer belongs to all who use cbor-x: what the value held is not left in it.
    written.fill(0);
    if (written.buffer.byteLength > MAX_KEPT) this.#encoder.useBuffer(freshBuffer());
    return bytes;
  }
}

/** On Node it must be a `Buffer`, whose methods the encoder calls. */
function freshBuffer(): Uint8Array {
  return typeof Buffer === 'function'
    ? Buffer.allocUnsafeSlow(FIRST_CAPACITY)
    : new Uint8Array(FIRST_CAPACITY);
}
