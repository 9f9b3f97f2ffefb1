/** What the conformance kit of sessions is made of. */
import type { Provider } from '@cache/core';
import type { FakeClock } from '@cache/core/testing';
import type { SessionManager } from '../manager.ts';
import type { SessionManagerOptions } from '../options.ts';

/** The data of the kit's sessions. */
export interface KitData {
  readonly count?: number;
  readonly notice?: string;
  readonly cart?: readonly string[];
}

export type KitOptions = Partial<Omit<SessionManagerOptions<KitData>, 'manager' | 'cache'>>;
export type KitSessions = SessionManager<KitData>;

/** What a case may need of the provider. */
export interface SessionTraits {
  /** A write may carry a limit. */
  readonly limits: boolean;
  /** What the store holds ends by the clock of the case. */
  readonly exactTime: boolean;
  /** Values lie as bytes, which others may write too. */
  readonly bytes: boolean;
}

/** What a case works with. */
export interface SessionHarness {
  readonly traits: SessionTraits;
  /** Of every session manager of the case; its time moves only when the case says so. */
  readonly clock: FakeClock;
  /** How often a race is run. */
  readonly rounds: number;
  /** Uniform in [0, 1), the same numbers in every run. */
  readonly random: () => number;
  /** A process with a session manager over the entries of the case. `through` puts a wrapper around its provider. */
  process(options?: KitOptions, through?: (provider: Provider) => Provider): KitSessions;
  /** Lets `ms` pass, and what was waiting for it happen. */
  pass(ms: number): Promise<void>;
}

/** One thing that sessions must do. */
export interface SessionCase {
  /** Of the requirement or failure it stands for: `T24`, `ASVS 7.3.1`. */
  readonly id: string;
  readonly name: string;
  /** Why it has nothing to ask of such a provider; `undefined`: it has. */
  readonly needs?: (traits: SessionTraits) => string | undefined;
  /** Resolves when the promise was kept; rejects with what was broken. */
  readonly run: (harness: SessionHarness) => Promise<void>;
}

export const needsLimits: NonNullable<SessionCase['needs']> = ({ limits }) =>
  limits ? undefined : "the provider lacks the trait 'limits'";

export const needsExactTime: NonNullable<SessionCase['needs']> = ({ exactTime }) =>
  exactTime ? undefined : 'the store has a clock of its own';

export const MINUTE = 60_000;
export const HOUR: number = 60 * MINUTE;
/** The policy of a process that names none. */
export const IDLE: number = 30 * MINUTE;
export const ABSOLUTE: number = 12 * HOUR;
