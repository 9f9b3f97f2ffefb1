import { randomBytes } from 'node:crypto';
import { createManager, type Manager } from '@cache/core';
import { fakeClock, seededRandom } from '@cache/core/testing';
import { memory } from '@cache/memory';
import { METRICS, metricsOf, type Metrics } from '@cache/metrics';
import { prometheus } from '@cache/metrics/prometheus';
import { sessionMetrics } from '@cache/metrics/session';
import { createSessionManager, policies } from '@cache/session';
import { Counter, Registry } from 'prom-client';
import { beforeEach, describe, expect, test } from 'vitest';
import { promtool } from './monitoring/promtool.ts';
import { work } from './workload.ts';

const clock = fakeClock();
let manager: Manager;
let metrics: Metrics;

beforeEach(() => {
  manager = createManager({ providers: [memory()], clock });
  metrics = metricsOf(manager);
});

/** The lines of a scrape that begin like this. */
async function lines(source: { metrics(): Promise<string> }, begin: string): Promise<string[]> {
  return (await source.metrics()).split('\n').filter((line) => line.startsWith(begin));
}

test('promtool finds nothing wrong with the metrics of caches and of sessions', async () => {
  const cache = manager.cache<number>('users');
  await work(cache, 300, seededRandom(3));
  await Promise.all([cache.getOrSet('joined', () => 1), cache.getOrSet('joined', () => 2)]);
  const sessions = createSessionManager({ manager, secret: randomBytes(32), policy: policies.aal2() });
  sessionMetrics(metrics, sessions);
  const { token } = await sessions.create({ subject: 'ann', amr: ['pwd'] });
  await sessions.revoke(token.reveal());
  metrics.recordSecurityEvent('login', 'low');
  metrics.recordTimingProtection('login', 1, 5);
  const text = await prometheus(metrics).metrics();
  expect(text.match(/^cache_\w+\{/gm)?.length).toBeGreaterThan(100);
  expect(await promtool(['check', 'metrics'], { input: text })).toEqual({ status: 0, output: '' });
  const wrong = text.replaceAll('cache_hits_total', 'cache_hits');
  expect((await promtool(['check', 'metrics'], { input: wrong })).output).toContain('cache_hits');
});

test('a scrape has what was done, in the words of Prometheus', async () => {
  const exporter = prometheus(metrics);
  const cache = manager.cache<number>('users');
  await cache.getOrSet('ann', () => {
    clock.advance(20);
    return 1;
  });
  await cache.get('ann');
  const place = 'manager="default",cache="users",provider="memory"';
  expect(await lines(exporter, 'cache_operations_total')).toEqual([
    `cache_operations_total{${place},operation="get",outcome="hit"} 1`,
    `cache_operations_total{${place},operation="get",outcome="miss"} 0`,
    `cache_operations_total{${place},operation="getOrSet",outcome="hit"} 0`,
    `cache_operations_total{${place},operation="getOrSet",outcome="loaded"} 1`,
  ]);
  expect(await lines(exporter, 'cache_hits_total')).toEqual([`cache_hits_total{${place}} 1`]);
  const durations = await lines(exporter, 'cache_load_duration_seconds');
  expect(durations).toContain(`cache_load_duration_seconds_bucket{le="0.01",${place},outcome="stored"} 0`);
  expect(durations).toContain(`cache_load_duration_seconds_bucket{le="0.025",${place},outcome="stored"} 1`);
  expect(durations).toContain(`cache_load_duration_seconds_bucket{le="+Inf",${place},outcome="stored"} 1`);
  expect(durations.slice(-2)).toEqual([
    `cache_load_duration_seconds_sum{${place},outcome="stored"} 0.02`,
    `cache_load_duration_seconds_count{${place},outcome="stored"} 1`,
  ]);
  for (const { name, help, kind } of Object.values(METRICS)) {
    expect(await lines(exporter, `# HELP ${name} `)).toEqual([`# HELP ${name} ${help}`]);
    expect(await lines(exporter, `# TYPE ${name} `)).toEqual([`# TYPE ${name} ${kind}`]);
  }
});

test('names and units follow the conventions', () => {
  for (const { name, kind, unit, buckets, labels } of Object.values(METRICS)) {
    expect(name).toMatch(/^cache_[a-z_]+[a-z]$/);
    expect(name.endsWith('_total')).toBe(kind === 'counter');
    if (unit === 'seconds' || unit === 'bytes') expect(name.endsWith(`_${unit}`)).toBe(true);
    expect(buckets !== undefined).toBe(kind === 'histogram');
    expect(buckets?.toSorted((a, b) => a - b)).toEqual(buckets);
    expect(new Set(labels).size).toBe(labels.length);
    expect(labels[0]).toBe('manager');
  }
});

test('every figure that is recorded has the labels of the table, and each of its values once', async () => {
  const exporter = prometheus(metrics);
  const cache = manager.cache<number>('a');
  await cache.getOrSet('k', () => 1);
  await cache.update('k', () => 2);
  metrics.recordSecurityEvent('login', 'low');
  const text = await exporter.metrics();
  const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(new Set(series.map((line) => line.slice(0, line.lastIndexOf(' ')))).size).toBe(series.length);
  for (const line of series) {
    const [, name = '', labels = ''] = /^(\w+?)(?:_bucket|_sum|_count)?\{(.*)\} \S+$/.exec(line) ?? [];
    const definition = Object.values(METRICS).find((each) => each.name === name);
    const names = [...labels.matchAll(/(\w+)="/g)]
      .map(([, label]) => label)
      .filter((label) => label !== 'le');
    expect([line, names]).toEqual([line, definition?.labels]);
  }
});

test('label values are escaped: a name from outside ends no line and no label', async () => {
  const exporter = prometheus(metrics);
  await manager.cache('a"} 1\nforged{x="\\').get('k');
  expect(await lines(exporter, 'cache_misses_total')).toEqual([
    'cache_misses_total{manager="default",cache="a\\"} 1\\nforged{x=\\"\\\\",provider="memory"} 1',
  ]);
  expect(await lines(exporter, 'forged')).toEqual([]);
});

test('no key and no value is in a scrape', async () => {
  const exporter = prometheus(metrics);
  const cache = manager.cache<string>('tokens');
  await cache.set('secret-key', 'secret-value');
  await cache.getOrSet('secret-key', () => 'secret-value');
  await cache
    .getOrSet('secret-failing', () => Promise.reject(new Error('secret-error')))
    .catch(() => undefined);
  expect(await exporter.metrics()).not.toContain('secret');
});

describe('a registry of the caller', () => {
  test('keeps what is there, and has two managers beside each other until one is closed', async () => {
    const register = new Registry();
    new Counter({ name: 'requests_total', help: 'Requests.', registers: [register] }).inc(3);
    const other = createManager({ providers: [memory()] });
    const first = prometheus(metrics, { register });
    const second = prometheus(metricsOf(other, { name: 'other' }), { register });
    await manager.cache('a').get('k');
    await other.cache('a').get('k');
    await other.cache('a').get('k');
    expect(await lines(register, 'cache_misses_total')).toEqual([
      'cache_misses_total{manager="default",cache="a",provider="memory"} 1',
      'cache_misses_total{manager="other",cache="a",provider="memory"} 2',
    ]);
    expect(await lines(register, '# TYPE cache_misses_total')).toHaveLength(1);
    first.close();
    first.close();
    expect(await lines(register, 'cache_misses_total')).toEqual([
      'cache_misses_total{manager="other",cache="a",provider="memory"} 2',
    ]);
    second.close();
    expect((await register.metrics()).trim()).toBe(
      '# HELP requests_total Requests.\n# TYPE requests_total counter\nrequests_total 3',
    );
  });

  test('refuses two managers of one name, and a metric of one name that is somebody else’s, and is as it was', async () => {
    const register = new Registry();
    const theirs = new Counter({ name: 'cache_hits_total', help: 'Mine.', registers: [register] });
    expect(() => prometheus(metrics, { register })).toThrow(/has another metric 'cache_hits_total'/);
    expect(register.getMetricsAsArray()).toEqual([theirs]);
    const shared = new Registry();
    prometheus(metrics, { register: shared });
    const twin = metricsOf(createManager({ providers: [memory()] }));
    expect(() => prometheus(twin, { register: shared })).toThrow(/figures of a manager 'default'/);
    await manager.cache('a').get('k');
    expect(await lines(shared, 'cache_misses_total')).toHaveLength(1);
  });

  test('may speak OpenMetrics', async () => {
    const register = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>();
    register.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    const first = prometheus(metrics, { register });
    await manager.cache('a').get('k');
    await first.metrics();
    const other = createManager({ providers: [memory()] });
    prometheus(metricsOf(other, { name: 'other' }), { register });
    await other.cache('a').get('k');
    expect(first.contentType).toMatch(/^application\/openmetrics-text/);
    expect(await lines(register, '# TYPE cache_misses')).toEqual(['# TYPE cache_misses counter']);
    expect(await lines(register, 'cache_misses_total')).toEqual([
      'cache_misses_total{manager="default",cache="a",provider="memory"} 1',
      'cache_misses_total{manager="other",cache="a",provider="memory"} 1',
    ]);
  });
});

test('one scrape reads all metrics from one collection', async () => {
  let collections = 0;
  const counted: Metrics = Object.create(metrics, {
    collect: {
      value: () => {
        collections += 1;
        return metrics.collect();
      },
    },
  }) as Metrics;
  const exporter = prometheus(counted);
  await exporter.metrics();
  expect(collections).toBe(1);
  await exporter.metrics();
  expect(collections).toBe(2);
});
