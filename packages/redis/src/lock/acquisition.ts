/** Waiting for a lock. */
import { CacheError, type Clock } from '@cache/core';
import type { Grant, Grants } from './grants.ts';
import { type Claim, listed } from './lock-slot.ts';

const FIRST_PAUSE_MS = 4;
const LONGEST_PAUSE_MS = 80;
const GROWTH = 1.5;

export interface Acquisition {
  readonly claim: Claim;
  readonly lease: number;
  /** Milliseconds. 0 makes one attempt. */
  readonly wait: number;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

export interface Granted {
  readonly grant: Grant;
  readonly fence: bigint;
}

export interface AcquisitionMeans {
  readonly grants: Grants;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Takes the lock as soon as it is free. Those that wait look again and again, at times that chance spreads; who looks first gets it.
 *
 * Rejects with `DEADLINE_EXCEEDED` when it was taken all the time, with the signal's reason, and with the failure of an attempt. An attempt
 * that is under way when the signal fires is waited for, and may take the lock: whoever gets it looks at the signal once more.
 */
export async function acquire(
  { grants, clock, random }: AcquisitionMeans,
  { claim, lease, wait, signal }: Acquisition,
): Promise<Granted> {
  const begunAt = clock.elapsed();
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * GROWTH, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted();
    const granted = await attempt(grants, claim, lease);
    if (granted !== undefined) {
      // The reply may have come so late that the lease is over.
      if (clock.elapsed() < granted.grant.endsAt) return granted;
      await giveBack(granted.grant);
    }
    const left = begunAt + wait - clock.elapsed();
    if (left <= 0) throw notFree(claim, wait);
    await rest(clock, Math.min(left, pause * (0.5 + random())), signal);
  }
}

async function attempt(grants: Grants, claim: Claim, lease: number): Promise<Granted | undefined> {
  const grant = await grants.take(claim, lease);
  if (grant === undefined) return undefined;
  try {
    const fence = await grant.fence();
    if (fence !== undefined) return { grant, fence };
    // One of the keys is lost. Nobody is to wait for the others until the lease ends.
    await giveBack(grant);
    return undefined;
  } catch (error) {
    await giveBack(grant);
    throw error;
  }
}

/** Gives back what nobody holds. */
async function giveBack(grant: Grant): Promise<void> {
  try {
    await grant.release();
  } catch {
    // Nobody relies on it: where the server cannot be told, the lease ends the lock.
  }
}

function notFree({ keys }: Claim, wait: number): CacheError {
  return new CacheError(
    'DEADLINE_EXCEEDED',
    `the lock on ${listed(keys)} was not free within ${wait} ms: somebody else holds it; wait longer, or do without`,
    { key: keys[0] },
  );
}

/** Resolves after `ms`, or as soon as `signal` fires. */
function rest(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      cancel();
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const cancel = clock.after(ms, wake);
    signal.addEventListener('abort', wake, { once: true });
  });
}
