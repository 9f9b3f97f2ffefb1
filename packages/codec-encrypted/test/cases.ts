/** Codecs, keys and values that the tests share. */
import { createHash } from 'node:crypto';
import { binaryCodec, isCacheError, type CacheError, type Codec, type CodecContext } from '@cache/core';
import { encrypted, type EncryptionKey } from '../src/index.ts';

export const context: CodecContext = {
  cache: 'users',
  space: 'prod/users:',
  key: 'user:1',
  schemaVersion: 0,
};

/** 32 bytes that are the same in every run. */
export function keyBytes(seed: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(seed).digest());
}

export const keyNamed = (id: string): EncryptionKey => ({ id, key: keyBytes(id) });

export const codecWith = (...ids: readonly string[]): Codec =>
  encrypted(binaryCodec, { keys: ids.map(keyNamed) });

/** A codec of byte arrays, whose bytes they are, and the very bytes it gave away or was given. */
export function rawCodec(): Codec & { readonly seen: Uint8Array[] } {
  const seen: Uint8Array[] = [];
  const noted = (bytes: Uint8Array): Uint8Array => {
    seen.push(bytes);
    return bytes;
  };
  return {
    id: 'raw',
    seen,
    encode: (value) => noted(new Uint8Array(value as Uint8Array)),
    decode: (bytes) => new Uint8Array(noted(bytes)),
  };
}

/** The failure that reading `bytes` must end with. */
export function expectFailure(codec: Codec, bytes: Uint8Array, place: CodecContext = context): CacheError {
  let value: unknown;
  try {
    value = codec.decode(bytes, place);
  } catch (error) {
    if (isCacheError(error, 'CODEC_FAILED')) return error;
    throw error;
  }
  throw new Error(`it gave ${JSON.stringify(value)} in place of an error`);
}
