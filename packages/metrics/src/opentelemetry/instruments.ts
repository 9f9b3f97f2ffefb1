/** Figures as instruments of OpenTelemetry. */
import type { Attributes, BatchObservableCallback, Histogram, Meter, Observable } from '@opentelemetry/api';
import { METRICS, type MetricName } from '../definitions.ts';
import type { Metrics } from '../metrics.ts';

/** Units as OpenTelemetry writes them: those that are none stand in braces. */
const UNITS: Readonly<Record<string, string>> = { seconds: 's', bytes: 'By', boolean: '1', ratio: '1' };

/**
 * Gives `meter` an instrument for each metric. Counters and gauges are read when the SDK collects; histograms get each value as it is
 * measured, so that of reads answered at once in this process one in 64 is in them. Returns the function that stops it.
 */
export function instrument(metrics: Metrics, meter: Meter): () => void {
  const observables = new Map<MetricName, Observable>();
  const histograms = new Map<MetricName, Histogram>();
  for (const metric of Object.keys(METRICS) as MetricName[]) {
    const { dotted, kind, unit, help, buckets = [] } = METRICS[metric];
    const options = { description: help, unit: UNITS[unit] ?? `{${unit}}` };
    if (kind === 'counter') observables.set(metric, meter.createObservableCounter(dotted, options));
    else if (kind === 'gauge') observables.set(metric, meter.createObservableGauge(dotted, options));
    else
      histograms.set(
        metric,
        meter.createHistogram(dotted, { ...options, advice: { explicitBucketBoundaries: [...buckets] } }),
      );
  }

  const observe: BatchObservableCallback = async (result) => {
    for (const { metric, samples } of await metrics.collect()) {
      const observable = observables.get(metric);
      if (observable === undefined) continue;
      for (const { labels, value } of samples) result.observe(observable, value, attributesOf(labels));
    }
  };
  const observed = [...observables.values()];
  meter.addBatchObservableCallback(observe, observed);
  const stop = metrics.onMeasurement((metric, labels, value) =>
    histograms.get(metric)?.record(value, attributesOf(labels)),
  );
  return () => {
    stop();
    meter.removeBatchObservableCallback(observe, observed);
  };
}

/** The labels under names that no other library uses. */
function attributesOf(labels: Readonly<Record<string, string>>): Attributes {
  return Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [ATTRIBUTES[name] ?? `cache.${name}`, value]),
  );
}

const ATTRIBUTES: Readonly<Record<string, string>> = { cache: 'cache.name' };
