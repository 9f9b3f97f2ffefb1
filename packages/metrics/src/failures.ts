/** What kind of failure an operation ended with. */
import { isCacheError, type Operation } from '@cache/core';

/** The code of a failure, of which there are few: those of core, `MISUSE` for a `TypeError`, and `OTHER` for the program's own errors. */
export function codeOf(error: unknown): string {
  if (isCacheError(error)) return error.code;
  return error instanceof TypeError ? 'MISUSE' : 'OTHER';
}

/** Whether the caller had left: its signal stands in the options, which come last, behind whatever the operation is about. */
export function isAborted({ args }: Operation): boolean {
  const options = args.length > 1 ? args.at(-1) : undefined;
  if (typeof options !== 'object' || options === null) return false;
  const signal: unknown = Reflect.get(options, 'signal');
  return signal instanceof AbortSignal && signal.aborted;
}

/** Whether nobody knows if what failed took effect; in a batch, of any key. */
export function hasUnknownOutcome(error: unknown): boolean {
  if (!isCacheError(error)) return false;
  if (error.code === 'UNKNOWN_OUTCOME') return true;
  const outcomes = [...(error.outcomes?.values() ?? [])];
  return outcomes.some((outcome) => {
    if (outcome.status === 'rejected') return hasUnknownOutcome(outcome.reason);
    return outcome.status === 'failed' && hasUnknownOutcome(outcome.error);
  });
}
