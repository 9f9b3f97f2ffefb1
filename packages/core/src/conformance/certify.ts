/** The kit without a runner: one verdict, as data. */
import { systemClock } from '../clock.ts';
import { conformance, type RunnableGroup } from './conformance.ts';
import { traitsOf } from './engine-of.ts';
import { show } from './show.ts';
import type { EngineTraits } from '../engine.ts';
import type { ConformanceOptions } from './options.ts';

export interface CertifyOptions extends ConformanceOptions {
  /** Names and versions to be put on record: the provider's package, its server. Default none. */
  readonly versions?: Readonly<Record<string, string>> | undefined;
  /** Runs these groups alone: for work on a provider. The certificate says so. Default all. */
  readonly only?: readonly string[] | undefined;
}

/** What the kit found. Plain data, to be kept as JSON. */
export interface Certificate {
  readonly provider: string;
  readonly kind: 'engine' | 'store';
  readonly traits: EngineTraits;
  readonly isolation: 'copy' | 'frozen';
  readonly within: 'cache' | 'namespace';
  readonly versions: Readonly<Record<string, string>>;
  /** When the run ended: ISO 8601. */
  readonly at: string;
  /** Every group was judged and nothing was broken. */
  readonly passed: boolean;
  readonly groups: readonly GroupVerdict[];
}

export interface GroupVerdict {
  readonly name: string;
  readonly guarantee: string;
  readonly verdict: 'passed' | 'failed' | 'skipped';
  /** Why the provider cannot promise it. */
  readonly reason?: string | undefined;
  /** Cases that passed; of a skipped group, those that prove the refusal. */
  readonly passed: number;
  readonly failures: readonly { readonly name: string; readonly message: string }[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Runs the kit on a provider, case after case. Never rejects for what the provider does: that is in the certificate. Rejects with a
 * `TypeError` when `only` names a group that does not exist.
 */
export async function certify(options: CertifyOptions): Promise<Certificate> {
  const provider = options.provider();
  const chosen = chosenOf(conformance(options), options.only);
  const groups: GroupVerdict[] = [];
  for (const group of chosen) groups.push(await judge(group));
  return {
    provider: options.name,
    kind: provider.kind,
    traits: { ...traitsOf(provider) },
    isolation: options.isolation ?? 'copy',
    within: options.within ?? 'cache',
    versions: { ...runtime(), ...options.versions },
    at: new Date(systemClock().now()).toISOString(),
    passed: options.only === undefined && groups.every(({ verdict }) => verdict !== 'failed'),
    groups,
  };
}

/** The groups of these names. Throws a `TypeError` for a name that none has. */
export function chosenOf(
  groups: readonly RunnableGroup[],
  only: readonly string[] | undefined,
): readonly RunnableGroup[] {
  if (only === undefined) return groups;
  const names = groups.map(({ name }) => name);
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new TypeError(
      `option only: there is no group '${unknown.join("', '")}': the groups are ${names.join(', ')}`,
    );
  }
  return groups.filter(({ name }) => only.includes(name));
}

/** Runs the cases of a group, one after the other. */
export async function judge({
  name,
  guarantee,
  skipped: reason,
  cases,
}: RunnableGroup): Promise<GroupVerdict> {
  const failures: { name: string; message: string }[] = [];
  const skipped: { name: string; reason: string }[] = [];
  for (const each of cases) {
    if (each.skipped !== undefined) {
      skipped.push({ name: each.name, reason: each.skipped });
      continue;
    }
    const message = await broken(each.run);
    if (message !== undefined) failures.push({ name: each.name, message });
  }
  const verdict = failures.length > 0 ? 'failed' : reason === undefined ? 'passed' : 'skipped';
  return {
    name,
    guarantee,
    verdict,
    reason,
    passed: cases.length - failures.length - skipped.length,
    failures,
    skipped,
  };
}

/** What `run` broke; a rejection that nobody handled counts too, where the runtime tells of it. */
async function broken(run: () => Promise<void>): Promise<string | undefined> {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  const runtimeProcess = typeof process === 'object' ? process : undefined;
  runtimeProcess?.on('unhandledRejection', note);
  try {
    await run();
    return unhandled.length === 0 ? undefined : `G13: a rejection that nobody handled: ${show(unhandled[0])}`;
  } catch (error) {
    return show(error);
  } finally {
    runtimeProcess?.off('unhandledRejection', note);
  }
}

/** The runtime, by name and version. */
export function runtime(): Readonly<Record<string, string>> {
  return typeof process === 'object' ? { [process.release.name]: process.version } : {};
}
