import { readFile } from 'node:fs/promises';
import { METRICS } from '@cache/metrics';
import { expect, test } from 'vitest';

test('the documentation explains every metric with its own labels, and no other', async () => {
  const text = await readFile(new URL('../../../docs/operations/metrics.md', import.meta.url), 'utf8');
  const rows = text.split('\n').filter((line) => line.startsWith('| `cache_'));
  const explained = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(cache_\w+)`/g)]);
  const names = explained.map(([, name]) => name);
  expect(new Set(names)).toEqual(new Set(Object.values(METRICS).map(({ name }) => name)));
  expect(names).toHaveLength(new Set(names).size);
  // What it is, and when to look or what is normal.
  for (const row of rows)
    expect([row, row.split(/(?<!\\)\|/).map((cell) => cell.trim().length > 5)]).toEqual([
      row,
      [false, true, true, true, false],
    ]);
  for (const { name, labels } of Object.values(METRICS)) {
    const row = rows.find((each) => each.split('|')[1]?.includes(`\`${name}\``));
    for (const label of labels.filter((each) => !['manager', 'cache', 'provider', 'sessions'].includes(each)))
      expect([name, row]).toEqual([name, expect.stringContaining(`\`${label}\``)]);
  }
});

test('what answers the source documents, and what operators are told to look at, is recorded', async () => {
  const known = new Set(Object.values(METRICS).map(({ name }) => name));
  for (const page of ['metrics', 'alerts', 'dashboards', 'health']) {
    const text = await readFile(new URL(`../../../docs/operations/${page}.md`, import.meta.url), 'utf8');
    for (const [name] of text.matchAll(/\bcache_[a-z_]+\b/g))
      expect([page, [...known]]).toEqual([page, expect.arrayContaining([name])]);
  }
});
