/** What a store sees in the place of names that others chose: ids, tokens, subjects. This file imports nothing of the house. */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

/** The same text for the same name, from which nobody without the secret learns the name. */
export type Pseudonym = (name: string) => string;

/**
 * Pseudonyms of one purpose: those of another one are different. Throws a `TypeError` unless the secret is a `Uint8Array` of at least 32
 * bytes. The bytes are copied.
 */
export function pseudonyms(secret: Uint8Array, purpose: string, what: string): Pseudonym {
  if (!(secret instanceof Uint8Array) || secret.length < 32)
    throw new TypeError(`${what}: secret must be a Uint8Array of at least 32 random bytes`);
  const key: KeyObject = createSecretKey(
    createHmac('sha256', secret).update(`@cache/session ${purpose}`).digest(),
  );
  return (name) => createHmac('sha256', key).update(name).digest('base64url');
}
