/** The kit, made ready for one provider: what runs, what is skipped and why. */
import type { EngineTraits } from '../engine.ts';
import { traitsOf } from './engine-of.ts';
import type { Case, Group } from './group.ts';
import { GROUPS } from './groups.ts';
import { withHarness } from './harness.ts';
import type { ConformanceOptions } from './options.ts';

/** One case, ready to run. */
export interface RunnableCase {
  readonly name: string;
  /** Why it is not run: `run` then does nothing. */
  readonly skipped: string | undefined;
  /** Resolves when the promise was kept; rejects with what was broken. */
  readonly run: () => Promise<void>;
}

/** One group, ready to run. */
export interface RunnableGroup {
  readonly name: string;
  readonly guarantee: string;
  /** Why the provider cannot promise it: then only the refusal of what it lacks is judged. */
  readonly skipped: string | undefined;
  readonly cases: readonly RunnableCase[];
}

/**
 * The cases that judge the provider, for any runner: each is an async function that rejects when a promise was broken. What the traits
 * switch off is listed with its reason. The provider is asked for once, to read its traits, and anew for each case.
 */
export function conformance(options: ConformanceOptions): readonly RunnableGroup[] {
  const traits = traitsOf(options.provider());
  return GROUPS.map((group) => prepared(group, traits, options));
}

function prepared(group: Group, traits: EngineTraits, options: ConformanceOptions): RunnableGroup {
  const skipped = group.needs?.(traits);
  const ready = (each: Case): RunnableCase => {
    const reason = each.needs?.(traits);
    return {
      name: each.name,
      skipped: reason,
      run: () => (reason === undefined ? withHarness(options, each.run) : Promise.resolve()),
    };
  };
  return {
    name: group.name,
    guarantee: group.guarantee,
    skipped,
    cases: (skipped === undefined ? group.cases : (group.refusal ?? [])).map(ready),
  };
}
