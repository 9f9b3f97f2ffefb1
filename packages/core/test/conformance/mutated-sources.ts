/** The kit over changed sources: each mutant is a second copy of core in memory, made while it is imported. */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { conformance, RunnableGroup } from '../../src/conformance/conformance.ts';
import type { CoreMutant } from './core-mutants.ts';
import { referenceEngine } from './reference-engine.ts';

/** How long a case of a mutant may take: one that hangs is noticed by that. */
export const LIMIT_MS = 1_500;

const SOURCES = join(import.meta.dirname, '../../src');
const SOURCES_URL = pathToFileURL(`${SOURCES}/`).href;

/** The mutants by the mark that their modules carry in their addresses. */
const marked = new Map<string, CoreMutant>();

registerHooks({
  /** Whatever a marked module of core imports from core is marked too. */
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const mark = new URL(context.parentURL ?? 'file:///').searchParams.get('mutant');
    if (mark === null || !resolved.url.startsWith(SOURCES_URL)) return resolved;
    return { ...resolved, url: `${resolved.url}?mutant=${mark}` };
  },
  load(address, context, next) {
    const url = new URL(address);
    const mutant = marked.get(url.searchParams.get('mutant') ?? '');
    if (mutant === undefined || url.pathname !== join(SOURCES, mutant.file)) return next(address, context);
    return { format: 'module-typescript', source: edited(mutant), shortCircuit: true };
  },
});

/** The group that must notice, over a right provider, with the fault in core. Throws when the fault does not fit the sources any more. */
export async function mutatedGroup(mutant: CoreMutant): Promise<RunnableGroup | undefined> {
  edited(mutant);
  const mark = String(marked.size);
  marked.set(mark, mutant);
  const kit: unknown = await import(`${SOURCES_URL}conformance/conformance.ts?mutant=${mark}`);
  const groups = (kit as { readonly conformance: typeof conformance }).conformance({
    name: mutant.name,
    provider: () => referenceEngine(mutant.holds),
    limitMs: LIMIT_MS,
    ...mutant.mode,
  });
  return groups.find(({ name }) => name === mutant.group);
}

function edited({ name, file, find, replace }: CoreMutant): string {
  const places = readFileSync(join(SOURCES, file), 'utf8').split(find);
  if (places.length === 2) return places.join(replace);
  throw new Error(`mutant '${name}': its text is ${places.length - 1} times in ${file}:\n${find}`);
}
