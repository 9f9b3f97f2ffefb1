/** The secret that a client holds, and what of it a server may keep. */
import { hash, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';

/** Bytes from a generator fit for secrets. */
export type SecureRandom = (size: number) => Uint8Array;

/**
 * `<route>.<handle><proof>`, in characters of base64url. The route says which part of the store keeps the session and is shared by many
 * subjects. The handle is the session's for its whole life, the proof is new with each rotation: so whoever presents a handle with another
 * proof holds, or held, a token of that session.
 */
const TOKEN = /^[\w-]{2}\.[\w-]{68}$/;
const HANDLE_END = 27;
/** 144 bits of handle and 264 of proof: both are whole characters. */
const HANDLE_BYTES = 18;
const PROOF_BYTES = 33;
const ID_CHARACTERS = 24;

export const ROUTE_CHARACTERS = 2;

/**
 * A session's secret. It shows itself to nobody by accident: as text, in JSON and in a log it reads `[session token]`. `reveal` gives it,
 * for the cookie or header that carries it to its client, and for nothing else.
 */
export class SessionToken {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    Object.defineProperty(this, inspect.custom, { value: () => REDACTED });
  }

  /** The secret itself. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }
}

const REDACTED = '[session token]';

/** A token as it is kept and compared: nothing of it can be presented. */
export interface TokenMark {
  /** Of the session. Not secret, and no token: it is made of the handle by SHA-256. */
  readonly id: string;
  /** SHA-256 of the whole token. */
  readonly digest: string;
}

/** A token that was just made. */
export interface FreshToken extends TokenMark {
  readonly token: SessionToken;
}

/** The mark of what a client presents; `undefined` for what cannot be a token, of whatever type. */
export function markOf(presented: unknown): TokenMark | undefined {
  return typeof presented === 'string' && TOKEN.test(presented) ? marked(presented) : undefined;
}

/** Makes the first token of a session that lies on `route`. */
export function freshToken(route: string, random: SecureRandom): FreshToken {
  return issued(`${route}.${secret(HANDLE_BYTES + PROOF_BYTES, random)}`);
}

/** Makes the next token of the session whose token was presented. */
export function nextToken(presented: string, random: SecureRandom): FreshToken {
  return issued(`${presented.slice(0, HANDLE_END)}${secret(PROOF_BYTES, random)}`);
}

/** Whether two digests are one. Takes a time that does not depend on where they differ. */
export function isSameDigest(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let at = 0; at < one.length; at += 1) difference |= one.charCodeAt(at) ^ other.charCodeAt(at);
  return difference === 0;
}

/** Drawn anew each time: what lies in stock is there twice when a running process is cloned. */
export const systemSecrets: SecureRandom = (size) => randomBytes(size);

function issued(text: string): FreshToken {
  return { token: new SessionToken(text), ...marked(text) };
}

function marked(text: string): TokenMark {
  const handle = hash('sha256', text.slice(0, HANDLE_END), 'base64url');
  return {
    id: `${text.slice(0, ROUTE_CHARACTERS)}${handle.slice(0, ID_CHARACTERS)}`,
    digest: hash('sha256', text, 'base64url'),
  };
}

function secret(size: number, random: SecureRandom): string {
  const bytes = random(size);
  if (bytes.length !== size) throw new TypeError(`random gave ${bytes.length} bytes of ${size}`);
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = view.toString('base64url');
  view.fill(0);
  return text;
}
