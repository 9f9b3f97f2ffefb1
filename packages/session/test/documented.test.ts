/** That what `docs/session.md` names as a proof is there. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { memory } from '@cache/memory';
import { expect, test } from 'vitest';
import { sessionConformance } from '../src/testing/index.ts';

const document = readFileSync(join(import.meta.dirname, '../../../docs/session.md'), 'utf8');
const cases = sessionConformance({ name: 'any', provider: () => memory() }).map(({ id }) => id);
const ID = /^(?:T\d+|ASVS \d|NIST \d|SMCS \w)/;

/** The last cells of the tables of requirements and of failures. */
const proofs = document
  .slice(document.indexOf('## Requirements'), document.indexOf('## Stores for others'))
  .split('\n')
  .filter(
    (line) => line.startsWith('| ') && !line.startsWith('| requirement') && !line.startsWith('| number'),
  )
  .map((line) => line.split(' | ').at(-1)?.replace(/ \|$/, '') ?? '');

/** Each a place and the ids that are to be found there: `kit T1, T2` or `` `file` T5 ``. */
const citations = proofs.flatMap((proof) =>
  proof.split(';').map((part) => {
    const [place = ''] = /^(?:kit|`[a-z/-]+`)/.exec(part.trim()) ?? [];
    const ids = part
      .trim()
      .slice(place.length)
      .split(',')
      .map((id) => id.trim())
      .filter((id) => ID.test(id));
    return { proof, place: place.replaceAll('`', ''), ids };
  }),
);

test('every case that is named is one of the kit', () => {
  const named = citations.filter(({ place }) => place === 'kit').flatMap(({ ids }) => ids);
  expect(named.length).toBeGreaterThan(60);
  expect(named.filter((id) => !cases.some((known) => known === id || known.startsWith(`${id} `)))).toEqual(
    [],
  );
});

test('every file that is named is there, and has what is named', () => {
  const named = citations.filter(({ place }) => place !== 'kit' && place !== '');
  expect(named.length).toBeGreaterThan(20);
  const missing = named.flatMap(({ place, ids, proof }) => {
    const paths = globSync([`${place}.test.ts`, `${place}/*.test.ts`], { cwd: import.meta.dirname });
    // Those of the adapters are told in a file of their own.
    if (place === 'http/adapters') paths.push('http/scenario.ts');
    const text = paths.map((path) => readFileSync(join(import.meta.dirname, path), 'utf8')).join('');
    return [...(paths.length === 0 ? [place] : []), ...ids.filter((id) => !text.includes(id))].map(
      (what) => `${what}: ${proof}`,
    );
  });
  expect(missing).toEqual([]);
});
