/** The results of these questions, kept beside them. */
import { join } from 'node:path';
import { keepResults, readResults, type Results } from '../method/results.ts';

const folder = join(import.meta.dirname, 'results');

export function keep<Figures>(question: string, results: Results<Figures>): void {
  keepResults(question, results, folder);
}

/** `undefined`: the question was not asked yet. */
export function kept<Figures>(question: string): Results<Figures> | undefined {
  return readResults(question, folder);
}
