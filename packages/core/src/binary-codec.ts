/** The built-in codec. */
import { Decoder } from './binary-decoder.ts';
import { Encoder } from './binary-encoder.ts';
import { TextReader } from './binary-text.ts';
import type { Codec, CodecContext, EncodeOptions } from './codec.ts';
import { CacheError } from './errors.ts';
import { told } from './refusal.ts';
import { UNDEFINED_VALUE } from './values.ts';

/** A larger buffer is not kept for the next value. */
const MAX_KEPT = 65_536;

/**
 * Makes a codec for the whole value model. What a value held is not left in its buffer beside the bytes that were asked for: it is wiped, or
 * lent to somebody who wipes it.
 */
export function createBinaryCodec(): Codec {
  let spare: Encoder | undefined;
  const texts = new TextReader();
  const written = (value: unknown): Uint8Array => {
    if (value === undefined) throw new TypeError(UNDEFINED_VALUE);
    // A proxy in the value can run code that encodes: such a call finds no spare and gets its own.
    const encoder = spare ?? new Encoder();
    spare = undefined;
    try {
      encoder.write(value);
      return encoder.lent();
    } catch (error) {
      encoder.wipe();
      throw told(error);
    } finally {
      if (encoder.capacity <= MAX_KEPT) spare = encoder;
    }
  };
  return {
    id: 'core1',
    checks: true,
    encode(value, _, options) {
      return handedOver(written(value), options);
    },
    decode(bytes, context) {
      try {
        return new Decoder(bytes, texts).whole();
      } catch (error) {
        throw codecFailure(error, context);
      }
    },
  };
}

/** The built-in codec. */
export const binaryCodec: Codec = /* @__PURE__ */ createBinaryCodec();

/** Bytes in a buffer that their codec goes on using: lent, where that is allowed; otherwise a copy, and they are wiped. */
export function handedOver(bytes: Uint8Array, options: EncodeOptions | undefined): Uint8Array {
  if (options?.mayLend === true) return bytes;
  const copy = bytes.slice();
  bytes.fill(0);
  return copy;
}

/** The failure of a codec to read. It tells nothing of what was to be read. */
export function codecFailure(cause: unknown, { cache, key }: CodecContext): CacheError {
  return new CacheError('CODEC_FAILED', 'the stored bytes could not be read', { cause, cache, key });
}
