/** The keys of a codec: the first writes, all of them read. */
import { createSecretKey, KeyObject } from 'node:crypto';
import { headOf, MAX_KEY_ID_LENGTH } from './format.ts';

/** One key of a ring. */
export interface EncryptionKey {
  /** Stands in every entry that is encrypted with the key, for everybody to see. 1 to 32 printable ASCII characters. */
  readonly id: string;
  /** 32 bytes from a source of randomness for keys. They are copied: the caller may wipe his. */
  readonly key: Uint8Array | KeyObject;
}

/** A key and what entries that are encrypted with it begin with. */
export interface RingKey {
  readonly head: Uint8Array;
  readonly secret: KeyObject;
}

export interface KeyRing {
  readonly newest: RingKey;
  readonly byId: ReadonlyMap<string, RingKey>;
}

const KEY_LENGTH = 32;
const PRINTABLE = /^[\x20-\x7e]+$/;

/** Throws a `TypeError` that names the fault and the remedy, and nothing of a key. */
export function keyRing(keys: readonly EncryptionKey[]): KeyRing {
  if (!Array.isArray(keys)) throw misuse('keys', 'expected a list of { id, key }, the newest first');
  const byId = new Map<string, RingKey>();
  for (const [index, given] of (keys as readonly EncryptionKey[]).entries()) {
    const place = `keys[${index}]`;
    if (typeof given !== 'object' || given === null) throw misuse(place, 'expected { id, key }');
    const { id, key } = given;
    // An id that is none may be a key that somebody put in its place: it is not shown.
    if (!isKeyId(id))
      throw misuse(`${place}.id`, `expected 1 to ${MAX_KEY_ID_LENGTH} printable ASCII characters`);
    if (byId.has(id)) throw misuse(`${place}.id`, `'${id}' is there already; give each key an id of its own`);
    const secret = secretOf(key, place);
    for (const [other, known] of byId)
      if (known.secret.equals(secret))
        throw misuse(`${place}.key`, `it is the key of '${other}'; make a new one of 32 random bytes`);
    byId.set(id, { head: headOf(id), secret });
  }
  const [newest] = byId.values();
  if (newest === undefined) throw misuse('keys', 'there is none; give at least one { id, key }');
  return { newest, byId };
}

export function isKeyId(id: unknown): id is string {
  return typeof id === 'string' && id.length <= MAX_KEY_ID_LENGTH && PRINTABLE.test(id);
}

function secretOf(key: unknown, place: string): KeyObject {
  const isObject = key instanceof KeyObject;
  if (!isObject && !(key instanceof Uint8Array))
    throw misuse(
      `${place}.key`,
      `expected a Uint8Array of ${KEY_LENGTH} bytes or a secret KeyObject; decode the text it is kept in`,
    );
  const length = isObject ? key.symmetricKeySize : key.length;
  if (length !== KEY_LENGTH)
    throw misuse(
      `${place}.key`,
      length === undefined
        ? `it is a ${(key as KeyObject).type} key; give a secret one`
        : `it has ${length} bytes; AES-256 takes ${KEY_LENGTH}, decoded from the text they are kept in`,
    );
  // The bytes are copied to memory of the runtime, which neither messages nor `inspect` reach.
  const secret = isObject ? key : createSecretKey(key);
  if (secret.equals(createSecretKey(new Uint8Array(KEY_LENGTH))))
    throw misuse(`${place}.key`, 'all its bytes are 0; was it wiped, or never filled?');
  return secret;
}

/** Misuse, told as the rest of the house does: the place, the fault, the remedy. */
export function misuse(what: string, remedy: string): TypeError {
  return new TypeError(`encrypted: ${what}: ${remedy}`);
}
