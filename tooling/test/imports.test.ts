import { expect, test } from 'vitest';
import { parseSource } from '../imports.mjs';

function specifiersOf(path: string, text: string): (string | undefined)[] {
  return parseSource(path, text).imports.map(({ specifier }) => specifier);
}

test.each([
  ['a value import', `import { a } from './x.ts';`],
  ['a default import', `import a from './x.ts';`],
  ['a namespace import', `import * as a from './x.ts';`],
  ['a bare import', `import './x.ts';`],
  ['a type import', `import type { A } from './x.ts';`],
  ['an inline type import', `import { type A } from './x.ts';`],
  ['a named re-export', `export { a } from './x.ts';`],
  ['a type re-export', `export type { A } from './x.ts';`],
  ['a star re-export', `export * from './x.ts';`],
  ['a namespace re-export', `export * as a from './x.ts';`],
  ['a dynamic import', `const a = await import('./x.ts');`],
  ['a dynamic import of a template', 'const a = await import(`./x.ts`);'],
  ['an import type', `type A = import('./x.ts').A;`],
  ['the type of a module', `type A = typeof import('./x.ts');`],
  ['an import type in a type argument', `const a: Map<string, import('./x.ts').A> = new Map();`],
  ['an import in a nested function', `function f() { return () => import('./x.ts'); }`],
  ['an import assignment', `import a = require('./x.ts');`],
  ['a require', `const a = require('./x.ts');`],
  ['a require.resolve', `const a = require.resolve('./x.ts');`],
  ['an import.meta.resolve', `const a = import.meta.resolve('./x.ts');`],
  ['a triple-slash reference', `/// <reference path="x.ts" />`],
])('%s is counted', (_, text) => {
  expect(specifiersOf('file.ts', text)).toEqual(['./x.ts']);
});

test('an import type in a comment is counted in JavaScript, where it is a type', () => {
  const text = `/** @type {import('./x.mjs').A} */\nexport const a = 1;`;
  expect(specifiersOf('file.mjs', text)).toEqual(['./x.mjs']);
  expect(specifiersOf('file.ts', text)).toEqual([]);
});

test('what only looks like an import is not counted', () => {
  expect(specifiersOf('file.ts', `const a = "import './x.ts'"; // import './y.ts'`)).toEqual([]);
});

test('a computed path is reported as such', () => {
  expect(specifiersOf('file.ts', 'await import(`./${name}.ts`);')).toEqual([undefined]);
});

test('lines are counted from 1', () => {
  const { imports, lines } = parseSource('file.ts', `import './a.ts';\n\nimport './b.ts';\n`);
  expect(imports.map(({ line }) => line)).toEqual([1, 3]);
  expect(lines).toBe(3);
});

test('a file that does not parse is an error, not an empty file', () => {
  expect(parseSource('file.ts', 'const = ;').errors).toHaveLength(1);
});
