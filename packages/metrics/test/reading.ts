/** Figures in a form that a test can compare. */
import type { Metrics, MetricName, Sample } from '@cache/metrics';

/** The samples of one metric now. */
export async function samplesOf(metrics: Metrics, metric: MetricName): Promise<readonly Sample[]> {
  const families = await metrics.collect();
  return families.find((family) => family.metric === metric)?.samples ?? [];
}

/** The values of one metric that are not zero, added up by the values of `labels`, with blanks between. */
export async function valuesOf(
  metrics: Metrics,
  metric: MetricName,
  ...labels: string[]
): Promise<Readonly<Record<string, number>>> {
  const samples = await samplesOf(metrics, metric);
  const values: Record<string, number> = {};
  for (const sample of samples.filter(({ value }) => value !== 0)) {
    const name = labels.map((label) => sample.labels[label]).join(' ');
    values[name] = (values[name] ?? 0) + sample.value;
  }
  return values;
}
