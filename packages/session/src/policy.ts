/** How long sessions last. */
import { milliseconds, millisecondsOrForever, type Duration } from '@cache/core';

/** Times of a session. Whichever of the two ends comes first ends it. */
export interface SessionPolicy {
  /** It ends when it was not used for so long. `'forever'`: it may rest. */
  readonly idle: Duration | 'forever';
  /** It ends so long after its authentication, however much it is used. */
  readonly absolute: Duration;
  /** At most one write in so long notes that it is used. Default: a tenth of `idle`, at most a minute. */
  readonly touchInterval?: Duration | undefined;
  /** After so long `renewalDueAt` says that its token is due to be rotated. Default: never. */
  readonly renewEvery?: Duration | undefined;
  /** So long a token that was rotated is still good, for requests that were under way. Default: not at all. */
  readonly grace?: Duration | undefined;
  /** Whether its cookie outlives the browser. Default false. */
  readonly persistent?: boolean | undefined;
}

/** A policy after validation: milliseconds. */
export interface Times {
  readonly idle: number;
  readonly absolute: number;
  readonly touchInterval: number;
  /** `Infinity`: never. */
  readonly renewEvery: number;
  readonly grace: number;
  readonly persistent: boolean;
}

type Change = Partial<SessionPolicy>;

/**
 * Policies that keep to NIST SP 800-63B-4 for a level of assurance, its recommendations included. Each may be made stricter, and refuses with
 * a `TypeError` what the level does not allow; who wants longer writes a policy of his own.
 */
export const policies: {
  /** At most 30 days in all; may rest as long. */
  readonly aal1: (change?: Change) => SessionPolicy;
  /** At most 24 hours in all, and an hour of rest. */
  readonly aal2: (change?: Change) => SessionPolicy;
  /** At most 12 hours in all, and 15 minutes of rest. */
  readonly aal3: (change?: Change) => SessionPolicy;
} = {
  aal1: (change) => preset('aal1', { idle: '30d', absolute: '30d' }, change),
  aal2: (change) => preset('aal2', { idle: '1h', absolute: '24h' }, change),
  aal3: (change) => preset('aal3', { idle: '15m', absolute: '12h' }, change),
};

function preset(
  level: string,
  most: Pick<SessionPolicy, 'idle' | 'absolute'>,
  change: Change = {},
): SessionPolicy {
  const policy = { ...most, ...change };
  const times = timesOf(policy, `policies.${level}`);
  for (const name of ['idle', 'absolute'] as const) {
    if (times[name] <= millisecondsOrForever(most[name], name)) continue;
    throw new TypeError(
      `policies.${level}: ${name} is ${policy[name]}, and this level allows ${most[name]} at most: shorten it, or write a policy without a preset`,
    );
  }
  return Object.freeze(policy);
}

const MINUTE = 60_000;
const NAMES: ReadonlySet<string> = new Set<keyof SessionPolicy>([
  'idle',
  'absolute',
  'touchInterval',
  'renewEvery',
  'grace',
  'persistent',
]);

/** The times of a policy. Throws a `TypeError` that begins with `place` and names the fault and the remedy. */
export function timesOf(policy: SessionPolicy, place: string): Times {
  if (typeof policy !== 'object' || policy === null)
    throw new TypeError(`${place} is ${String(policy)}: give a policy, such as policies.aal2()`);
  for (const name of Object.keys(policy))
    if (!NAMES.has(name)) throw new TypeError(`${place}: there is no option '${name}'`);
  const { renewEvery, grace, touchInterval, persistent = false } = policy;
  const idle = millisecondsOrForever(policy.idle, `${place}: idle`);
  const absolute = milliseconds(policy.absolute, `${place}: absolute`);
  const times: Times = {
    idle,
    absolute,
    touchInterval:
      touchInterval === undefined
        ? Math.min(MINUTE, idle / 10)
        : milliseconds(touchInterval, `${place}: touchInterval`),
    renewEvery: renewEvery === undefined ? Infinity : milliseconds(renewEvery, `${place}: renewEvery`),
    grace: grace === undefined ? 0 : milliseconds(grace, `${place}: grace`),
    persistent,
  };
  if (idle !== Infinity && idle > absolute)
    throw new TypeError(
      `${place}: idle is longer than absolute, which ends the session before: shorten idle`,
    );
  if (times.touchInterval >= idle)
    throw new TypeError(`${place}: touchInterval is not below idle: a session in use would end`);
  if (times.renewEvery !== Infinity && times.grace === 0)
    throw new TypeError(`${place}: renewEvery needs grace: requests that are under way bring the old token`);
  if (times.grace >= absolute) throw new TypeError(`${place}: grace is not below absolute: shorten it`);
  return Object.freeze(times);
}

/** The policy in words, for the documentation that ASVS 7.1.1 asks for. */
export function describeTimes({ idle, absolute, renewEvery, grace }: Times): string {
  const rest = idle === Infinity ? 'may rest' : `ends after ${idle} ms without use`;
  const renewal = renewEvery === Infinity ? 'never renewed' : `renewed every ${renewEvery} ms`;
  return `${rest}; ends ${absolute} ms after authentication; token ${renewal}, the old one good for ${grace} ms`;
}
