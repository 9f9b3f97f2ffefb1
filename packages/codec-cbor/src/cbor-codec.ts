/** The codec. */
import { type Codec, type CodecContext, binaryCodec } from '@cache/core';
import { codecFailure, handedOver } from '@cache/core/codec-parts';
import { Doubt } from './inspection.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

function createCborCodec(): Codec {
  let reader: Reader | undefined;
  let spare: Writer | undefined;
  const written = (value: unknown, context: CodecContext): Uint8Array => {
    // A proxy in the value can run code that encodes: such a call finds no spare and gets its own.
    const writer = spare ?? new Writer();
    spare = undefined;
    try {
      return bytesOf(value, writer, context);
    } catch (error) {
      writer.wipe();
      throw error;
    } finally {
      if (writer.isSmall) spare = writer;
    }
  };
  return {
    id: 'cbor',
    checks: true,
    encode(value, context, options) {
      return handedOver(written(value, context), options);
    },
    decode(bytes, context) {
      try {
        return (reader ??= new Reader()).read(bytes);
      } catch (cause) {
        throw codecFailure(cause, context);
      }
    },
  };
}

/**
 * CBOR for the whole value model, in a form that any CBOR reader can follow. Each message stands for itself: no records, no state that
 * reader and writer would have to share.
 *
 * `encode` throws a `TypeError` that names the place of what is not of the model. `decode` throws a `CacheError` with the code
 * `CODEC_FAILED` for every input that `encode` did not make, whatever it holds, in a time in proportion to its length. Only maps and sets
 * of numbers that were chosen to collide take longer, wherever they are made.
 */
export const cborCodec: Codec = /* @__PURE__ */ createCborCodec();

function bytesOf(value: unknown, writer: Writer, context: CodecContext): Uint8Array {
  try {
    // What core says of `undefined` is said by core.
    if (value !== undefined) return writer.write(value, false);
  } catch (error) {
    if (!(error instanceof Doubt)) throw error;
  }
  writer.wipe();
  // The value model is core's: it says what is wrong and where, or gives a copy in which nothing is left to doubt.
  return writer.write(copyOf(value, context), true);
}

/** A checked copy of a value, or the refusal of it. */
function copyOf(value: unknown, context: CodecContext): unknown {
  return binaryCodec.decode(binaryCodec.encode(value, context), context);
}
