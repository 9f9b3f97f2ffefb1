/** A metric of prom-client whose values lie elsewhere: they are read when the registry is. */
import type { MetricDefinition } from '../definition.ts';
import type { Family, Sample } from '../figures.ts';

/** Gives the figures of one source. */
export type Collect = () => Promise<readonly Family[]>;

/** One line of a metric, in the words of prom-client. */
interface Line {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  /** Left out for the metric's own name, which the registry changes for OpenMetrics. */
  readonly metricName?: string;
}

/** What a registry asks of a metric. */
export class CollectedMetric {
  /** Not read-only: for OpenMetrics the registry takes `_total` away. */
  name: string;
  readonly help: string;
  readonly type: string;
  /** How the registries of a cluster's processes are put together: each counts its own. */
  readonly aggregator = 'sum';
  /** Whose figures it gives, by the names of their managers. */
  readonly sources: Map<string, Collect> = new Map();
  readonly #definition: MetricDefinition;

  constructor(definition: MetricDefinition) {
    this.name = definition.name;
    this.help = definition.help;
    this.type = definition.kind;
    this.#definition = definition;
  }

  async get(): Promise<object> {
    const families = await Promise.all([...this.sources.values()].map((collect) => collect()));
    const samples = families
      .flat()
      .filter(({ definition }) => definition === this.#definition)
      .flatMap((family) => family.samples);
    const { name, help, type, aggregator } = this;
    return { name, help, type, aggregator, values: samples.flatMap((sample) => linesOf(name, sample)) };
  }

  /** Does nothing: these figures are not the registry's. */
  reset(): void {}
}

function linesOf(name: string, { labels, value, histogram }: Sample): readonly Line[] {
  if (histogram === undefined) return [{ value, labels }];
  const metricName = `${name}_bucket`;
  return [
    ...histogram.buckets.map(({ bound, count }) => ({
      metricName,
      labels: { le: bound, ...labels },
      value: count,
    })),
    { metricName, labels: { le: '+Inf', ...labels }, value },
    { metricName: `${name}_sum`, labels, value: histogram.sum },
    { metricName: `${name}_count`, labels, value },
  ];
}
