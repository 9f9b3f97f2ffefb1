/** What the suite is made of: groups of cases, one group for each promise of the contract of codecs. */
import type { Declared } from './options.ts';
import type { Trial } from './trial.ts';

/** One thing a codec must do. */
export interface CodecCase {
  readonly name: string;
  /** Why the case has nothing to ask of a codec that declares this; `undefined`: it has. */
  readonly needs?: (declared: Declared) => string | undefined;
  /** Returns when the promise was kept; throws what was broken. */
  readonly run: (trial: Trial) => void;
}

/** The cases of one promise. */
export interface CodecGroup {
  readonly name: string;
  /** What a cache may rely on when the group passes. */
  readonly guarantee: string;
  /** Why a codec that declares this cannot promise it; `undefined`: it can. */
  readonly needs?: (declared: Declared) => string | undefined;
  readonly cases: readonly CodecCase[];
}

/** For cases about values that core would have refused, or have copied. */
export function needsChecks({ checks }: Declared): string | undefined {
  return checks ? undefined : 'the codec does not declare `checks`: core gives it checked copies';
}
