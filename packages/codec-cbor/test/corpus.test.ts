import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Corpus, judgeCorpus } from '@cache/core/conformance';
import { expect, test } from 'vitest';
import { cborCodec } from '../src/index.ts';

const FOLDER = join(import.meta.dirname, 'corpus');
const FILES = readdirSync(FOLDER);

test.each(FILES)('reads what was written once: %s', (file) => {
  const corpus = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Corpus;
  const writes = file === `cbor-${FILES.length}.json`;
  expect(() => judgeCorpus(corpus, { codec: () => cborCodec, writes })).not.toThrow();
  expect(Object.keys(corpus.encodings).length).toBeGreaterThan(100);
});
