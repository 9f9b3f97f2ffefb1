/** Locks on a Redis server, for functions that should not run twice at a time. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { CacheError, type MaybePromise } from '@cache/core';
import { Calls } from '../calls.ts';
import type { Client } from '../port.ts';
import { acquire } from './acquisition.ts';
import { Grants } from './grants.ts';
import { Hold } from './hold.ts';
import type { LockLostError } from './lock-lost-error.ts';
import {
  type LockOptions,
  type LockSettings,
  type LocksOptions,
  resolveCall,
  resolveLocks,
} from './lock-options.ts';
import { type Claim, LockSlot } from './lock-slot.ts';
import { PunctualClient } from './punctual-client.ts';

/** What a function is told that runs under a lock. */
export interface Held {
  /**
   * Fires when the lock is lost, with a {@link LockLostError}; when the caller's signal fires, with its reason; and when the locks are
   * closed, with `CLOSED`. Only the first of these means that somebody else may be inside.
   */
  readonly signal: AbortSignal;
  /**
   * Greater than that of every holder before, of whatever key under this prefix; it fits into 63 bits. A resource that remembers the
   * greatest one it has seen, and refuses lesser ones, is safe from a holder that was paused and does not know yet that it lost the lock.
   */
  readonly fence: bigint;
}

export interface Locks {
  /**
   * Runs `fn` while nobody else holds a lock on any of `keys`, and gives what it gives. All keys are taken in one step, so their order does
   * not matter, and two calls never wait for each other in a circle.
   *
   * Exclusive as far as a lease can be: a process that is paused for longer than its lease, or a server that fails over, lets two inside.
   * Where that must not do harm, hand {@link Held.fence} to the resource.
   *
   * Before `fn` ran, it rejects with `DEADLINE_EXCEEDED` if the lock was not free within `wait`, with `UNAVAILABLE` or `UNKNOWN_OUTCOME` if
   * the server cannot be asked, with `CLOSED`, or with the reason of `signal`. Afterwards with the error of `fn`; or, if `fn` had none and
   * the lock was lost meanwhile, with a {@link LockLostError}, and what `fn` gave is lost.
   *
   * Not re-entrant: a call from inside `fn` for a key that is held there throws a `TypeError`, because it would wait for itself. So does what
   * cannot be a key or a duration.
   */
  withLock<T>(
    keys: string | readonly string[],
    fn: (held: Held) => MaybePromise<T>,
    options?: LockOptions,
  ): Promise<T>;
  /**
   * Ends the waiting of calls with `CLOSED`, fires the signals of functions that run, waits for them at most as long as `deadline`, and ends
   * the connection. A function that goes on loses its lock with its lease. A client that was given is not closed. Any number of calls is one.
   */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** How long the end of a connection may take, in milliseconds. */
const CLOSE_MS = 500;

/**
 * Makes locks on a Redis or Valkey server. The connection is opened with the first lock. Processes exclude each other if they use the same
 * server, database and prefix. Throws a `TypeError` for options that make no sense.
 */
export function createLocks(options: LocksOptions = {}): Locks {
  const locks = new RedisLocks(resolveLocks(options));
  const close = (): Promise<void> => locks.close();
  return {
    withLock: (keys, fn, call) => locks.withLock(keys, fn, call),
    close,
    [Symbol.asyncDispose]: close,
  };
}

class RedisLocks {
  readonly #settings: LockSettings;
  readonly #slot: LockSlot;
  /** What the function that calls holds, through however many calls it came. */
  readonly #holds = new AsyncLocalStorage<readonly Hold[]>();
  /** Calls that have not ended, also those that their callers have left. */
  readonly #underWay = new Map<AbortController, Promise<unknown>>();
  #link: { readonly client: Client; readonly calls: Calls; readonly grants: Grants } | undefined;
  #closing: Promise<void> | undefined;

  constructor(settings: LockSettings) {
    this.#settings = settings;
    this.#slot = new LockSlot(settings.prefix);
  }

  async withLock<T>(
    keys: string | readonly string[],
    fn: (held: Held) => MaybePromise<T>,
    options: LockOptions = {},
  ): Promise<T> {
    const claim = this.#slot.claim(keys);
    const durations = resolveCall(options, this.#settings);
    if (typeof fn !== 'function')
      throw new TypeError(`withLock(): fn is of type ${typeof fn}: give a function that needs the lock`);
    this.#refuseNested(claim);
    if (this.#closing !== undefined) throw closed();
    const { signal } = options;
    signal?.throwIfAborted();

    const call = new AbortController();
    const { promise: left, reject: leave } = Promise.withResolvers<never>();
    let isInside = false;
    const onAbort = (): void => {
      if (!isInside) leave(call.signal.reason);
    };
    const follow = (): void => call.abort(signal?.reason);
    call.signal.addEventListener('abort', onAbort, { once: true });
    signal?.addEventListener('abort', follow, { once: true });
    const running = this.#run(claim, durations, call, (held) => {
      isInside = true;
      return fn(held);
    }).finally(() => {
      this.#underWay.delete(call);
      signal?.removeEventListener('abort', follow);
    });
    this.#underWay.set(call, running);
    return Promise.race([running, left]);
  }

  /** Ends when nothing is left to do, which may be after its caller left. */
  async #run<T>(
    claim: Claim,
    { lease, wait }: Pick<LockSettings, 'lease' | 'wait'>,
    call: AbortController,
    fn: (held: Held) => MaybePromise<T>,
  ): Promise<T> {
    const { clock, random } = this.#settings;
    const { signal } = call;
    const { grants } = (this.#link ??= this.#connect());
    const { grant, fence } = await acquire({ grants, clock, random }, { claim, lease, wait, signal });
    const hold = new Hold({
      grant,
      keys: claim.keys,
      lease,
      clock,
      onLost: (error: LockLostError) => call.abort(error),
    });
    const holds = [...(this.#holds.getStore() ?? []), hold];
    let value: T;
    try {
      // From here to the function nothing waits: a caller who has left never sees it run.
      signal.throwIfAborted();
      value = await this.#holds.run(holds, async () => fn({ signal, fence }));
    } catch (error) {
      await hold.end();
      throw error;
    }
    const lost = await hold.end();
    if (lost !== undefined) throw lost;
    return value;
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    const link = this.#link;
    if (link === undefined) return;
    for (const call of this.#underWay.keys()) call.abort(closed());
    const { clock, deadline } = this.#settings;
    let cancel = (): void => undefined;
    const late = new Promise<void>((resolve) => {
      cancel = clock.after(deadline, resolve);
    });
    await Promise.race([Promise.allSettled(this.#underWay.values()), late]);
    cancel();
    await link.calls.close(CLOSE_MS);
    await link.client.close(CLOSE_MS);
  }

  #connect(): { readonly client: Client; readonly calls: Calls; readonly grants: Grants } {
    const { clock, random, deadline } = this.#settings;
    const connector = this.#settings.connector();
    // Nobody is told when the connection comes and goes: each call that needs it says so itself.
    const client = new PunctualClient(
      connector.connect(() => undefined),
      { clock, deadline },
    );
    const calls = new Calls({ client, address: connector.address, clock, random, deadline });
    return { client, calls, grants: new Grants({ calls, slot: this.#slot, clock }) };
  }

  #refuseNested({ keys }: Claim): void {
    for (const hold of this.#holds.getStore() ?? []) {
      const key = keys.find((wanted) => hold.keys.has(wanted));
      if (key !== undefined && hold.isUnderWay)
        throw new TypeError(
          `withLock(): '${key}' is locked by the function that asks for it, which would wait for itself: lock it once, outside`,
        );
    }
  }
}

function closed(): CacheError {
  return new CacheError('CLOSED', 'the locks are closed');
}
