/**
 * Writes down how each codec encodes each sample, for ever: `node --conditions=@cache/source tooling/codecs/write-corpora.ts` adds what
 * `packages/<name>/test/corpus` does not have yet. It takes nothing away and changes nothing, and fails where a codec writes something
 * otherwise than its corpus says: that is a new version of its format, which `codecs.ts` has to say first.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Corpus, extendCorpus, judgeCorpus } from '@cache/core/conformance';
import { FORMATS, type ListedFormat } from './codecs.ts';

const PACKAGES = join(import.meta.dirname, '../../packages');

for (const listed of FORMATS) {
  try {
    write(listed);
  } catch (error) {
    console.error(`${listed.name}: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}

function write(listed: ListedFormat): void {
  const { name, package: folder, version, codec, varies = false } = listed;
  const dir = join(PACKAGES, folder, 'test/corpus');
  const path = join(dir, `${name}-${version}.json`);
  const old: Corpus = existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as Corpus)
    : { codec: codec().id, version, encodings: {} };
  judgeCorpus(old, { ...listed, writes: !varies });
  const extended = extendCorpus(old, listed);
  mkdirSync(dir, { recursive: true });
  writeFileSync(path, `${JSON.stringify(extended, null, 2)}\n`);
  const [before, now] = [old, extended].map(({ encodings }) => Object.keys(encodings).length) as [
    number,
    number,
  ];
  console.log(`${name}, version ${version}: ${now - before} new, ${now} in all`);
}
