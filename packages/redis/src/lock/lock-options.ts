/** The options of locks: their defaults, and the refusal of what makes no sense. */
import { randomInt } from 'node:crypto';
import { milliseconds, systemClock, type Clock, type Duration } from '@cache/core';
import { calledAs } from '../checks.ts';
import { type RedisOptions, resolve } from '../options.ts';
import type { Place } from '../place.ts';
import type { Connector } from '../port.ts';

/** Where the locks are, as for `redis()`, and how long they last. */
export interface LocksOptions extends Place, Pick<RedisOptions, 'client' | 'prefix' | 'deadline'> {
  /**
   * How long a lock outlives a process that dies while it holds it. As long as the process lives, it prolongs the lock at half of that
   * time. At least 100 ms. Default `'10s'`.
   */
  readonly lease?: Duration;
  /** How long `withLock` waits for a lock that others hold; 0 tries once. Default `'10s'`. */
  readonly wait?: Duration;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Uniform in [0, 1), to spread those who wait. Default: a generator of this machine. */
  readonly random?: () => number;
}

/** What one `withLock` does otherwise. */
export interface LockOptions {
  /** Default: that of the locks. */
  readonly lease?: Duration | undefined;
  /** Default: that of the locks. */
  readonly wait?: Duration | undefined;
  /**
   * While the lock is waited for, leaves at once: `withLock` rejects with the signal's reason. Later it fires the signal of the function,
   * which decides what to do: the lock is held until it has ended.
   */
  readonly signal?: AbortSignal | undefined;
}

/** The options, complete. Milliseconds. */
export interface LockSettings {
  readonly prefix: string;
  readonly deadline: number;
  readonly lease: number;
  readonly wait: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly connector: () => Connector;
}

const KNOWN: readonly string[] = [
  'url',
  'host',
  'port',
  'path',
  'sentinels',
  'cluster',
  'client',
  'username',
  'password',
  'database',
  'tls',
  'prefix',
  'deadline',
  'lease',
  'wait',
  'clock',
  'random',
] satisfies (keyof LocksOptions)[];

/** Shorter, and the way to the server would eat it up. */
const SHORTEST_LEASE_MS = 100;
const GRANULARITY = 2 ** 32;

export function resolveLocks(options: LocksOptions): LockSettings {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new TypeError('createLocks(): options must be an object; leave them out for the defaults');
  for (const key of Object.keys(options)) {
    if (!KNOWN.includes(key))
      throw new TypeError(`createLocks(): there is no option '${key}'; the options are ${KNOWN.join(', ')}`);
  }
  const {
    lease = '10s',
    wait = '10s',
    clock = systemClock(),
    random = systemRandom,
    ...connection
  } = options;
  const { prefix, connector, deadline } = calledAs('createLocks()', () => resolve(connection));
  return Object.freeze({
    prefix,
    connector: () => connector(random, clock),
    deadline,
    lease: leaseOf(lease, 'createLocks()'),
    wait: waitOf(wait, 'createLocks()'),
    clock,
    random,
  });
}

/** The lease and the wait of one call. */
export function resolveCall(
  { lease, wait }: LockOptions,
  settings: LockSettings,
): Pick<LockSettings, 'lease' | 'wait'> {
  return {
    lease: lease === undefined ? settings.lease : leaseOf(lease, 'withLock()'),
    wait: wait === undefined ? settings.wait : waitOf(wait, 'withLock()'),
  };
}

/** Whole milliseconds, because Redis has no parts of them. */
function leaseOf(given: Duration, where: string): number {
  const lease = Math.ceil(milliseconds(given, `${where}: lease`));
  if (lease >= SHORTEST_LEASE_MS) return lease;
  throw new TypeError(`${where}: lease is ${lease} ms: give at least ${SHORTEST_LEASE_MS} ms`);
}

function waitOf(given: Duration, where: string): number {
  return given === 0 ? 0 : milliseconds(given, `${where}: wait`);
}

function systemRandom(): number {
  return randomInt(GRANULARITY) / GRANULARITY;
}
