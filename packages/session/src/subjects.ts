/** Where the sessions of a subject lie, and what a store sees of the subject. */
import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { ROUTE_CHARACTERS, type SecureRandom } from './token.ts';

const ID_CHARACTERS = 22;
const FINGERPRINT_CHARACTERS = 8;
/** For a token and its route. */
const IMPORT_BYTES = 54;

/**
 * What is made of the secret. A subject's name never reaches a key or an index: its term there is an HMAC, so that who reads the store
 * cannot look for a subject he knows.
 */
export interface Subjects {
  /** Of the index: the same in every process with this secret. */
  termOf(subject: string): string;
  /** Its sessions lie together. One route is that of many subjects, so that a token does not tell two visits of one from those of two. */
  routeOf(subject: string): string;
  /** For a session of nobody. */
  anyRoute(random: SecureRandom): string;
  /** Tells this secret from others, and nothing else of it. */
  readonly fingerprint: string;
  /** The text that ties a form to a session and the present token of it. */
  csrfOf(id: string, turn: number): string;
  /** What a token of another session manager becomes: bytes that nobody can tell without the secret. */
  bytesOf(token: string): Buffer;
}

/** Throws a `TypeError` unless the secret is a `Uint8Array` of at least 32 bytes, not all of them zero. The bytes are copied. */
export function subjectsOf(secret: Uint8Array): Subjects {
  if (!(secret instanceof Uint8Array) || secret.length < 32) {
    throw new TypeError(
      `secret is ${secret instanceof Uint8Array ? `${secret.length} bytes` : typeof secret}: give a Uint8Array of at least 32 random bytes`,
    );
  }
  if (secret.every((byte) => byte === 0)) throw new TypeError('secret is all zeros: give random bytes');
  // Key objects: of bytes, each HMAC would make one anew.
  const keyFor = (purpose: string): KeyObject =>
    createSecretKey(createHmac('sha256', secret).update(`@cache/session ${purpose}`).digest());
  const ofSubjects = keyFor('subjects');
  const ofForms = keyFor('forms');
  const ofImports = keyFor('imports');
  const termOf = (subject: string): string =>
    createHmac('sha256', ofSubjects).update(subject).digest('base64url').slice(0, ID_CHARACTERS);
  return {
    termOf,
    routeOf: (subject) => termOf(subject).slice(0, ROUTE_CHARACTERS),
    anyRoute: (random) => Buffer.from(random(3)).toString('base64url').slice(0, ROUTE_CHARACTERS),
    fingerprint: fingerprintOf(keyFor('fingerprint')),
    bytesOf: (token) => Buffer.from(hkdfSync('sha256', ofImports, token, '', IMPORT_BYTES)),
    csrfOf: (id, turn) => createHmac('sha256', ofForms).update(`${id}.${turn}`).digest('base64url'),
  };
}

function fingerprintOf(key: KeyObject): string {
  return createHmac('sha256', key).digest('base64url').slice(0, FINGERPRINT_CHARACTERS);
}
