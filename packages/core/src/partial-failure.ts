/** How an operation on many keys fails when some of them did. */
import { CacheError } from './errors.ts';
import type { Opened } from './opened.ts';

/** A caller who left gets its signal's reason, whatever became of the keys. */
export function throwIfLeft(
  outcomes: ReadonlyMap<string, PromiseSettledResult<unknown>>,
  signal: AbortSignal | undefined,
): void {
  if (signal?.aborted !== true) return;
  if ([...outcomes.values()].some((outcome) => outcome.status === 'rejected')) throw signal.reason;
}

/** Rejects with `PARTIAL_FAILURE` when the outcome of some key is a failure; a caller who left gets its signal's reason. */
export function throwPartial(
  { name }: Opened,
  operation: string,
  outcomes: ReadonlyMap<string, PromiseSettledResult<unknown>>,
  signal: AbortSignal | undefined,
): void {
  throwIfLeft(outcomes, signal);
  const failures = [...outcomes.values()].filter((outcome) => outcome.status === 'rejected');
  if (failures.length === 0) return;
  throw new CacheError(
    'PARTIAL_FAILURE',
    `cache '${name}': ${operation} failed for ${failures.length} of ${outcomes.size} keys`,
    {
      cache: name,
      outcomes,
      cause: failures[0]?.reason,
    },
  );
}
