/** One share of the mutants, judged in a process of its own: `node score.ts <share> <of>` prints a line of JSON for each. */
import { firstFailure, type MutantVerdict } from '../../src/conformance/mutation-score.ts';
import { conformance, type RunnableCase } from '../../src/conformance/conformance.ts';
import { PROVIDER_MUTANTS } from '../../src/conformance/mutants/provider-mutants.ts';
import { settle } from '../../src/testing/turns.ts';
import { CORE_MUTANTS } from './core-mutants.ts';
import { LIMIT_MS, mutatedGroup } from './mutated-sources.ts';
import { referenceEngine } from './reference-engine.ts';

export interface Judged extends MutantVerdict {
  readonly kind: 'provider' | 'core';
}

/** What an await forgot: mutants leave many, and whoever looks for them clears the list first. */
const unhandled: unknown[] = [];
process.on('unhandledRejection', (error) => void unhandled.push(error));

const [share, of] = process.argv.slice(2).map(Number) as [number, number];
const mine = <X>(list: readonly X[]): readonly X[] => list.filter((_, at) => at % of === share);

for (const { name, group, wrong } of mine(PROVIDER_MUTANTS)) {
  const groups = conformance({ name, provider: () => wrong(referenceEngine()), limitMs: LIMIT_MS });
  await judge({ kind: 'provider', name, group }, groups.find((each) => each.name === group)?.cases);
}
for (const mutant of mine(CORE_MUTANTS)) {
  await judge({ kind: 'core', name: mutant.name, group: mutant.group }, (await mutatedGroup(mutant))?.cases);
}

async function judge(
  mutant: Pick<Judged, 'kind' | 'name' | 'group'>,
  cases: readonly RunnableCase[] | undefined,
): Promise<void> {
  if (cases === undefined)
    throw new Error(`mutant '${mutant.name}' names the group '${mutant.group}', which does not exist`);
  // What the mutant before left behind is not this one's.
  await settle(10);
  unhandled.length = 0;
  const watched = cases.map((each) => ({ ...each, run: () => noticing(each.run) }));
  const judged: Judged = { ...mutant, ...(await firstFailure(watched)) };
  process.stdout.write(`${JSON.stringify(judged)}\n`);
}

/** Runs a case; a rejection that nobody handled is a failure too. */
async function noticing(run: () => Promise<void>): Promise<void> {
  await run();
  await settle(1);
  if (unhandled.length > 0) throw new Error('G13: a rejection that nobody handled', { cause: unhandled[0] });
}
