/** A log of operations: the slow and the failed ones, or all. */
import { millisecondsOrForever, type Duration } from '@cache/core';
import type { Observable } from './metrics.ts';
import { tellOperations, type OperationRecord } from './told-operations.ts';

export interface OperationLogOptions {
  /**
   * Only operations that took at least this long, and those that failed. A read that was not measured counts as quick. Default: all operations.
   */
  readonly slowerThan?: Duration | undefined;
  /** Whether records say which key they are about. Keys may be secrets, or name people. Default false. */
  readonly keys?: boolean | undefined;
}

/**
 * Calls `write` with every operation of `subject` that ends, or with the slow and the failed ones. `write` is called in the operation's own turn:
 * it must be quick. Returns the function that stops it. What `write` throws, or rejects with, goes to
 * the `error` listeners of the cache.
 */
export function operationLog(
  subject: Observable,
  write: (record: OperationRecord) => unknown,
  { slowerThan, keys = false }: OperationLogOptions = {},
): () => void {
  if (typeof write !== 'function')
    throw new TypeError(`operationLog: write is ${typeof write}: give a function of a record`);
  const least = slowerThan === undefined ? undefined : millisecondsOrForever(slowerThan, 'slowerThan');
  return tellOperations(subject, {
    keys,
    isListening: () => true,
    tell: (record) => {
      const isWanted = least === undefined || record.outcome === 'failed' || (record.duration ?? 0) >= least;
      return isWanted ? write(record) : undefined;
    },
  });
}
