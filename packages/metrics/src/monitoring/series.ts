/** Expressions of PromQL over our metrics: what they name exists, with those labels. */
import { METRICS, type MetricName } from '../definitions.ts';

/** What a label has to be. */
export type Match = string | { readonly not: string } | { readonly in: readonly string[] };

/** The parts of a histogram, each a series of its own. */
export type Part = 'bucket' | 'sum' | 'count';

/** The series of a metric; of a histogram those of one part. A label that it does not have is a `TypeError`. */
export function series(
  metric: MetricName,
  where: Readonly<Record<string, Match>> = {},
  part?: Part,
  further: readonly string[] = [],
): string {
  const { name, kind, labels } = METRICS[metric];
  if ((kind === 'histogram') !== (part !== undefined))
    throw new TypeError(`metric '${metric}' is a ${kind}: name a part of a histogram, and of nothing else`);
  checkLabels(metric, labels, Object.keys(where));
  const matchers = [...Object.entries(where).map(([label, match]) => matcher(label, match)), ...further];
  const selector = matchers.length === 0 ? '' : `{${matchers.join(',')}}`;
  return `${name}${part === undefined ? '' : `_${part}`}${selector}`;
}

/** Increases per second over `window`, added up by `labels` of the metric. */
export function rate(
  metric: MetricName,
  window: string,
  {
    by,
    where,
    part,
    further,
  }: {
    readonly by: readonly string[];
    readonly where?: Readonly<Record<string, Match>> | undefined;
    readonly part?: Part | undefined;
    /** Matchers as they are, of labels that are not the metric's own. */
    readonly further?: readonly string[] | undefined;
  },
): string {
  const { labels } = METRICS[metric];
  checkLabels(
    metric,
    [...labels, 'instance', 'job'],
    by.filter((label) => !(part === 'bucket' && label === 'le')),
  );
  return `sum by (${by.join(', ')}) (rate(${series(metric, where, part, further)}[${window}]))`;
}

function checkLabels(metric: MetricName, labels: readonly string[], given: readonly string[]): void {
  const unknown = given.find((label) => !labels.includes(label));
  if (unknown !== undefined)
    throw new TypeError(
      `metric '${metric}' has no label '${unknown}': its labels are ${METRICS[metric].labels.join(', ')}`,
    );
}

function matcher(label: string, match: Match): string {
  if (typeof match === 'string') return `${label}=${quoted(match)}`;
  if ('not' in match) return `${label}!=${quoted(match.not)}`;
  return `${label}=~${quoted(match.in.map(escaped).join('|'))}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
