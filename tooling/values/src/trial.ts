/** A codec as tests use it. */
import { binaryCodec, type Codec, type CodecContext, isCacheError } from '@cache/core';

export const context: CodecContext = { cache: 'users', space: 'users', key: 'user:1', schemaVersion: 0 };

export interface Trial {
  readonly encode: (value: unknown) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => unknown;
  /** What comes of bytes that nobody encoded: a value, or `undefined` for CODEC_FAILED. Anything else is thrown. */
  readonly tryDecode: (bytes: Uint8Array) => { readonly value: unknown } | undefined;
  /** Whether a value comes back as it was. */
  readonly keeps: (value: unknown) => boolean;
}

/** `encode` gets what core gives it: a checked copy, unless the codec checks. */
export function trialOf(codec: Codec): Trial {
  const encode = (value: unknown): Uint8Array =>
    codec.encode(codec.checks === true ? value : checkedCopyOf(value), context);
  const decode = (bytes: Uint8Array): unknown => codec.decode(bytes, context);
  return {
    encode,
    decode,
    tryDecode(bytes) {
      try {
        return { value: decode(bytes) };
      } catch (error) {
        if (!isCacheError(error, 'CODEC_FAILED')) throw error;
        return undefined;
      }
    },
    keeps: (value) => isSame(decode(encode(value)), value),
  };
}

function checkedCopyOf(value: unknown): unknown {
  return binaryCodec.decode(binaryCodec.encode(value, context), context);
}

/**
 * Whether two values are the same in all that the value model keeps. Core's codec has one form for each value, in which prototypes, orders,
 * `undefined` members, `-0` and types of views are told apart.
 */
export function isSame(a: unknown, b: unknown): boolean {
  return Buffer.from(binaryCodec.encode(a, context)).equals(binaryCodec.encode(b, context));
}
