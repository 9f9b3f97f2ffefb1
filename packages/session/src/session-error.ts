/** The failures of a session manager. This file imports nothing. */

/**
 * Why a call was refused. Codes are stable between major versions; messages are not. What the cache beneath fails with is a `CacheError`
 * and passes through: a store that fails never looks like a session that is not there.
 */
export type SessionErrorCode =
  /** The token is that of no valid session. */
  | 'UNAUTHENTICATED'
  /** The session is valid, and what is asked for needs a stronger or a more recent authentication. */
  | 'REAUTH_REQUIRED'
  /** The subject has as many sessions as it may, and the policy is to refuse one more. */
  | 'SESSION_LIMIT'
  /** Fresh ids were taken again and again: the source of randomness is broken. */
  | 'COLLISION';

/** A refusal. Recognise it by `code` (see {@link isSessionError}). It never carries a token. */
export class SessionError extends Error {
  override readonly name: string = 'SessionError';
  readonly code: SessionErrorCode;

  constructor(code: SessionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Whether `error` is a refusal of a session manager, of the given code if one is named. Works across copies of this package. */
export function isSessionError<C extends SessionErrorCode>(
  error: unknown,
  code?: C,
): error is SessionError & { readonly code: C } {
  if (!(error instanceof Error) || error.name !== 'SessionError' || !('code' in error)) return false;
  return code === undefined || error.code === code;
}
