/** The kit judged by its mutants: how many wrong providers it notices. */
import type { EngineProvider } from '../provider.ts';
import { conformance, type RunnableCase } from './conformance.ts';
import type { Mutant } from './mutants/altered.ts';
import { PROVIDER_MUTANTS } from './mutants/provider-mutants.ts';
import type { ConformanceOptions } from './options.ts';

export interface MutantVerdict {
  readonly name: string;
  readonly group: string;
  /** The first case of the group that noticed; `undefined`: the mutant lives. */
  readonly killedBy: string | undefined;
  /** What the case said. */
  readonly message: string | undefined;
}

export interface MutationOptions extends Omit<ConformanceOptions, 'provider' | 'peer'> {
  /** Gives the right provider that the mutants make wrong: an engine, new each time. */
  readonly provider: () => EngineProvider;
  /** Default: those that ship with the kit. */
  readonly mutants?: readonly Mutant[] | undefined;
}

/** Runs, for each mutant that the provider's traits allow, the group that must notice it, until a case of it fails. */
export async function mutationScore({
  mutants = PROVIDER_MUTANTS,
  provider,
  ...options
}: MutationOptions): Promise<readonly MutantVerdict[]> {
  const { traits } = provider();
  const verdicts: MutantVerdict[] = [];
  for (const { name, group, wrong, needs } of mutants) {
    if (needs?.(traits) === false) continue;
    const cases = conformance({ ...options, provider: () => wrong(provider()) }).find(
      (each) => each.name === group,
    )?.cases;
    if (cases === undefined)
      throw new Error(`mutant '${name}' names the group '${group}', which does not exist`);
    verdicts.push({ name, group, ...(await firstFailure(cases)) });
  }
  return verdicts;
}

/** The first case that fails, and what it says. */
export async function firstFailure(
  cases: readonly RunnableCase[],
): Promise<Pick<MutantVerdict, 'killedBy' | 'message'>> {
  for (const { name, run } of cases) {
    try {
      await run();
    } catch (error) {
      return { killedBy: name, message: error instanceof Error ? error.message : String(error) };
    }
  }
  return { killedBy: undefined, message: undefined };
}
