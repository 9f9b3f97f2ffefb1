/** The failure of a lock that did not last as long as the function that needed it. */
import { listed } from './lock-slot.ts';

/**
 * The lock ended while the function ran, so another holder may have been inside at the same time. Recognise it by `code`. The cause, if
 * there is one, is why the lock could not be prolonged; without one, the server said that it belongs to nobody or to somebody else.
 */
export class LockLostError extends Error {
  override readonly name: string = 'LockLostError';
  readonly code = 'LOCK_LOST' as const;
  readonly keys: readonly string[];

  constructor(keys: readonly string[], cause?: unknown) {
    super(
      `the lock on ${listed(keys)} was lost while it was needed: another holder may be inside; check what was done, or use the fence`,
      cause === undefined ? undefined : { cause },
    );
    this.keys = keys;
  }
}
