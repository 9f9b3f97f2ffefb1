/** `@cache/redis/lock`: functions that run once at a time, across processes. */
export type { LockOptions, LocksOptions } from './lock-options.ts';
export { LockLostError } from './lock-lost-error.ts';
export { createLocks } from './locks.ts';
export type { Held, Locks } from './locks.ts';
