/** Judges script mutants in a process of its own, because what they break leaves rejections behind: `node score.ts <url> <every nth>`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { conformance, type RunnableCase } from '@cache/core/conformance';
import { redis } from '../../src/index.ts';
import { scriptOf, type Script } from '../../src/script.ts';
import { SCRIPT_MUTANTS, type ScriptMutant } from './script-mutants.ts';

export interface JudgedMutant {
  readonly name: string;
  readonly group: string;
  /** The first case that noticed; `undefined`: the mutant lives. */
  readonly killedBy: string | undefined;
}

/** A timer may fire early, and the server goes by another clock. */
const EARLY_MS = 3;
/** A mutant that makes a case hang is noticed by that. */
const LIMIT_MS = 8_000;

const [url, nth] = process.argv.slice(2);
process.on('unhandledRejection', () => undefined);
for (const mutant of SCRIPT_MUTANTS.filter((_, at) => at % Number(nth) === 0)) {
  const { name, group } = mutant;
  const restore = make(mutant);
  const judged: JudgedMutant = { name, group, killedBy: await firstFailure(casesOf(group)) };
  restore();
  process.stdout.write(`${JSON.stringify(judged)}\n`);
}

/** Makes the scripts wrong for all that use them from here on. Gives the function that makes them right again. */
function make({ name, scripts, find, replace }: ScriptMutant): () => void {
  const wrong = scripts.map((script) => {
    const places = script.source.split(find);
    if (places.length === 2) return [script, scriptOf(script.name, places.join(replace))] as const;
    throw new Error(`'${name}': its text is ${places.length - 1} times in ${script.name}:\n${find}`);
  });
  const right = scripts.map((script): Script => ({ ...script }));
  for (const [script, mutated] of wrong) Object.assign(script, mutated);
  return () => scripts.forEach((script, at) => Object.assign(script, right[at]));
}

function casesOf(group: string): readonly RunnableCase[] {
  const provider = () => redis({ url: url as string, deadline: '10s' });
  const found = conformance({
    name: 'mutant',
    provider,
    peer: provider,
    time: { waitAtLeast: (ms) => sleep(ms + EARLY_MS) },
    limitMs: LIMIT_MS,
  }).find(({ name }) => name === group);
  if (found === undefined) throw new Error(`there is no group '${group}'`);
  return found.cases.filter(({ skipped }) => skipped === undefined);
}

/** All cases at once: they wait more than they work. All are over when it answers, because they use the wrong script. */
async function firstFailure(cases: readonly RunnableCase[]): Promise<string | undefined> {
  let killer: string | undefined;
  const runs = cases.map(async ({ name, run }) => {
    try {
      await run();
    } catch {
      killer ??= name;
    }
  });
  await Promise.all(runs);
  return killer;
}
