import { METRICS, type MetricDefinition } from '@cache/metrics';
import { dashboards } from '@cache/metrics/monitoring';
import { describe, expect, test } from 'vitest';
import { series } from '../../src/monitoring/series.ts';
import { promtool } from './promtool.ts';

/** What of a dashboard is looked at. */
interface Drawn {
  readonly uid: string;
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly description?: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}

const all = [...dashboards()] as unknown as readonly (readonly [name: string, dashboard: Drawn])[];

/** By the names of their series, those of a histogram's parts included. */
const bySeries = new Map<string, MetricDefinition>(
  Object.values(METRICS).flatMap((definition) =>
    (definition.kind === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']).map(
      (part) => [`${definition.name}${part}`, definition] as const,
    ),
  ),
);

/** The series that an expression names, and the labels that it asks of each. Knows nothing of how the expression was made. */
function namedIn(expr: string): readonly { readonly name: string; readonly labels: readonly string[] }[] {
  return [...expr.matchAll(/\b(cache_\w+)(?:\{([^}]*)\})?/g)].map(([, name = '', selector = '']) => ({
    name,
    labels: [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  }));
}

/** The labels that an expression adds up by, beside those of buckets. */
function groupedIn(expr: string): readonly string[] {
  return [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) =>
    labels.split(/,\s*/).filter((label) => label !== '' && label !== 'le'),
  );
}

function expressionsOf({ panels }: Drawn): readonly string[] {
  return panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
}

describe.each(all)('%s', (_, dashboard) => {
  test('names series that are recorded, with labels that they have', () => {
    const expressions = expressionsOf(dashboard);
    expect(expressions.length).toBeGreaterThan(10);
    for (const expr of expressions) {
      const named = namedIn(expr);
      expect(named.length).toBeGreaterThan(0);
      for (const { name, labels } of named) {
        const definition = bySeries.get(name);
        expect([expr, definition?.name]).toEqual([expr, expect.any(String)]);
        for (const label of [...labels, ...groupedIn(expr)])
          expect([expr, definition?.labels]).toEqual([expr, expect.arrayContaining([label])]);
      }
    }
  });

  test('is understood by Prometheus', async () => {
    const rules = expressionsOf(dashboard).map((expr, n) => ({
      record: `drawn:${n}`,
      expr: expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$\w+/g, '.*'),
    }));
    const { status, output } = await promtool(['check', 'rules', 'rules.yml'], {
      files: { 'rules.yml': JSON.stringify({ groups: [{ name: 'drawn', rules }] }) },
    });
    expect([status, output]).toEqual([0, expect.stringContaining(`SUCCESS: ${rules.length} rules found`)]);
  });

  test('uses the variables that it has, and lists their values by series that are recorded', () => {
    const names = new Set(dashboard.templating.list.map(({ name }) => name));
    const used = JSON.stringify(dashboard).matchAll(/\$\{?([a-z]\w*)/g);
    for (const [, name = ''] of used) expect(names).toContain(name);
    for (const { name, definition } of dashboard.templating.list.filter(
      (each) => each.name !== 'datasource',
    )) {
      const [named] = namedIn(definition ?? '');
      expect(bySeries.get(named?.name ?? '')?.labels).toEqual(
        expect.arrayContaining([name, ...(named?.labels ?? [])]),
      );
    }
  });

  test('explains its panels and calls their lines by labels that they keep, and none lies on another', () => {
    const panels = dashboard.panels.filter(({ type }) => type !== 'row');
    for (const { title, description, targets = [] } of panels) {
      expect([title, description]).toEqual([title, expect.stringMatching(/^cache_\w+: [A-Z]/)]);
      for (const { expr, legendFormat } of targets)
        for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
          expect(label === 'le' ? ['le'] : groupedIn(expr)).toContain(label);
    }
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_cell, n) => `${x + (n % w)} ${y + Math.floor(n / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });
});

test('every metric is drawn somewhere', () => {
  const drawn = new Set(
    all
      .flatMap(([, dashboard]) => expressionsOf(dashboard).flatMap((expr) => namedIn(expr)))
      .map(({ name }) => bySeries.get(name)?.name),
  );
  expect(drawn).toEqual(new Set(Object.values(METRICS).map(({ name }) => name)));
});

test('an expression over a label or a part that a metric does not have cannot be made', () => {
  expect(() => series('hits', { operation: 'get' })).toThrow(/metric 'hits' has no label 'operation'/);
  expect(() => series('hits', {}, 'bucket')).toThrow(/metric 'hits' is a counter/);
  expect(() => series('loadDuration')).toThrow(/name a part of a histogram/);
  expect(series('errors', { code: { in: ['A.B', 'C'] }, seen: 'no"body' })).toBe(
    String.raw`cache_errors_total{code=~"A\\.B|C",seen="no\"body"}`,
  );
});
