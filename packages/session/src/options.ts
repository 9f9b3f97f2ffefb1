/** What a session manager is told, and the frozen settings that come of it. */
import {
  milliseconds,
  systemClock,
  type CacheOptions,
  type Clock,
  type Duration,
  type Manager,
  type Schema,
} from '@cache/core';
import { timesOf, type SessionPolicy, type Times } from './policy.ts';
import { systemSecrets, type SecureRandom } from './token.ts';

/** How many sessions a subject may have at a time, and what happens to one more. */
export interface SessionLimit {
  readonly max: number | ((subject: string) => number | Promise<number>);
  /** `'deny'`: it is refused. Otherwise the one that was used least recently goes, or the one that was made first. */
  readonly onExceeded: 'deny' | 'evict-lru' | 'evict-oldest';
}

/** `'event'`: it is told. `'revoke'`: it ends the session, too. */
export type Reaction = 'off' | 'event' | 'revoke';

export interface SessionManagerOptions<D extends object> {
  /** Where the sessions' cache is made. All processes of a service say the same of everything below. */
  readonly manager: Manager;
  /** Of the cache. Default `'sessions'`. */
  readonly name?: string | undefined;
  /** Options of the cache; the rest of it is the session manager's business. `isolation` is `'frozen'` by default. */
  readonly cache?:
    | Pick<CacheOptions, 'provider' | 'codec' | 'deadline' | 'breaker' | 'isolation'>
    | undefined;
  /**
   * At least 32 random bytes, the same in every process, which are copied. Subjects are found by it and forms are tied to sessions; tokens
   * do not rest on it. With another secret everybody has to log in again.
   */
  readonly secret: Uint8Array;
  /** How long sessions last. */
  readonly policy: SessionPolicy;
  /** Other policies, which `create` may name: `rememberMe` for example. */
  readonly profiles?: Readonly<Record<string, SessionPolicy>> | undefined;
  /** Checks the data of every session; any Standard Schema. Default none. */
  readonly schema?: Schema<D> | undefined;
  /** The data of a session that is made without. Default an empty object. */
  readonly initial?: (() => NoInfer<D>) | undefined;
  /** Needs the provider's trait `limits`. Sessions of nobody and impersonations do not count. Default none. */
  readonly limit?: SessionLimit | undefined;
  /** What happens when a session is used from another address or browser than it was made for. Default `'off'`. */
  readonly binding?:
    | { readonly ip?: Reaction | undefined; readonly userAgent?: Reaction | undefined }
    | undefined;
  /** What happens when a token is presented that was rotated a while ago. */
  readonly reuse?:
    | {
        /** Until so long after its rotation a token is merely late, and refused without alarm. Default `'1m'`. */
        readonly lateFor?: Duration | undefined;
        /** Default `'revoke'`: the session ends, for its client as well as for the thief; no other one does. */
        readonly action?: 'event' | 'revoke' | undefined;
      }
    | undefined;
  /** `get` takes at least so long, whatever it finds. Default: it does not wait. */
  readonly floor?: Duration | undefined;
  /**
   * Two tokens of a subject have nothing in common, not even the partition that they lead to, which one subject in 4,096 shares. Then a limit
   * needs a provider with one partition. All processes say the same; where there are several partitions, whoever changes it logs everybody
   * out. Default false.
   */
  readonly unlinkable?: boolean | undefined;
  /** Default: the machine's. Give the one that the manager has. */
  readonly clock?: Clock | undefined;
  /** Bytes for secrets. Default: `randomBytes` of `node:crypto`. For tests. */
  readonly random?: SecureRandom | undefined;
}

/** Options after validation: milliseconds, defaults filled in. */
export interface Settings<D> {
  readonly name: string;
  readonly times: (profile: string | undefined) => Times;
  readonly hasProfile: (profile: string) => boolean;
  readonly profiles: ReadonlyMap<string, Times>;
  readonly schema: Schema<D> | undefined;
  readonly initial: () => D;
  readonly limit: SessionLimit | undefined;
  readonly binding: { readonly ip: Reaction; readonly userAgent: Reaction };
  readonly lateFor: number;
  readonly revokesReuse: boolean;
  readonly floor: number;
  readonly unlinkable: boolean;
  readonly clock: Clock;
  readonly random: SecureRandom;
}

/** The profile of sessions that name none. */
export const DEFAULT_PROFILE = 'default';

const NAMES: ReadonlySet<string> = new Set<keyof SessionManagerOptions<object>>([
  'manager',
  'name',
  'cache',
  'secret',
  'policy',
  'profiles',
  'schema',
  'initial',
  'limit',
  'binding',
  'reuse',
  'floor',
  'unlinkable',
  'clock',
  'random',
]);

/** Throws a `TypeError` that names the option, the fault and the remedy. */
export function settingsOf<D extends object>(options: SessionManagerOptions<D>): Settings<D> {
  refuseOthers(options, NAMES, 'session manager');
  const { name = 'sessions', profiles = {}, reuse = {}, binding = {}, limit, floor } = options;
  const { unlinkable = false } = options;
  if (typeof unlinkable !== 'boolean')
    throw new TypeError(`unlinkable is ${typeof unlinkable}: give true or false`);
  const times = new Map<string, Times>([[DEFAULT_PROFILE, timesOf(options.policy, 'policy')]]);
  for (const [profile, policy] of Object.entries(profiles)) {
    if (times.has(profile)) throw new TypeError(`profiles.${profile}: that is the option policy`);
    times.set(profile, timesOf(policy, `profiles.${profile}`));
  }
  checkLimit(limit);
  refuseOthers(reuse, new Set(['lateFor', 'action']), 'reuse');
  oneOf(reuse.action, ['event', 'revoke'], 'reuse.action');
  refuseOthers(binding, new Set(['ip', 'userAgent']), 'binding');
  for (const what of ['ip', 'userAgent'] as const)
    oneOf(binding[what], ['off', 'event', 'revoke'], `binding.${what}`);
  return Object.freeze({
    name,
    profiles: times,
    hasProfile: (profile: string) => times.has(profile),
    // A profile may be gone from a release whose sessions are not.
    times: (profile: string = DEFAULT_PROFILE) => times.get(profile) ?? (times.get(DEFAULT_PROFILE) as Times),
    schema: options.schema,
    initial: options.initial ?? (() => ({}) as D),
    limit,
    binding: { ip: binding.ip ?? 'off', userAgent: binding.userAgent ?? 'off' },
    lateFor: milliseconds(reuse.lateFor ?? '1m', 'reuse.lateFor'),
    revokesReuse: reuse.action !== 'event',
    floor: floor === undefined ? 0 : milliseconds(floor, 'floor'),
    unlinkable,
    clock: options.clock ?? systemClock(),
    random: options.random ?? systemSecrets,
  });
}

function checkLimit(limit: SessionLimit | undefined): void {
  if (limit === undefined) return;
  refuseOthers(limit, new Set(['max', 'onExceeded']), 'limit');
  if (limit.onExceeded === undefined)
    throw new TypeError(
      "limit.onExceeded is missing: say what happens to one more: 'deny', 'evict-lru' or 'evict-oldest'",
    );
  oneOf(limit.onExceeded, ['deny', 'evict-lru', 'evict-oldest'], 'limit.onExceeded');
  if (typeof limit.max !== 'function') checkMost(limit.max);
}

/** Throws a `TypeError` unless `max` can be a ceiling. */
export function checkMost(max: unknown): asserts max is number {
  if (!Number.isSafeInteger(max) || (max as number) < 1)
    throw new TypeError(`limit.max is ${String(max)}: give a whole number from 1`);
}

function oneOf(given: unknown, possible: readonly string[], what: string): void {
  if (given === undefined || possible.includes(given as string)) return;
  throw new TypeError(
    `${what} is ${typeof given === 'string' ? `'${given}'` : typeof given}: give '${possible.join("' or '")}'`,
  );
}

function refuseOthers(given: unknown, names: ReadonlySet<string>, what: string): void {
  if (typeof given !== 'object' || given === null)
    throw new TypeError(`${what}: options are ${String(given)}: give an object`);
  for (const name of Object.keys(given))
    if (!names.has(name)) throw new TypeError(`${what}: there is no option '${name}'`);
}
