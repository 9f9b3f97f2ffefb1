/** Codecs and values that the tests share. */
import { binaryCodec, isCacheError, type Codec, type CodecContext } from '@cache/core';
import { compressed, type AlgorithmName, type CompressionOptions } from '../src/index.ts';

export const context: CodecContext = {
  cache: 'users',
  space: 'users:',
  key: 'user:1',
  schemaVersion: 0,
};

export const ALGORITHMS: readonly AlgorithmName[] = ['gzip', 'brotli', 'zstd'];

/** One of each algorithm, around core's codec, that compresses whatever gets shorter by it. */
export const eager: readonly Codec[] = ALGORITHMS.map((algorithm) =>
  compressed(binaryCodec, { algorithm, threshold: 0 }),
);

export interface RawCodec extends Codec {
  /** The very bytes it gave away or was given, in order. */
  readonly seen: Uint8Array[];
}

/** A codec of byte arrays, whose bytes they are. */
export function rawCodec(): RawCodec {
  const seen: Uint8Array[] = [];
  const noted = <B extends Uint8Array>(bytes: B): B => {
    seen.push(bytes);
    return bytes;
  };
  return {
    id: 'raw',
    seen,
    encode: (value) => noted((value as Uint8Array).slice()),
    decode: (bytes) => new Uint8Array(noted(bytes)),
  };
}

export const raw = (options?: CompressionOptions): Codec => compressed(rawCodec(), options);

/** Bytes that no algorithm makes shorter, the same in every run. */
export function noise(length: number): Uint8Array {
  let state = 0x9e37_79b9;
  return Uint8Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  });
}

export function text(length: number): Uint8Array {
  return new Uint8Array(Buffer.from('the quick brown fox '.repeat(Math.ceil(length / 20)).slice(0, length)));
}

/** What may come of bytes that nobody encoded: a value, or CODEC_FAILED. Anything else fails the test. */
export function tryDecode(codec: Codec, bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: codec.decode(bytes, context) };
  } catch (error) {
    if (!isCacheError(error, 'CODEC_FAILED')) throw error;
    return undefined;
  }
}
