/** Makes a mutant: a copy of the sources with an edit, imported from a directory of its own. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EngineSubject } from '../../src/conformance/linearizability/engine-subject.ts';
import type { recordEngine } from '../../src/record/record-engine.ts';
import type { simpleStore } from '../../src/testing/simple-store.ts';
import type { RecordParts } from '../linearizability/record-scene.ts';
import type { Edit, Mutant } from './mutants.ts';

const SOURCES = join(import.meta.dirname, '../../src');

/** Gives what `use` makes of the parts of the mutant. Throws when an edit does not fit the sources any more. */
export async function withMutant<T>(
  { name, edits }: Mutant,
  use: (parts: RecordParts) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'record-mutant-'));
  try {
    await cp(SOURCES, directory, { recursive: true });
    for (const edit of edits) await apply(name, directory, edit);
    const load = (file: string): Promise<unknown> =>
      import(/* @vite-ignore */ pathToFileURL(join(directory, file)).href);
    const engine = (await load('record/record-engine.ts')) as { recordEngine: typeof recordEngine };
    const store = (await load('testing/simple-store.ts')) as { simpleStore: typeof simpleStore };
    const driver = (await load('conformance/linearizability/engine-subject.ts')) as {
      EngineSubject: typeof EngineSubject;
    };
    return await use({ ...engine, ...store, ...driver });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function apply(name: string, directory: string, { file, find, replace }: Edit): Promise<void> {
  const path = join(directory, file);
  const source = await readFile(path, 'utf8');
  const places = source.split(find);
  if (places.length !== 2)
    throw new Error(`mutant '${name}': its text is ${places.length - 1} times in ${file}:\n${find}`);
  await writeFile(path, places.join(replace));
}
