/** The results as they are kept: one JSON file for each question. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.ts';
import { quick } from './quick.ts';

const FOLDER = join(import.meta.dirname, '..', 'results');

export interface Results<Figures> {
  readonly machine: Machine;
  readonly figures: Figures;
}

export function keepResults<Figures>(
  question: string,
  results: Results<Figures>,
  folder: string = FOLDER,
): void {
  if (quick) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${question}.json`), `${JSON.stringify(results, undefined, 1)}\n`);
}

/** `undefined`: the question was not asked yet. */
export function readResults<Figures>(
  question: string,
  folder: string = FOLDER,
): Results<Figures> | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, `${question}.json`), 'utf8')) as Results<Figures>;
  } catch {
    return undefined;
  }
}
