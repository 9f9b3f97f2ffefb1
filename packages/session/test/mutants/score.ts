/**
 * The score of the kit: how many wrong session managers it notices. `node --conditions=@cache/source score.ts` judges every mutant by the
 * case or the interleavings that must notice it, over memory, and fails when one lives. `--verbose` tells what the cases said.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { memory } from '@cache/memory';
import type { sessionConformance } from '../../src/testing/session-conformance.ts';
import type { runSchedule } from '../schedules/schedule.ts';
import { SCHEDULES, SESSION_MUTANTS, type SessionMutant } from './session-mutants.ts';

/** A case that hangs is noticed by that. */
const LIMIT_MS = 3_000;
/** As many as the tests run. */
const SEEDS = 120;
const SCHEDULE_URL = pathToFileURL(join(import.meta.dirname, '../schedules/schedule.ts')).href;
const SOURCES = join(import.meta.dirname, '../../src');
const SOURCES_URL = pathToFileURL(`${SOURCES}/`).href;

registerHooks({
  /** Whatever a marked module of the package imports from the package is marked too. */
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const mark = new URL(context.parentURL ?? 'file:///').searchParams.get('mutant');
    if (mark === null || !resolved.url.startsWith(SOURCES_URL)) return resolved;
    return { ...resolved, url: `${resolved.url}?mutant=${mark}` };
  },
  load(address, context, next) {
    const url = new URL(address);
    const mutant = SESSION_MUTANTS[Number(url.searchParams.get('mutant') ?? -1)];
    if (mutant === undefined || url.pathname !== join(SOURCES, mutant.file)) return next(address, context);
    return { format: 'module-typescript', source: edited(mutant), shortCircuit: true };
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const isVerbose = process.argv.includes('--verbose');
// A mutant may leave behind whatever it likes.
process.on('unhandledRejection', () => undefined);

let killed = 0;
for (const [number, mutant] of SESSION_MUTANTS.entries()) {
  const message = mutant.id === SCHEDULES ? await disturbed(mutant, number) : await noticed(mutant, number);
  if (message !== undefined) killed += 1;
  if (isVerbose) say(`${mutant.id}: ${mutant.name}\n    ${message?.split('\n')[0] ?? 'NOT NOTICED'}`);
  else if (message === undefined) say(`not noticed by '${mutant.id}': ${mutant.name}`);
}
say(`mutants: ${killed} of ${SESSION_MUTANTS.length} killed`);
process.exit(killed === SESSION_MUTANTS.length ? 0 : 1);

/** What the case said against the mutant; `undefined`: nothing. */
async function noticed(mutant: SessionMutant, number: number): Promise<string | undefined> {
  edited(mutant);
  const kit: unknown = await import(`${SOURCES_URL}testing/session-conformance.ts?mutant=${number}`);
  const cases = (kit as { readonly sessionConformance: typeof sessionConformance })
    .sessionConformance({ name: mutant.name, provider: () => memory(), time: mutant.time ?? 'server' })
    .filter(({ id }) => id === mutant.id);
  if (cases.length === 0 || cases.some(({ skipped }) => skipped !== undefined))
    throw new Error(`mutant '${mutant.name}': there is no case '${mutant.id}' that runs`);
  for (const { run } of cases) {
    const message = await broken(run);
    if (message !== undefined) return message;
  }
  return undefined;
}

/** What the first of some interleavings said that broke a promise. */
async function disturbed(mutant: SessionMutant, number: number): Promise<string | undefined> {
  edited(mutant);
  const module: unknown = await import(`${SCHEDULE_URL}?mutant=${number}`);
  const { runSchedule: run } = module as { readonly runSchedule: typeof runSchedule };
  const isLimited = mutant.file === 'seating.ts';
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const message = await broken(() => run(seed, { provider: () => memory(), limited: isLimited }));
    if (message !== undefined) return `seed ${seed}: ${message}`;
  }
  return undefined;
}

async function broken(run: () => Promise<void>): Promise<string | undefined> {
  let limit: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((resolve) => {
    limit = setTimeout(() => resolve(`not over within ${LIMIT_MS} ms`), LIMIT_MS);
  });
  const outcome = run().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  try {
    return await Promise.race([outcome, late]);
  } finally {
    clearTimeout(limit);
  }
}

function edited({ name, file, find, replace }: SessionMutant): string {
  const places = readFileSync(join(SOURCES, file), 'utf8').split(find);
  if (places.length === 2) return places.join(replace);
  throw new Error(`mutant '${name}': its text is ${places.length - 1} times in ${file}:\n${find}`);
}
