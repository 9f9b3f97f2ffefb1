/** Failures of calls that change many records: once one of them was changed, "nothing was executed" is no longer true. */
import { CacheError, isCacheError } from '../errors.ts';

/** Waits for all of them. Rejects with `UNKNOWN_OUTCOME` when some were carried out and others not, with their failure when none was. */
export async function allOrUnknown<T>(changes: readonly Promise<T>[]): Promise<readonly T[]> {
  const settled = await Promise.allSettled(changes);
  const values = settled.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failures = settled.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
  );
  if (failures.length === 0) return values;
  const unknown = failures.find((failure) => isCacheError(failure, 'UNKNOWN_OUTCOME'));
  throw unknown ?? (values.length === 0 ? failures[0] : asUnknown(failures[0]));
}

/** The failure of a call that was carried out in part. */
export function asUnknown(failure: unknown): unknown {
  if (!isCacheError(failure, 'UNAVAILABLE')) return failure;
  const message = 'the store could not be reached any more when a part of the call was done';
  return new CacheError('UNKNOWN_OUTCOME', message, { cause: failure });
}
