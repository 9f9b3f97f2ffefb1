/** Figures in a registry of prom-client. */
import { Registry, type Metric, type OpenMetricsContentType } from 'prom-client';
import { METRICS } from '../definitions.ts';
import type { Family } from '../figures.ts';
import type { Metrics } from '../metrics.ts';
import { CollectedMetric } from './collected.ts';

/** A registry of prom-client, of either format. */
export type AnyRegistry = Registry | Registry<OpenMetricsContentType>;

export interface PrometheusOptions {
  /** Where the figures go, beside what is there. Default: a registry of their own. */
  readonly register?: AnyRegistry | undefined;
}

export interface Prometheus {
  readonly register: AnyRegistry;
  /** The text for a scrape: everything in the registry. */
  metrics(): Promise<string>;
  /** The `Content-Type` of that text. */
  readonly contentType: string;
  /** Takes these figures out of the registry. A second call does nothing. */
  close(): void;
  [Symbol.dispose](): void;
}

/**
 * Puts `metrics` into a registry, which reads them at each scrape. Several may share one, under different names: a name that is there is a
 * `TypeError`, and so is a metric of somebody else's that is called like one of ours.
 */
export function prometheus(metrics: Metrics, options: PrometheusOptions = {}): Prometheus {
  const { register = new Registry() } = options;
  const definitions = Object.values(METRICS);
  const shared = definitions.map(({ name }) => sharedIn(register, name, metrics.name));
  const collect = onceAtATime(() => metrics.collect());
  const own = definitions.map((definition, n) => {
    const metric = shared[n] ?? new CollectedMetric(definition);
    metric.sources.set(metrics.name, collect);
    // A metric that is there may have another name by now.
    if (shared[n] === undefined) register.registerMetric(metric as unknown as Metric);
    return { metric, name: definition.name };
  });
  const close = (): void => {
    for (const { metric, name } of own) {
      if (metric.sources.get(metrics.name) === collect) metric.sources.delete(metrics.name);
      if (metric.sources.size === 0 && lookUp(register, name) === metric) register.removeSingleMetric(name);
    }
  };
  return {
    register,
    metrics: () => register.metrics(),
    get contentType() {
      return register.contentType;
    },
    close,
    [Symbol.dispose]: close,
  };
}

/** Our metric of that name, which another manager's figures have brought. */
function sharedIn(register: AnyRegistry, name: string, source: string): CollectedMetric | undefined {
  const there = lookUp(register, name);
  if (there === undefined) return undefined;
  if (!(there instanceof CollectedMetric))
    throw new TypeError(
      `prometheus: the registry has another metric '${name}': give these figures a registry of their own`,
    );
  if (there.sources.has(source))
    throw new TypeError(
      `prometheus: the registry has figures of a manager '${source}': give one of them another name with metricsOf(manager, { name })`,
    );
  return there;
}

function lookUp(register: AnyRegistry, name: string): unknown {
  return register.getSingleMetric(name);
}

/** A scrape reads every metric in one turn, and all of them from one collection. */
function onceAtATime(collect: () => Promise<readonly Family[]>): () => Promise<readonly Family[]> {
  let running: Promise<readonly Family[]> | undefined;
  return () =>
    (running ??= collect().finally(() => {
      running = undefined;
    }));
}
