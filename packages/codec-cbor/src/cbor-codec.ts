/** The codec. */
import { type Codec, type CodecContext, CacheError, binaryCodec } from '@cache/core';
import { Doubt, Drafter, type Part } from './draft.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

/** From here on core counts the parts of a value before a draft is made of them. */
const MANY_PARTS = 1_000_000;

function createCborCodec(): Codec {
  const writer = new Writer();
  let reader: Reader | undefined;
  return {
    id: 'cbor',
    checks: true,
    encode: (value, context) => writer.write(partsOf(value, context)),
    decode(bytes, context) {
      try {
        return (reader ??= new Reader()).read(bytes);
      } catch (cause) {
        const { cache, key } = context;
        throw new CacheError('CODEC_FAILED', 'the stored bytes could not be read', { cause, cache, key });
      }
    },
  };
}

/**
 * CBOR for the whole value model, in a form that any CBOR reader can follow. Each message stands for itself: no records, no state that
 * reader and writer would have to share.
 *
 * `encode` throws a `TypeError` that names the place of what is not of the model. `decode` throws a `CacheError` with the code
 * `CODEC_FAILED` for every input that `encode` did not make, whatever it holds, in a time in proportion to its length.
 */
export const cborCodec: Codec = /* @__PURE__ */ createCborCodec();

function partsOf(value: unknown, context: CodecContext): Part[] {
  try {
    // What core says of `undefined` is said by core.
    if (value !== undefined) return new Drafter(MANY_PARTS).parts(value);
  } catch (error) {
    if (!(error instanceof Doubt)) throw error;
  }
  // The value model is core's: it says what is wrong and where, or gives a copy in which nothing is left to doubt.
  return new Drafter(Infinity).parts(copyOf(value, context));
}

/** A checked copy of a value, or the refusal of it. */
function copyOf(value: unknown, context: CodecContext): unknown {
  return binaryCodec.decode(binaryCodec.encode(value, context), context);
}
