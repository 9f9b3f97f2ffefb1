/**
 * How an encrypted entry looks, and what it is bound to.
 *
 * | bytes | what |
 * |--:|---|
 * | 1 | format: 1 |
 * | 1 | length of the key's id, 1 to 32 |
 * | | the key's id, printable ASCII |
 * | 12 | nonce, at random for each write |
 * | | the inner codec's bytes, encrypted with AES-256-GCM: as many as they were |
 * | 16 | tag |
 *
 * The tag vouches for these bytes and, as additional data, for what comes before the nonce, followed by the schema version in two bytes and
 * four texts: the inner codec's id, the cache's name, the space and the key. Each text is in UTF-8 after its length in four bytes. Numbers
 * begin with their most significant byte. So no two places, and no two versions, give the same data.
 */
import { Buffer } from 'node:buffer';
import type { CodecContext } from '@cache/core';

export const NONCE_LENGTH = 12;
export const TAG_LENGTH = 16;
export const MAX_KEY_ID_LENGTH = 32;

const FORMAT = 1;

/** What comes before the nonce. */
export function headOf(keyId: string): Uint8Array {
  return Uint8Array.of(FORMAT, keyId.length, ...Buffer.from(keyId, 'latin1'));
}

export interface Parts {
  readonly head: Uint8Array;
  readonly keyId: string;
  readonly nonce: Uint8Array;
  readonly sealed: Uint8Array;
  readonly tag: Uint8Array;
}

/** Takes an entry apart: looks at its bytes, no copies. `undefined` for what can be none. Whether it is one, only its tag can tell. */
export function partsOf(bytes: Uint8Array): Parts | undefined {
  const [format, idLength = 0] = bytes;
  const headEnd = 2 + idLength;
  const nonceEnd = headEnd + NONCE_LENGTH;
  const sealedEnd = bytes.length - TAG_LENGTH;
  if (format !== FORMAT || sealedEnd < nonceEnd) return undefined;
  return {
    head: bytes.subarray(0, headEnd),
    keyId: String.fromCharCode(...bytes.subarray(2, headEnd)),
    nonce: bytes.subarray(headEnd, nonceEnd),
    sealed: bytes.subarray(nonceEnd, sealedEnd),
    tag: bytes.subarray(sealedEnd),
  };
}

/** The additional data of an entry: what it is bound to. Throws a `TypeError` for a text that UTF-8 cannot tell from another one. */
export function bindingOf(
  head: Uint8Array,
  innerId: string,
  { cache, space, key, schemaVersion }: CodecContext,
): Uint8Array {
  const texts = [innerId, cache, space, key];
  const lengths = texts.map((text) => Buffer.byteLength(text));
  const binding = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + 4 + length, head.length + 2));
  binding.set(head);
  let at = binding.writeUInt16BE(schemaVersion, head.length);
  for (const [index, text] of texts.entries()) {
    if (!text.isWellFormed()) throw new TypeError('a name has a lone surrogate: core would have refused it');
    at = binding.writeUInt32BE(lengths[index] as number, at);
    at += binding.write(text, at);
  }
  return binding;
}
