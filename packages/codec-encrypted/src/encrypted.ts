/** The codec. */
import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import { CacheError, type Codec, type CodecContext, type EncodeOptions } from '@cache/core';
import { NONCE_LENGTH, type Parts, TAG_LENGTH, bindingOf, partsOf } from './format.ts';
import { type EncryptionKey, isKeyId, keyRing, misuse, type RingKey } from './key-ring.ts';

export interface EncryptionOptions {
  /** The first encrypts, all of them decrypt. To rotate, put a new one in front and keep the others while entries of theirs live. */
  readonly keys: readonly EncryptionKey[];
}

const ALGORITHM = 'aes-256-gcm';
const MAX_ID_LENGTH = 16;
/** The bytes of the inner codec are encrypted, and wiped. */
const COPIED: EncodeOptions = { mayLend: true };

/**
 * A codec whose bytes are those of `inner`, encrypted with AES-256-GCM and bound to their place: moved to another key, space or cache, they
 * cannot be read. Each write draws a nonce of its own, so the same value never gives the same bytes twice.
 *
 * It authenticates: what the default codec of a provider wrote, which anybody can write, is not read beside it.
 *
 * Throws a `TypeError` for bad keys, without showing them. `encode` throws what `inner` throws. `decode` throws `CODEC_FAILED` for what was not
 * encrypted for this place with one of the keys, and for what `inner` cannot read; it tells nothing of what was decrypted, nor what `inner`
 * said of it. The bytes that go into the cipher and come out of it are wiped.
 */
export function encrypted(inner: Codec, options: EncryptionOptions): Codec {
  checkCodec(inner);
  const innerId = inner.id;
  const { newest, byId } = keyRing(keysIn(options));
  const id = `aes(${innerId})`;
  if (id.length > MAX_ID_LENGTH)
    throw misuse(
      `the id '${id}'`,
      `it has ${id.length} characters; give a codec whose id has at most ${MAX_ID_LENGTH - 'aes()'.length}`,
    );

  return {
    id,
    checks: inner.checks,
    authenticates: true,
    encode(value, context) {
      const bytes = inner.encode(value, context, COPIED);
      if (!(bytes instanceof Uint8Array))
        throw new TypeError(`the codec '${innerId}' must encode to a Uint8Array`);
      try {
        return seal(bytes, newest, bindingOf(newest.head, innerId, context));
      } finally {
        bytes.fill(0);
      }
    },
    decode(bytes, context) {
      const parts = partsOf(bytes);
      if (parts === undefined) throw unreadable(context, 'it is not an encrypted entry');
      const key = byId.get(parts.keyId);
      if (key === undefined) throw unreadable(context, keyUnknown(parts.keyId));
      const opened = open(parts, key, innerId, context);
      try {
        return inner.decode(opened, context);
      } catch {
        // What the inner codec says may quote what it read: a JSON parser does. So it is said here, and without a cause.
        throw unreadable(context, `the codec '${innerId}' cannot read what was encrypted`);
      } finally {
        opened.fill(0);
      }
    },
  };
}

function seal(bytes: Uint8Array, { head, secret }: RingKey, binding: Uint8Array): Uint8Array {
  const sealedAt = head.length + NONCE_LENGTH;
  const entry = new Uint8Array(sealedAt + bytes.length + TAG_LENGTH);
  entry.set(head);
  const nonce = randomFillSync(entry.subarray(head.length, sealedAt));
  const cipher = createCipheriv(ALGORITHM, secret, nonce, { authTagLength: TAG_LENGTH });
  cipher.setAAD(binding);
  entry.set(cipher.update(bytes), sealedAt);
  cipher.final();
  entry.set(cipher.getAuthTag(), sealedAt + bytes.length);
  return entry;
}

function open(
  { head, nonce, sealed, tag }: Parts,
  { secret }: RingKey,
  innerId: string,
  context: CodecContext,
): Uint8Array {
  let opened: Uint8Array | undefined;
  try {
    const decipher = createDecipheriv(ALGORITHM, secret, nonce, { authTagLength: TAG_LENGTH });
    decipher.setAAD(bindingOf(head, innerId, context));
    decipher.setAuthTag(tag);
    const { buffer, byteOffset, byteLength } = decipher.update(sealed);
    // Not the Buffer itself, whose `slice` is no copy: whoever took one would keep a view of what is wiped.
    opened = new Uint8Array(buffer, byteOffset, byteLength);
    decipher.final();
    return opened;
  } catch (cause) {
    opened?.fill(0);
    throw unreadable(context, 'it was changed, or encrypted for another place or with another key', cause);
  }
}

function keyUnknown(id: string): string {
  return isKeyId(id)
    ? `it is encrypted with the key '${id}', which is not among those given`
    : 'it is not an encrypted entry';
}

function unreadable({ cache, key }: CodecContext, why: string, cause?: unknown): CacheError {
  return new CacheError('CODEC_FAILED', `the stored entry could not be read: ${why}`, { cause, cache, key });
}

function keysIn(options: unknown): readonly EncryptionKey[] {
  if (typeof options !== 'object' || options === null)
    throw misuse('options', 'give { keys: [{ id, key }] }, the newest key first');
  const odd = Object.keys(options).find((name) => name !== 'keys');
  if (odd !== undefined) throw misuse(`the option '${odd}'`, 'there is none of this name; there is keys');
  return (options as EncryptionOptions).keys;
}

function checkCodec(inner: unknown): asserts inner is Codec {
  const { id, encode, decode } = (inner ?? {}) as Partial<Codec>;
  if (typeof id === 'string' && id !== '' && typeof encode === 'function' && typeof decode === 'function')
    return;
  throw misuse('inner', 'expected a codec: an object with id, encode and decode');
}
