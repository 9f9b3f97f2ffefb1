/**
 * The members of redlock that are used here. Its package has declarations, but its `exports` do not name them, and they are in terms of an
 * older ioredis. Nothing that this package declares mentions redlock, so no user of it needs this file.
 */
declare module 'redlock' {
  /** What redlock calls on a client. */
  export interface ScriptClient {
    evalsha(digest: string, keys: number, rest: readonly (string | number)[]): Promise<unknown>;
    eval(source: string, keys: number, rest: readonly (string | number)[]): Promise<unknown>;
  }

  export interface Settings {
    readonly retryCount: number;
  }

  /** What becomes of its scripts. */
  export interface Scripts {
    readonly extendScript: (script: string) => string;
  }

  export interface Lock {
    readonly value: string;
    /** Milliseconds since the epoch. */
    expiration: number;
  }

  /** One vote per client. */
  export interface Votes {
    readonly votesAgainst: ReadonlyMap<unknown, Error>;
  }

  /** No quorum in any attempt. */
  export class ExecutionError extends Error {
    readonly attempts: readonly Promise<Votes>[];
  }

  /** A key has another value than the one asked for, or has one where it should have none. */
  export class ResourceLockedError extends Error {}

  class Redlock {
    constructor(clients: readonly ScriptClient[], settings: Settings, scripts: Scripts);
    acquire(names: readonly string[], leaseMs: number): Promise<Lock>;
    extend(lock: Lock, leaseMs: number): Promise<Lock>;
    release(lock: Lock): Promise<unknown>;
  }
  export { Redlock as default };
}
