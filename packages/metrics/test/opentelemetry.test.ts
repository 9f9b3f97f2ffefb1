import { createManager, type Manager } from '@cache/core';
import { fakeClock } from '@cache/core/testing';
import { memory } from '@cache/memory';
import { METRICS, metricsOf, type Metrics } from '@cache/metrics';
import { instrument } from '@cache/metrics/opentelemetry';
import { MeterProvider, MetricReader, type MetricData } from '@opentelemetry/sdk-metrics';
import { beforeEach, expect, test } from 'vitest';
import { valuesOf } from './reading.ts';

/** A reader that collects when it is asked. */
class OnDemand extends MetricReader {
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  async data(): Promise<ReadonlyMap<string, MetricData>> {
    const { resourceMetrics, errors } = await this.collect();
    expect(errors).toEqual([]);
    const all = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
    return new Map(all.map((each) => [each.descriptor.name, each]));
  }
}

const clock = fakeClock();
let manager: Manager;
let metrics: Metrics;
let reader: OnDemand;
let stop: () => void;

beforeEach(() => {
  manager = createManager({ providers: [memory()], clock });
  metrics = metricsOf(manager);
  reader = new OnDemand();
  stop = instrument(metrics, new MeterProvider({ readers: [reader] }).getMeter('test'));
});

test('counters and gauges are those of the table, with their units and attributes', async () => {
  const cache = manager.cache<number>('users');
  await cache.getOrSet('ann', () => 1);
  await cache.get('ann');
  await cache.get('bob');
  const data = await reader.data();
  expect(data.get('cache.operations')?.descriptor.unit).toBe('{operations}');
  expect(data.get('cache.entries')?.descriptor.unit).toBe('{entries}');
  const points = (data.get('cache.operations')?.dataPoints ?? []).filter(({ value }) => value !== 0);
  expect(points.map(({ attributes, value }) => [attributes, value])).toEqual([
    [operation('get', 'hit'), 1],
    [operation('get', 'miss'), 1],
    [operation('getOrSet', 'loaded'), 1],
  ]);
  expect(data.get('cache.entries')?.dataPoints.map(({ value }) => value)).toEqual([1]);
});

test('histograms get what is measured, in seconds, with the buckets of the table', async () => {
  const cache = manager.cache<number>('users');
  await cache.getOrSet('ann', () => {
    clock.advance(20);
    return 1;
  });
  for (let n = 0; n < 128; n++) await cache.get('ann');
  const data = await reader.data();
  const durations = data.get('cache.operation.duration');
  expect(durations?.descriptor.unit).toBe('s');
  const found = durations?.dataPoints.map(({ attributes, value }) => [
    attributes['cache.operation'],
    value,
  ]) as [string, { count: number; sum?: number; buckets: { boundaries: number[] } }][];
  expect(found.map(([name, { count }]) => [name, count])).toEqual([
    ['getOrSet', 1],
    ['get', 2],
  ]);
  expect(found[0]?.[1].sum).toBeCloseTo(0.02);
  expect(found[0]?.[1].buckets.boundaries).toEqual(METRICS.operationDuration.buckets);
});

test('the names of both worlds say the same', () => {
  for (const { name, dotted, unit, kind } of Object.values(METRICS)) {
    const suffix = ['seconds', 'bytes', 'ratio'].includes(unit) ? `_${unit}` : '';
    expect(`${dotted.replaceAll('.', '_')}${suffix}${kind === 'counter' ? '_total' : ''}`).toBe(name);
  }
});

test('what is stopped is told nothing more', async () => {
  const cache = manager.cache<number>('users');
  await cache.getOrSet('ann', () => 1);
  await reader.data();
  stop();
  await cache.set('ann', 2);
  const data = await reader.data();
  const operations = (data.get('cache.operation.duration')?.dataPoints ?? []).map(
    ({ attributes }) => attributes['cache.operation'],
  );
  expect(operations).not.toContain('set');
  const counted = (data.get('cache.operations')?.dataPoints ?? []).map(
    ({ attributes }) => attributes['cache.operation'],
  );
  expect(counted).not.toContain('set');
});

test('a listener that throws harms no figure, and is counted', async () => {
  metrics.onMeasurement(() => {
    throw new Error('the exporter');
  });
  const cache = manager.cache<number>('users');
  await cache.set('ann', 1, { jitter: 0 });
  expect(await valuesOf(metrics, 'operations', 'operation')).toEqual({ set: 1 });
  expect(await valuesOf(metrics, 'errors', 'cache', 'code', 'seen')).toEqual({ 'users OTHER nobody': 1 });
  const durations = (await reader.data()).get('cache.operation.duration');
  expect(durations?.dataPoints).toHaveLength(1);
});

test('so does one that rejects', async () => {
  metrics.onMeasurement(() => Promise.reject(new Error('the exporter')));
  const cache = manager.cache<number>('users');
  await cache.set('ann', 1, { jitter: 0 });
  await Promise.resolve();
  expect(await valuesOf(metrics, 'errors', 'cache', 'code', 'seen')).toEqual({ 'users OTHER nobody': 1 });
});

function operation(name: string, outcome: string): object {
  return {
    'cache.manager': 'default',
    'cache.name': 'users',
    'cache.provider': 'memory',
    'cache.operation': name,
    'cache.outcome': outcome,
  };
}
