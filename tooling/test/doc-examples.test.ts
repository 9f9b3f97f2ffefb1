import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkDocExamples, fencesIn, refusalOf } from '../doc-examples.mjs';
import { root } from '../workspace.mjs';
import { plantTree } from './tree.ts';

const fence = (code: string, marks = ''): string => `# Title\n\n\`\`\`ts${marks}\n${code}\n\`\`\`\n`;

/** What is found in these documents, as `document:line message`. */
async function faultsIn(documents: Record<string, string>): Promise<string[]> {
  using tree = plantTree({
    'tsconfig.base.json': readFileSync(join(root, 'tsconfig.base.json'), 'utf8'),
    ...documents,
  });
  symlinkSync(join(root, 'node_modules'), join(tree.root, 'node_modules')); // the types of Node
  const { faults } = await checkDocExamples(tree.root);
  return faults.map(({ document, line, message }) => `${document}:${line} ${message}`);
}

test('every ts fence is found, with the lines of its document', () => {
  const text = [
    '```ts',
    'one',
    '```',
    '',
    '```js',
    'not this',
    '```',
    '',
    '- item',
    '',
    '  ```typescript run',
    '  two',
    '  ```',
    '',
    '> ```ts no-check because',
    '> three',
    '> ```',
    '',
    '````md',
    '```ts',
    'a fence shown, not meant',
    '```',
    '````',
    '',
    '~~~ts',
    'four',
    '~~~',
  ].join('\n');
  const found = fencesIn('a.md', text);
  expect(found.map(({ line, code, marks }) => [line, code.trim(), ...marks])).toEqual([
    [1, 'one'],
    [11, 'two', 'run'],
    [15, 'three', 'no-check', 'because'],
    [25, 'four'],
  ]);
  for (const { line, code } of found)
    expect(code.split('\n').findIndex((codeLine) => codeLine.trim() !== '')).toBe(line);
});

test.each([
  ['no-check', /needs a reason/],
  ['nocheck because', /unknown mark `nocheck`/],
  ['{1,3}', /unknown mark/],
])('the marks %s are refused', (marks, message) => {
  const [found] = fencesIn('a.md', fence('const a = 1;', ` ${marks}`));
  expect(found && refusalOf(found)).toMatch(message);
});

test('an example imports by name only', async () => {
  const faults = await faultsIn({ 'README.md': fence(`import '../packages/core/src/cache.ts';`) });
  expect(faults).toEqual([expect.stringMatching(/^README.md:3 imports \.\.\/packages/)]);
});

test('a type error is reported at its line in the document, for documents of every kind', async () => {
  const wrong = fence(`\nconst a: string = 1;`);
  const faults = await faultsIn({
    'README.md': wrong,
    'CONTRIBUTING.md': wrong,
    'docs/semantics.md': wrong,
    'docs/decisions/one.md': `\n${wrong}`,
    'packages/core/README.md': wrong,
    'packages/core/docs/other.md': wrong,
  });
  const message = expect.stringMatching(/TS2322: Type 'number' is not assignable to type 'string'/);
  expect(faults).toEqual(faults.map(() => message));
  expect(faults.map((fault) => fault.replace(/ [^]*/, '')).toSorted()).toEqual([
    'CONTRIBUTING.md:5',
    'README.md:5',
    'docs/decisions/one.md:6',
    'docs/semantics.md:5',
    'packages/core/README.md:5',
  ]);
});

test('a fence is a module of its own', async () => {
  expect(await faultsIn({ 'README.md': fence('const a = 1;') + fence('const a = 2;') })).toEqual([]);
  expect(await faultsIn({ 'README.md': fence('const a = 1;') + fence('console.log(a);') })).toEqual([
    expect.stringMatching(/^README.md:9 .*Cannot find name 'a'/),
  ]);
});

test('a fence marked no-check with a reason is left out', async () => {
  expect(await faultsIn({ 'README.md': fence('a b c', ' no-check it shows a mistake') })).toEqual([]);
});

test('a fence marked run is executed, and one that throws is found', async () => {
  const text = fence(`throw new Error('broken example');`, ' run');
  expect(await faultsIn({ 'README.md': text })).toEqual([
    expect.stringMatching(/^README.md:3 failed:[^]*README\.md\.3\.ts:4[^]*broken example/),
  ]);
  expect(
    await faultsIn({ 'README.md': fence('const a: number = await Promise.resolve(1);', ' run') }),
  ).toEqual([]);
});
