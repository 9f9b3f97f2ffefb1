/** What the kit is made of: groups of cases, one group for each promise of the contract. */
import type { EngineTraits } from '../engine.ts';
import type { Harness } from './harness.ts';

/** One thing a provider must do. Its name begins with the number of the guarantee in `docs/semantics.md`. */
export interface Case {
  readonly name: string;
  /** Why the case has nothing to ask of a provider with these traits; `undefined`: it has. */
  readonly needs?: (traits: EngineTraits) => string | undefined;
  /** Resolves when the promise was kept; rejects with what was broken. */
  readonly run: (harness: Harness) => Promise<void>;
}

/** The cases of one promise. */
export interface Group {
  readonly name: string;
  /** What a program may rely on when the group passes. */
  readonly guarantee: string;
  /** Why a provider with these traits cannot promise it; `undefined`: it can. */
  readonly needs?: (traits: EngineTraits) => string | undefined;
  readonly cases: readonly Case[];
  /** Run in place of the cases when `needs` gives a reason: what the provider lacks must be refused, never done half. */
  readonly refusal?: readonly Case[];
}
