/** Operations one by one, for those who write them down. */
import type { OperationEnd } from '@cache/core';
import { codeOf, isAborted } from './failures.ts';
import type { Observable } from './metrics.ts';

/** An operation that has ended. No value is in it. */
export interface OperationRecord {
  /** The name of the cache; in a namespace `users/acme`. */
  readonly cache: string;
  readonly provider: string;
  /** The name of the method. */
  readonly operation: string;
  /** That of an observer, or `'aborted'`: the caller left. */
  readonly outcome: OperationEnd['outcome'] | 'aborted';
  /** Milliseconds. Left out where it was not measured: of reads that are answered at once in this process one in 64 is. */
  readonly duration?: number | undefined;
  /** Set where that is allowed, of operations about one key. */
  readonly key?: string | undefined;
  /** Set where it failed: a code of core, `MISUSE` for a `TypeError`, `OTHER` for the program's own error. */
  readonly code?: string | undefined;
}

/** Who is told of operations, and of which. */
export interface OperationListener {
  /** Whether there is anybody to tell: asked for each operation, before a record is made. */
  readonly isListening: () => boolean;
  /** What it gives is handed on to core, which hears of a rejection. */
  readonly tell: (record: OperationRecord) => unknown;
  /** Whether records have keys. */
  readonly keys: boolean;
}

/** Tells of every operation of `subject` that ends. Gives what stops it. What `tell` throws, or rejects with, goes to the `error` listeners of the cache. */
export function tellOperations(
  subject: Observable,
  { isListening, tell, keys }: OperationListener,
): () => void {
  return subject.observe(({ cache: { name: cache }, provider }) => ({
    read(operation, key, isHit, duration) {
      if (!isListening()) return undefined;
      const outcome = isHit ? 'hit' : 'miss';
      return tell({
        cache,
        provider,
        operation,
        outcome,
        ...defined({ duration, key: keys ? key : undefined }),
      });
    },
    begin: () => undefined,
    end(operation, { outcome, duration, error }) {
      if (!isListening()) return undefined;
      const isLeft = outcome === 'failed' && isAborted(operation);
      const key = keys ? operation.key : undefined;
      const code = outcome === 'failed' && !isLeft ? codeOf(error) : undefined;
      return tell({
        cache,
        provider,
        operation: operation.name,
        outcome: isLeft ? 'aborted' : outcome,
        duration,
        ...defined({ key, code }),
      });
    },
  }));
}

/** Without the members that are `undefined`. */
function defined<X extends object>(members: X): Partial<X> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<X>;
}
