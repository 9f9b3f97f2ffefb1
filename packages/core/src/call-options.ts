/** What a call says beside its arguments. */
import type { CallOptions } from './api.ts';

/**
 * What every operation begins with: throws the reason of a caller that has left, and a `TypeError` for options that are none. In JavaScript
 * `set(key, value, 60)` would store without the ttl that was meant.
 */
export function checkCall(options: CallOptions | undefined): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`the options are ${show(options)}: give an object, such as { ttl: '5m' }`);
  const { signal } = options;
  if (signal === undefined) return;
  if (typeof (signal as Partial<AbortSignal> | null)?.throwIfAborted !== 'function')
    throw new TypeError('option signal: expected an AbortSignal, such as the signal of an AbortController');
  signal.throwIfAborted();
}

function show(given: unknown): string {
  if (typeof given === 'function') return 'a function';
  return typeof given === 'string' ? `the text '${given}'` : String(given);
}
