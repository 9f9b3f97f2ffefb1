/** The failures of a cache. This file imports nothing. */

/**
 * Why an operation failed. Codes are stable between major versions; messages are not. Each has a heading in `docs/errors.md`.
 * Misuse is a `TypeError` without a code, and an expected outcome (absent, lost the race) is a return value: neither is listed here.
 */
export type CacheErrorCode =
  /** The cache, its manager or its provider was closed. */
  | 'CLOSED'
  /** A codec could not read stored bytes. */
  | 'CODEC_FAILED'
  /** The counter would leave the safe integers. */
  | 'COUNTER_OVERFLOW'
  /** A remote operation did not answer within the deadline; nothing is known to have been changed by it. */
  | 'DEADLINE_EXCEEDED'
  /** The write would exceed its index limit. */
  | 'LIMIT_EXCEEDED'
  /** The loader waits, directly or through other loaders or updaters, for itself. */
  | 'LOADER_CYCLE'
  /** The loader ran in another process and failed there; the message is what it said. */
  | 'LOADER_FAILED_ELSEWHERE'
  /** The loader did not settle within the hard timeout. */
  | 'LOADER_TIMEOUT'
  /** `increment` met a value that is not a safe integer. */
  | 'NOT_A_COUNTER'
  /** Some keys of a batch failed; `outcomes` tells of every key. */
  | 'PARTIAL_FAILURE'
  /** The value does not satisfy the cache's schema; `issues` tells where. */
  | 'SCHEMA_MISMATCH'
  /** The provider could not be reached; nothing was executed. */
  | 'UNAVAILABLE'
  /** A write was sent and its reply was lost: it may or may not have taken effect. It was not run again. */
  | 'UNKNOWN_OUTCOME'
  /** The provider lacks the trait the operation needs. */
  | 'UNSUPPORTED';

export interface CacheErrorDetails {
  readonly cause?: unknown;
  readonly cache?: string | undefined;
  readonly key?: string | undefined;
  readonly provider?: string | undefined;
  /** For `UNSUPPORTED`: the trait that is missing. */
  readonly trait?: string;
  /** For `UNAVAILABLE`: the provider is there, and refuses, such as for want of memory or of a permission. It counts against nobody. */
  readonly answered?: boolean;
  /** For `PARTIAL_FAILURE`: what became of every key of the batch. */
  readonly outcomes?: ReadonlyMap<string, BatchOutcome>;
  /** For `SCHEMA_MISMATCH`: what the schema said. */
  readonly issues?: readonly CacheErrorIssue[];
}

/** What a schema has against a value, and where: an issue of the Standard Schema. */
export interface CacheErrorIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What became of one key of a batch; of one that loads, the outcome that `getOrSetMany` gives. */
export type BatchOutcome =
  | PromiseSettledResult<unknown>
  | { readonly status: 'hit' | 'loaded'; readonly value: unknown }
  | { readonly status: 'missing' }
  | { readonly status: 'failed'; readonly error: unknown };

/** A failure of the cache. Recognise it by `code` (see {@link isCacheError}): two copies of this package have two classes. */
export class CacheError extends Error {
  override readonly name: string = 'CacheError';
  readonly code: CacheErrorCode;
  // Declared only: what does not apply is no member, and no line in a log.
  declare readonly cache: string | undefined;
  declare readonly key: string | undefined;
  declare readonly provider: string | undefined;
  declare readonly trait: string | undefined;
  declare readonly answered: boolean | undefined;
  declare readonly outcomes: ReadonlyMap<string, BatchOutcome> | undefined;
  declare readonly issues: readonly CacheErrorIssue[] | undefined;

  constructor(code: CacheErrorCode, message: string, details: CacheErrorDetails = {}) {
    const { cause, ...others } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    for (const [name, value] of Object.entries(others))
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: true });
  }
}

/** The same failure, told of the call that met it: several calls may have failed with one error of a provider. */
export function failureOfCall(
  error: CacheError,
  call: Required<Pick<CacheErrorDetails, 'cache' | 'key' | 'provider'>>,
): CacheError {
  const { code, message, stack, cause, trait, answered, outcomes, issues } = error;
  const { cache, key = call.key, provider = call.provider } = error;
  const told = new CacheError(code, message, {
    cause,
    cache: cache ?? call.cache,
    key,
    provider,
    ...(trait !== undefined && { trait }),
    ...(answered !== undefined && { answered }),
    ...(outcomes !== undefined && { outcomes }),
    ...(issues !== undefined && { issues }),
  });
  if (stack !== undefined) told.stack = stack;
  return told;
}

/** The details that every error of a code has. */
interface DetailsOf {
  readonly PARTIAL_FAILURE: Pick<Required<CacheErrorDetails>, 'outcomes'>;
  readonly SCHEMA_MISMATCH: Pick<Required<CacheErrorDetails>, 'issues'>;
  readonly UNSUPPORTED: Pick<Required<CacheErrorDetails>, 'trait'>;
}

/** An error of the code `C`, with the details that it always has. */
export type CacheErrorOf<C extends CacheErrorCode> = C extends keyof DetailsOf
  ? CacheError & { readonly code: C } & DetailsOf[C]
  : CacheError & { readonly code: C };

/** Whether `error` is a failure of a cache, of the given code if one is named. Works across copies of this package. */
export function isCacheError(error: unknown): error is CacheError;
export function isCacheError<C extends CacheErrorCode>(error: unknown, code: C): error is CacheErrorOf<C>;
export function isCacheError(error: unknown, code?: CacheErrorCode): error is CacheError {
  if (!(error instanceof Error) || error.name !== 'CacheError' || !('code' in error)) return false;
  return code === undefined || error.code === code;
}
