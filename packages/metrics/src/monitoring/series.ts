/** Expressions of PromQL over our metrics: what they name exists, with those labels. */
import { METRICS, type MetricName } from '../definitions.ts';

/** What a label has to be. */
export type Match =
  | string
  | { readonly in: readonly string[] }
  /** Whatever is chosen in a dashboard. */
  | { readonly variable: string };

/** The parts of a histogram, each a series of its own. */
export type Part = 'bucket' | 'sum' | 'count';

/** The series of a metric; of a histogram those of one part. A label that it does not have is a `TypeError`. */
export function series(metric: MetricName, where: Readonly<Record<string, Match>> = {}, part?: Part): string {
  const { name, kind, labels } = METRICS[metric];
  if ((kind === 'histogram') !== (part !== undefined))
    throw new TypeError(`metric '${metric}' is a ${kind}: name a part of a histogram, and of nothing else`);
  checkLabels(metric, labels, Object.keys(where));
  const matchers = Object.entries(where).map(([label, match]) => matcher(label, match));
  const selector = matchers.length === 0 ? '' : `{${matchers.join(',')}}`;
  return `${name}${part === undefined ? '' : `_${part}`}${selector}`;
}

/** What is added up, of which series. */
export interface Sum {
  readonly by: readonly string[];
  readonly where?: Readonly<Record<string, Match>> | undefined;
  readonly part?: Part | undefined;
}

/** Increases per second over `window`, added up. */
export function rate(metric: MetricName, window: string, { by, where, part }: Sum): string {
  checkSum(metric, by, part);
  return `sum by (${by.join(', ')}) (rate(${series(metric, where, part)}[${window}]))`;
}

/** Values as they are, put together. */
export function now(how: 'sum' | 'max', metric: MetricName, { by, where, part }: Sum): string {
  checkSum(metric, by, part);
  return `${how} by (${by.join(', ')}) (${series(metric, where, part)})`;
}

/** What this part of the values of a histogram is not above. */
export function quantile(fraction: number, metric: MetricName, window: string, { by, where }: Sum): string {
  return `histogram_quantile(${fraction}, ${rate(metric, window, { by: [...by, 'le'], where, part: 'bucket' })})`;
}

function checkSum(metric: MetricName, by: readonly string[], part: Part | undefined): void {
  const { labels } = METRICS[metric];
  checkLabels(metric, part === 'bucket' ? [...labels, 'le'] : labels, by);
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
  if ('variable' in match) return `${label}=~"$${match.variable}"`;
  return `${label}=~${quoted(match.in.map(escaped).join('|'))}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
