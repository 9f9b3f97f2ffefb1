import { describe, expect, test } from 'vitest';
import { checkFloors } from '../floors.mjs';
import { plantTree } from './tree.ts';

const core = {
  name: '@cache/core',
  exports: {
    '.': { '@cache/source': './src/index.ts', default: './dist/index.js' },
    './conformance': { '@cache/source': './src/conformance/index.ts' },
    './testing': { '@cache/source': './src/testing/index.ts' },
    './package.json': './package.json',
  },
};
const provider = (name: string): object => ({
  name: `@cache/${name}`,
  exports: { '.': { '@cache/source': './src/index.ts' } },
});

/** A house in good order, with every kind of inhabitant; each test breaks one thing. */
const sound: Record<string, string | object> = {
  'packages/core/package.json': core,
  'packages/core/floors.json': {
    floors: [
      { name: 'ground', imports: 'nothing', files: ['store.ts', 'clock.ts'] },
      { name: 'rooms', siblings: true, files: ['tags.ts', 'tiers.ts'] },
      { name: 'story', files: ['cache.ts', 'manager.ts'] },
      { name: 'kit', files: ['conformance/**', 'testing/**'] },
      { name: 'face', files: ['index.ts'] },
    ],
  },
  'packages/core/src/store.ts': 'export interface Store {}',
  'packages/core/src/clock.ts': 'export const clock = 1;',
  'packages/core/src/tags.ts': `import type { Store } from './store.ts';\nexport type Tags = Store;`,
  'packages/core/src/tiers.ts': `import type { Tags } from './tags.ts';\nexport type Tiers = Tags;`,
  'packages/core/src/cache.ts': `import { z } from 'zod';\nimport './tiers.ts';\nexport const cache = z;`,
  'packages/core/src/manager.ts': `import './clock.ts';\nexport const manager = 1;`,
  'packages/core/src/conformance/index.ts': `export { cache } from '../cache.ts';`,
  'packages/core/src/testing/index.ts': `export { clock } from '../clock.ts';`,
  'packages/core/src/index.ts': `export { cache } from './cache.ts';\nexport type { Store } from './store.ts';`,
  'packages/core/test/cache.test.ts': `import '@cache/core';\nimport '@cache/core/testing';\nimport '../src/cache.ts';`,
  'packages/memory/package.json': provider('memory'),
  'packages/memory/floors.json': { floors: [{ name: 'all', files: ['*.ts'] }] },
  'packages/memory/src/index.ts': `export type { Store } from '@cache/core';`,
  'packages/memory/test/kit.test.ts': `import '@cache/core/conformance';\nimport '@cache/core';`,
  'packages/redis/package.json': provider('redis'),
  'packages/redis/floors.json': { floors: [{ name: 'all', files: ['*.ts'] }] },
  'packages/redis/src/engine.ts': `import '@cache/core';`,
  'packages/codec-cbor/package.json': provider('codec-cbor'),
  'packages/codec-cbor/floors.json': { floors: [] },
  'benches/package.json': { name: '@cache/benches' },
  'benches/hit.ts': `import '@cache/core/testing';\nimport '@cache/memory';`,
  'examples/auth/package.json': { name: '@cache/example-auth' },
  'examples/auth/src/main.ts': `import '@cache/core';\nimport './routes.ts';`,
  'examples/auth/src/routes.ts': `import { Hono } from 'hono';\nexport const app = new Hono();`,
};

/** What the checker says of the sound house with these files put in. */
function findingsWith(files: Record<string, string | object>): string[] {
  using tree = plantTree({ ...sound, ...files });
  return checkFloors(tree.root).map(({ rule, file, line, message }) => `${rule} ${file}:${line} ${message}`);
}

/** The one thing it says. */
function findingWith(files: Record<string, string | object>): string {
  const findings = findingsWith(files);
  expect(findings).toHaveLength(1);
  return findings[0] ?? '';
}

const floorsOf = (plan: object): object => ({ floors: [{ name: 'all', files: ['*.ts'] }], ...plan });

test('a house in good order has no finding', () => {
  expect(findingsWith({})).toEqual([]);
});

describe('between packages', () => {
  test.each(['src/cache.ts', 'test/cache.test.ts'])('core imports no provider, from %s neither', (file) => {
    expect(findingWith({ [`packages/core/${file}`]: `import '@cache/memory';` })).toMatch(
      /^import packages\/core\/.+:1 @cache\/memory: core knows no other package/,
    );
  });

  test.each([
    `import '@cache/memory';`,
    `import type { A } from '@cache/memory';`,
    `export { a } from '@cache/memory';`,
    `const a = () => import('@cache/memory');`,
    `type A = import('@cache/memory').A;`,
  ])('a provider imports no other: %s', (text) => {
    expect(findingWith({ 'packages/redis/src/engine.ts': text })).toMatch(
      /a package imports @cache\/core, never another/,
    );
  });

  test('a provider imports no test-only entry point of core in src, its tests do', () => {
    const text = `import '@cache/core/conformance';`;
    expect(findingWith({ 'packages/redis/src/engine.ts': text })).toMatch(
      /is for tests, examples and benches/,
    );
    expect(findingsWith({ 'packages/redis/test/engine.test.ts': text })).toEqual([]);
  });

  test('what a package itself offers for tests may build on what core offers for tests', () => {
    const plan = floorsOf({ floors: [{ name: 'all', files: ['**'] }] });
    const text = `import '@cache/core/testing';`;
    expect(
      findingsWith({ 'packages/redis/floors.json': plan, 'packages/redis/src/testing/fault.ts': text }),
    ).toEqual([]);
  });

  test('a byte engine may name its default codec, when floors.json says so', () => {
    const text = { 'packages/redis/src/engine.ts': `import '@cache/codec-cbor';` };
    expect(findingWith(text)).toMatch(/never another/);
    const plan = (defaultCodec: string): Record<string, object> => ({
      'packages/redis/floors.json': floorsOf({ defaultCodec }),
    });
    expect(findingsWith({ ...text, ...plan('@cache/codec-cbor') })).toEqual([]);
    expect(findingWith(plan('@cache/memory'))).toMatch(/is not a codec package/);
  });

  test('tests use another package only when floors.json says so', () => {
    const text = { 'packages/redis/test/tiers.test.ts': `import '@cache/memory';` };
    expect(findingWith(text)).toMatch(/name it under "testsWith"/);
    const plan = floorsOf({ testsWith: ['@cache/memory'] });
    expect(findingsWith({ ...text, 'packages/redis/floors.json': plan })).toEqual([]);
  });

  test.each(['packages/redis/src/engine.ts', 'benches/hit.ts', 'examples/auth/src/main.ts'])(
    'an entry point that is not published is refused in %s',
    (file) => {
      for (const path of [
        '@cache/core/src/store.ts',
        '@cache/core/dist/index.js',
        '@cache/core/cache',
        '@cache/benches',
      ]) {
        expect(findingWith({ [file]: `import '${path}';` })).toMatch(/is not a published entry point/);
      }
    },
  );

  test('a unit that is not published has no entry points, whatever its exports say', () => {
    const manifest = { name: '@cache/example-auth', exports: { '.': './src/main.ts' } };
    const files = {
      'examples/auth/package.json': manifest,
      'benches/hit.ts': `import '@cache/example-auth';`,
    };
    expect(findingWith(files)).toMatch(/is not a published entry point/);
  });

  test('a relative path does not leave its package', () => {
    const path = '../../packages/core/src/store.ts';
    expect(findingWith({ 'benches/hit.ts': `import '../packages/core/src/store.ts';` })).toMatch(
      /leaves benches/,
    );
    expect(findingWith({ 'examples/auth/src/routes.ts': `type S = import('../${path}').Store;` })).toMatch(
      /leaves/,
    );
    expect(findingWith({ 'packages/redis/src/engine.ts': `import '${path}';` })).toMatch(
      /leaves packages\/redis/,
    );
  });

  test('servers for tests are not for what is shipped', () => {
    const servers = `import '@cache/test-servers/redis';`;
    expect(findingWith({ 'packages/redis/src/engine.ts': servers })).toMatch(/tests, benches and examples/);
    expect(findingsWith({ 'packages/redis/test/engine.test.ts': servers })).toEqual([]);
  });

  test('a package that does not exist is refused', () => {
    expect(findingWith({ 'benches/hit.ts': `import '@cache/nowhere';` })).toMatch(
      /not a package of this repository/,
    );
  });

  test.each(['file:///x.ts', '/x.ts', '#engine'])(
    'a path that hides where it leads is refused: %s',
    (path) => {
      expect(findingWith({ 'benches/hit.ts': `import '${path}';` })).toMatch(/hides where it leads/);
    },
  );
});

describe('inside a package', () => {
  test('src imports itself by file, not by name', () => {
    expect(findingWith({ 'packages/core/src/manager.ts': `import '@cache/core';` })).toMatch(
      /is this package/,
    );
  });

  test('src imports nothing from the tests', () => {
    const files = { 'packages/core/src/manager.ts': `import '../test/cache.test.ts';` };
    expect(findingsWith(files).join('\n')).toMatch(/is not shipped/);
  });

  test('src does without what is for tests', () => {
    const plan = floorsOf({ floors: [{ name: 'all', siblings: true, files: ['**'] }] });
    const text = `import './testing/index.ts';`;
    expect(findingWith({ 'packages/core/floors.json': plan, 'packages/core/src/manager.ts': text })).toMatch(
      /for tests/,
    );
  });

  test('a computed path is refused in src', () => {
    expect(findingWith({ 'packages/core/src/manager.ts': 'await import(process.argv[2]);' })).toMatch(
      /computed path/,
    );
    expect(findingsWith({ 'benches/hit.ts': 'await import(process.argv[2]);' })).toEqual([]);
  });

  test.each(['./absent.ts', './routes', '.'])('a relative import names a file: %s', (path) => {
    expect(findingWith({ 'examples/auth/src/main.ts': `import '${path}';` })).toMatch(
      /names the file with its ending/,
    );
  });

  test('a cycle is found, once, and shown whole', () => {
    const files = {
      'packages/core/src/tags.ts': `import type { Tiers } from './tiers.ts';\nexport type Tags = Tiers;`,
    };
    expect(findingWith(files)).toBe(
      'cycle packages/core/src/tags.ts:1 src/tags.ts -> src/tiers.ts -> src/tags.ts',
    );
  });

  test('a cycle through a type, a re-export and a dynamic import is found, tests and examples included', () => {
    const files = {
      'examples/auth/src/routes.ts': `export type { B } from './b.ts';`,
      'examples/auth/src/b.ts': `export type B = typeof import('./c.ts');`,
      'examples/auth/src/c.ts': `export const c = () => import('./routes.ts');`,
    };
    expect(findingWith(files)).toMatch(/^cycle examples\/auth\/src\/b.ts:1 .+ -> .+ -> .+ -> /);
  });

  test('a file that imports itself is a cycle', () => {
    expect(findingWith({ 'examples/auth/src/routes.ts': `import './routes.ts';` })).toMatch(/^cycle/);
  });
});

describe('floors', () => {
  test('an import from a higher floor is found', () => {
    expect(findingWith({ 'packages/core/src/tags.ts': `import type { A } from './manager.ts';` })).toMatch(
      /^floor packages\/core\/src\/tags.ts:1 from floor rooms, imports src\/manager.ts up on story/,
    );
  });

  test('files of one floor do not import each other, unless it has siblings', () => {
    expect(findingWith({ 'packages/core/src/cache.ts': `import './manager.ts';` })).toMatch(
      /on the same floor/,
    );
  });

  test.each([
    `import './clock.ts';`,
    `import type { Clock } from './clock.ts';`,
    `import 'node:fs';`,
    `import 'zod';`,
  ])('the ground floor imports nothing: %s', (text) => {
    expect(findingWith({ 'packages/core/src/store.ts': text })).toMatch(/floor ground imports nothing/);
  });

  test('every file is listed, and once', () => {
    expect(findingWith({ 'packages/core/src/stray.ts': '' })).toMatch(/src\/stray.ts:1 on no floor/);
    const plan = {
      floors: [
        { name: 'a', files: ['*.ts'] },
        { name: 'b', files: ['index.ts'] },
      ],
    };
    expect(findingWith({ 'packages/memory/floors.json': plan })).toMatch(/index.ts:1 on 2 floors, a and b/);
  });

  test('a line of floors.json that matches no file is found', () => {
    const plan = floorsOf({ floors: [{ name: 'all', files: ['*.ts', 'gone.ts'] }] });
    expect(findingWith({ 'packages/memory/floors.json': plan })).toMatch(
      /"gone.ts" on floor all matches no file/,
    );
  });

  test('a package without floors.json is found', () => {
    const files = { 'packages/ring/package.json': provider('ring'), 'packages/ring/src/ring.ts': '' };
    expect(findingWith(files)).toMatch(/^floor packages\/ring\/floors.json:1 missing/);
  });
});

describe('shape', () => {
  test.each([
    'utils.ts',
    'types.ts',
    'helpers.mts',
    'common/clock.mjs',
    'session.types.ts',
    'util/index.d.ts',
  ])('a name that says nothing is refused: %s', (file) => {
    expect(findingsWith({ [`examples/auth/src/${file}`]: '' }).join('\n')).toMatch(/is a kind, not an idea/);
  });

  test('an index file is a declared entry point', () => {
    expect(findingWith({ 'examples/auth/src/index.ts': '' })).toMatch(/^index .+ do not name/);
  });

  test.each([`export * from './cache.ts';`, `import './cache.ts';`, 'export const a = 1;'])(
    'an index file only re-exports by name: %s',
    (text) => {
      expect(findingWith({ 'packages/core/src/index.ts': text })).toMatch(
        /^index .+ only re-exports, by name/,
      );
    },
  );

  test('a long file is a warning', () => {
    using tree = plantTree({ ...sound, 'benches/hit.ts': '\n'.repeat(351) });
    expect(checkFloors(tree.root)).toMatchObject([
      { level: 'warning', rule: 'length', file: 'benches/hit.ts' },
    ]);
  });

  test('a file that does not parse is found', () => {
    expect(findingWith({ 'benches/hit.ts': 'const = ;' })).toMatch(/^syntax benches\/hit.ts:1/);
  });
});
