/** One dashboard of Grafana: rows of panels, each about metrics of the table. */
import { METRICS, type MetricName } from '../definitions.ts';

/** What a panel shows, and how a line of it is called. */
export interface Query {
  readonly expr: string;
  /** `{{label}}` stands for the value of a label. */
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  /** What it is about: their explanations are its description. */
  readonly metrics: readonly MetricName[];
  readonly unit: 's' | 'ops' | 'percentunit' | 'bytes' | 'short';
  readonly queries: readonly Query[];
  /** A line over time, or the values of now. Default: lines. */
  readonly form?: 'lines' | 'bars' | undefined;
}

interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** What is chosen at the top: the values of a label. */
export interface Variable {
  readonly name: string;
  readonly label: string;
  /** An expression of Grafana that lists them. */
  readonly values: string;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Variable[];
  readonly rows: readonly Row[];
}

const COLUMNS = 24;
const ACROSS = 3;
const HEIGHT = 8;
/** Whichever Prometheus is chosen at the top. */
const SOURCE = { type: 'prometheus', uid: '${datasource}' };

/** The dashboard as Grafana imports it. */
export function grafana({ uid, title, description, variables, rows }: Dashboard): object {
  const panels: object[] = [];
  let y = 0;
  for (const row of rows) {
    panels.push(rowOf(row.title, panels.length + 1, y));
    y += 1;
    for (const [n, panel] of row.panels.entries()) {
      const x = (n % ACROSS) * (COLUMNS / ACROSS);
      panels.push(panelOf(panel, panels.length + 1, { x, y: y + Math.floor(n / ACROSS) * HEIGHT }));
    }
    y += Math.ceil(row.panels.length / ACROSS) * HEIGHT;
  }
  return {
    uid,
    title,
    description,
    tags: ['cache'],
    schemaVersion: 39,
    editable: true,
    refresh: '10s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    graphTooltip: 1,
    links: [
      {
        type: 'dashboards',
        title: 'Caches',
        tags: ['cache'],
        includeVars: true,
        keepTime: true,
        asDropdown: true,
      },
    ],
    templating: {
      list: [
        { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' },
        ...variables.map(({ name, label, values }) => ({
          name,
          label,
          type: 'query',
          datasource: SOURCE,
          query: { query: values, refId: name },
          definition: values,
          refresh: 2,
          multi: true,
          includeAll: true,
          allValue: '.*',
          current: { text: ['All'], value: ['$__all'] },
        })),
      ],
    },
    panels,
  };
}

function rowOf(title: string, id: number, y: number): object {
  return { id, type: 'row', title, collapsed: false, panels: [], gridPos: { x: 0, y, w: COLUMNS, h: 1 } };
}

function panelOf(
  { title, metrics, unit, queries, form = 'lines' }: Panel,
  id: number,
  { x, y }: { readonly x: number; readonly y: number },
): object {
  return {
    id,
    type: form === 'bars' ? 'bargauge' : 'timeseries',
    title,
    description: metrics.map((metric) => `${METRICS[metric].name}: ${METRICS[metric].help}`).join('\n\n'),
    datasource: SOURCE,
    gridPos: { x, y, w: COLUMNS / ACROSS, h: HEIGHT },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options:
      form === 'bars'
        ? { orientation: 'horizontal', displayMode: 'basic', reduceOptions: { calcs: ['lastNotNull'] } }
        : { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    targets: queries.map(({ expr, legend }, n) => ({
      refId: String.fromCharCode(65 + n),
      datasource: SOURCE,
      expr,
      legendFormat: legend,
      ...(form === 'bars' && { instant: true }),
    })),
  };
}
