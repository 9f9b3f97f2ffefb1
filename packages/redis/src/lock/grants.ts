// oxlint-disable-next-line typescript/triple-slash-reference -- whoever compiles this file needs it, and it has nothing to import
/// <reference path="./redlock.d.ts" />
/**
 * Taking locks on the server, prolonging them and giving them back. The only file that knows redlock.
 *
 * Of redlock are used the three steps, on one client and with one attempt each. What it builds around them is not: its own repetitions
 * count the time of all attempts as time of the lease, with two clients a tie never ends, and from `using` its errors come in the place of
 * the function's own.
 */
import type { Clock } from '@cache/core';
import Redlock, { ExecutionError, type Lock, ResourceLockedError, type ScriptClient } from 'redlock';
import type { Calls } from '../calls.ts';
import type { Client, Reply } from '../port.ts';
import { FENCE } from './fence.ts';
import type { Claim, LockSlot } from './lock-slot.ts';

export interface GrantsOptions {
  readonly calls: Calls;
  readonly slot: LockSlot;
  readonly clock: Clock;
}

/** A lock that was taken. Its steps reject with a `CacheError` when the server cannot be asked. */
export interface Grant {
  /** Until when it is held for certain if nobody meddles, by the clock's `elapsed`. */
  readonly endsAt: number;
  /** Begins the lease anew; false: it is held no longer. */
  prolong(): Promise<boolean>;
  /** Draws a fence; `undefined`: it is held no longer. */
  fence(): Promise<bigint | undefined>;
  /** Gives it back; false: it was held no longer. */
  release(): Promise<boolean>;
}

/** The locks of one slot. */
export class Grants {
  readonly #surroundings: Surroundings;

  constructor(options: GrantsOptions) {
    this.#surroundings = {
      ...options,
      redlock: new Redlock([clientOf(options.calls.client)], { retryCount: 0 }, { extendScript: evenFull }),
    };
  }

  /** Takes all keys of a claim for `lease` milliseconds; `undefined`: one of them is taken. Rejects like the steps of a grant. */
  async take({ names }: Claim, lease: number): Promise<Grant | undefined> {
    const { calls, clock, redlock } = this.#surroundings;
    let begunAt = 0;
    const lock = await calls.attempt('lock', 'once', () => {
      begunAt = clock.elapsed();
      return verdictOf(redlock.acquire(names, lease));
    });
    return lock === undefined
      ? undefined
      : new RedlockGrant(this.#surroundings, { names, lease, lock, begunAt });
  }
}

interface Surroundings extends GrantsOptions {
  readonly redlock: Redlock;
}

interface Taken {
  readonly names: readonly string[];
  readonly lease: number;
  readonly lock: Lock;
  readonly begunAt: number;
}

class RedlockGrant implements Grant {
  readonly #surroundings: Surroundings;
  readonly #names: readonly string[];
  readonly #lease: number;
  readonly #lock: Lock;
  #endsAt: number;

  constructor(surroundings: Surroundings, { names, lease, lock, begunAt }: Taken) {
    this.#surroundings = surroundings;
    this.#names = names;
    this.#lease = lease;
    this.#lock = lock;
    this.#endsAt = begunAt + certain(lease);
    // Redlock would judge by the wall clock, which can be set, before it asks the server. The server knows by the token.
    lock.expiration = Infinity;
  }

  get endsAt(): number {
    return this.#endsAt;
  }

  async prolong(): Promise<boolean> {
    const { calls, clock, redlock } = this.#surroundings;
    let begunAt = 0;
    const prolonged = await calls.attempt('prolong', 'repeatable', () => {
      begunAt = clock.elapsed();
      return verdictOf(redlock.extend(this.#lock, this.#lease));
    });
    if (prolonged === undefined) return false;
    this.#lock.expiration = Infinity; // redlock ends the old lock for a new one with the same token
    this.#endsAt = begunAt + certain(this.#lease);
    return true;
  }

  async fence(): Promise<bigint | undefined> {
    const { calls, slot } = this.#surroundings;
    const drawn = await calls.repeat(FENCE, [slot.fence, ...this.#names], [this.#lock.value]);
    return drawn === 0 ? undefined : BigInt((drawn as Buffer).toString('latin1'));
  }

  async release(): Promise<boolean> {
    const { calls, redlock } = this.#surroundings;
    const released = await calls.attempt('unlock', 'once', () => verdictOf(redlock.release(this.#lock)));
    return released !== undefined;
  }
}

/** A server without memory left takes no new locks. Those that are held need no more than they have. */
function evenFull(script: string): string {
  return `#!lua flags=allow-oom\n${script}`;
}

/** The part of a lease that is certain here, where a clock may run behind the server's. */
function certain(lease: number): number {
  return lease - Math.ceil(lease / 100) - 2;
}

/** What was voted for; `undefined`: the server says that a key is locked, or not by this token. Rejects with what the client said. */
async function verdictOf<X>(voted: Promise<X>): Promise<X | undefined> {
  try {
    return await voted;
  } catch (error) {
    const cause = await causeOf(error);
    if (cause instanceof ResourceLockedError) return undefined;
    throw cause;
  }
}

/** Redlock says only that there was no quorum; why, the one vote of the one attempt says. */
async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof ExecutionError)) return error;
  const votes = await error.attempts[0];
  const [cause] = votes?.votesAgainst.values() ?? [];
  return cause ?? error;
}

function clientOf(client: Client): ScriptClient {
  const send = async (command: string, first: string, rest: readonly unknown[]): Promise<Reply> => {
    try {
      return await client.send(command, [first, ...(rest as readonly (string | number)[])]);
    } catch (error) {
      // Anything but an `Error` would end the process: redlock throws it where nobody can catch it.
      throw error instanceof Error ? error : new Error(String(error), { cause: error });
    }
  };
  return {
    evalsha: (digest, keys, rest) => send('EVALSHA', digest, [keys, ...rest]),
    eval: (source, keys, rest) => send('EVAL', source, [keys, ...rest]),
  };
}
