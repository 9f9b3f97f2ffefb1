/** Corpora as they are committed: what a codec wrote once and has to read for ever. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Corpus } from '@cache/core/conformance';

export interface KeptCorpus {
  readonly file: string;
  readonly corpus: Corpus;
  /** Of its format there is none of a higher version: this is how the codec writes now. */
  readonly isNewest: boolean;
}

/** All corpora in a folder, whose files are called `<format>-<version>.json`. Throws where there is none. */
export function corporaIn(folder: string): readonly KeptCorpus[] {
  const files = readdirSync(folder);
  if (files.length === 0) throw new Error(`${folder} has no corpora`);
  const formatOf = (file: string): string => file.replace(/-\d+\.json$/, '');
  const read = files.map((file) => ({
    file,
    format: formatOf(file),
    corpus: JSON.parse(readFileSync(join(folder, file), 'utf8')) as Corpus,
  }));
  return read.map(({ file, format, corpus }) => ({
    file,
    corpus,
    isNewest: read.every((other) => other.format !== format || other.corpus.version <= corpus.version),
  }));
}
