import { expect, test } from 'vitest';
import { checkManifest } from '../manifest.mjs';
import { type Unit, readUnits } from '../workspace.mjs';

type Change = (manifest: Unit['manifest']) => unknown;

const published = readUnits().filter(({ kind }) => kind === 'package');

/** The faults of a sound manifest after one change to it. */
function faultsAfter(change: Change): string[] {
  const unit = published.find(({ name }) => name === '@cache/memory');
  if (unit === undefined) throw new Error('@cache/memory is gone: take another package');
  const manifest = structuredClone(unit.manifest);
  change(manifest);
  return checkManifest({ ...unit, name: manifest.name, manifest });
}

test.each(published.map((unit) => [unit.name, unit] as const))('%s is in order', (_, unit) => {
  expect(checkManifest(unit)).toEqual([]);
});

test.each<[string, Change, RegExp]>([
  ['another name', (m) => (m.name = '@cache/ram'), /^name/],
  ['side effects', (m) => delete m.sideEffects, /^sideEffects/],
  ['an old Node', (m) => (m.engines.node = '>=18'), /^engines/],
  ['an unshipped source', (m) => (m.files = ['dist']), /^files/],
  ['private access', (m) => delete m.publishConfig.access, /access/],
  ['no description', (m) => (m.description = ''), /^description/],
  ['an entry point that is not published', (m) => delete m.publishConfig.exports['.'], /^publishConfig/],
  ['a published source condition', (m) => (m.publishConfig.exports = m.exports), /^publishConfig/],
  ['no core to share', (m) => delete m.peerDependencies, /peer dependency/],
  ['a core of its own', (m) => (m.dependencies = { '@cache/core': '1' }), /two copies/],
])('%s is found', (_, change, message) => {
  expect(faultsAfter(change)).toEqual([expect.stringMatching(message)]);
});

test('the order of conditions is checked: the first that applies wins', () => {
  const faults = faultsAfter((m) => {
    const { types, default: code, ...source } = m.exports['.'];
    m.exports['.'] = { default: code, types, ...source };
  });
  expect(faults).toContainEqual(expect.stringMatching(/^exports\["\."\] is not source, types, default/));
});

test('an entry point whose types are those of another file is found', () => {
  const faults = faultsAfter((m) => (m.exports['.'].types = './dist/other.d.ts'));
  expect(faults).toContainEqual(expect.stringMatching(/^exports\["\."\]/));
});
