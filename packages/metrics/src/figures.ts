/** Figures in the making: a number or a histogram for each metric and set of label values. */
import type { MetricDefinition } from './definition.ts';
import { METRICS, type MetricName } from './definitions.ts';
import { Histogram } from './histogram.ts';

/** One number, which its holder may change as long as it likes. */
export interface Cell {
  value: number;
}

/** One figure as it was when it was read. Its labels are those of its definition, in that order. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** Of a counter or a gauge; of a histogram how many values it has. */
  readonly value: number;
  readonly histogram?: {
    readonly sum: number;
    /** By upper bound, how many values are not above it. */
    readonly buckets: readonly { readonly bound: number; readonly count: number }[];
  };
}

/** All figures of one metric. */
export interface Family {
  readonly metric: MetricName;
  readonly definition: MetricDefinition;
  readonly samples: readonly Sample[];
}

/** Hears of each value that a histogram gets, in the unit of its metric. */
export type MeasurementListener = (
  metric: MetricName,
  labels: Readonly<Record<string, string>>,
  value: number,
) => unknown;

interface Kept<X> {
  readonly labels: readonly string[];
  readonly what: X;
}

/** Figures whose first labels are the same. */
export class Figures {
  readonly #place: readonly string[];
  readonly #measured: MeasurementListener;
  readonly #cells = new Map<MetricName, Map<string, Kept<Cell>>>();
  readonly #histograms = new Map<MetricName, Map<string, Kept<Histogram>>>();

  /** `place`: the values of the first labels. `measured` hears of what histograms get. */
  constructor(place: readonly string[], measured: MeasurementListener = () => {}) {
    this.#place = place;
    this.#measured = measured;
  }

  /** The number of `metric` with these further labels. */
  cell(metric: MetricName, labels: readonly string[] = []): Cell {
    return kept(this.#cells, metric, [...this.#place, ...labels], () => ({ value: 0 }));
  }

  add(metric: MetricName, labels: readonly string[] = [], count = 1): void {
    this.cell(metric, labels).value += count;
  }

  histogram(metric: MetricName, labels: readonly string[] = []): Histogram {
    const { buckets = [] } = METRICS[metric];
    const all = [...this.#place, ...labels];
    return kept(this.#histograms, metric, all, () => {
      const names = named(metric, all);
      return new Histogram(buckets, (value) => this.#measured(metric, names, value));
    });
  }

  /** Everything, as it is now. */
  *read(): Generator<readonly [MetricName, Sample]> {
    for (const [metric, cells] of this.#cells)
      for (const { labels, what } of cells.values())
        yield [metric, { labels: named(metric, labels), value: what.value }];
    for (const [metric, histograms] of this.#histograms)
      for (const { labels, what } of histograms.values()) {
        const { sum, count, cumulative } = what;
        yield [
          metric,
          { labels: named(metric, labels), value: count, histogram: { sum, buckets: cumulative } },
        ];
      }
  }
}

/** Samples by their metrics, in the order of the table; each metric once, whether it has samples or not. */
export function familiesOf(samples: Iterable<readonly [MetricName, Sample]>): readonly Family[] {
  const byMetric = Map.groupBy(samples, ([metric]) => metric);
  return (Object.keys(METRICS) as MetricName[]).map((metric) => ({
    metric,
    definition: METRICS[metric],
    samples: (byMetric.get(metric) ?? []).map(([, sample]) => sample),
  }));
}

function kept<X>(
  all: Map<MetricName, Map<string, Kept<X>>>,
  metric: MetricName,
  labels: readonly string[],
  make: () => X,
): X {
  const ofMetric = all.get(metric) ?? new Map<string, Kept<X>>();
  all.set(metric, ofMetric);
  // With their lengths, so that no two lists of values are one text.
  const name = labels.map((label) => `${label.length}:${label}`).join('');
  const known = ofMetric.get(name);
  if (known !== undefined) return known.what;
  const what = make();
  ofMetric.set(name, { labels, what });
  return what;
}

function named(metric: MetricName, values: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(METRICS[metric].labels.map((label, n) => [label, values[n] ?? '']));
}
