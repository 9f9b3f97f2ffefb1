import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Corpus, extendCorpus, judgeCorpus } from '@cache/core/conformance';
import { expect, it } from 'vitest';
import { FORMATS } from '../codecs/codecs.ts';

it.each(FORMATS)('$name has a corpus with every sample that it keeps', (listed) => {
  const { name, package: folder, version, varies = false } = listed;
  const file = join(import.meta.dirname, '../../packages', folder, `test/corpus/${name}-${version}.json`);
  const corpus = JSON.parse(readFileSync(file, 'utf8')) as Corpus;
  expect(() => judgeCorpus(corpus, { ...listed, writes: !varies })).not.toThrow();
  expect(corpus.version).toBe(version);
  // One that is missing is added by `node --conditions=@cache/source tooling/codecs/write-corpora.ts`.
  expect(Object.keys(extendCorpus(corpus, listed).encodings)).toEqual(Object.keys(corpus.encodings));
});
