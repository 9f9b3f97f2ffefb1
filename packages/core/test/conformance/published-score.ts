/** The part of a page of the documentation that a report writes. */
import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '../../../..');
const END = '<!-- The end of the score -->';

/** Puts `text` where the page keeps the score of `script`; with `isCheck` it changes nothing. Gives whether the page had it already. */
export async function publishScore(
  page: string,
  script: string,
  text: string,
  isCheck: boolean,
): Promise<boolean> {
  const path = join(ROOT, 'docs', page);
  const begin = `<!-- The score: written by ${relative(ROOT, script)} -->`;
  const old = await readFile(path, 'utf8');
  if (!old.includes(begin) || !old.includes(END)) throw new Error(`docs/${page} has no place for the score`);
  const current = `${old.slice(0, old.indexOf(begin))}${begin}\n\n${text}\n${old.slice(old.indexOf(END))}`;
  if (!isCheck) await writeFile(path, current);
  return old === current;
}
