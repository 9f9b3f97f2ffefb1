import { createManager, type Manager } from '@cache/core';
import { fakeClock } from '@cache/core/testing';
import { memory } from '@cache/memory';
import { metricsOf, type Metrics } from '@cache/metrics';
import { beforeEach, describe, expect, test } from 'vitest';
import { samplesOf, valuesOf } from './reading.ts';

const clock = fakeClock();
let manager: Manager;
let metrics: Metrics;

beforeEach(() => {
  manager = createManager({ providers: [memory()], clock, defaults: { jitter: 0 } });
  metrics = metricsOf(manager);
});

describe('latencies', () => {
  test('percentiles are within 2.2 % of the true ones', () => {
    for (let ms = 1; ms <= 10_000; ms++) metrics.recordOperation('mine', 'query', 'done', ms / 10);
    const found = metrics.getOperationLatencyPercentiles('query');
    const expected = { p50: 500, p95: 950, p99: 990, 'p99.9': 999 } as const;
    for (const name of ['p50', 'p95', 'p99', 'p99.9'] as const)
      expect(Math.abs((found?.[name] ?? 0) / expected[name] - 1)).toBeLessThan(0.0222);
  });

  test('they are those of the operations, whatever their outcome', async () => {
    const cache = manager.cache<number>('a');
    for (const ms of [10, 20, 40]) {
      await cache
        .getOrSet(`k${ms}`, () => {
          clock.advance(ms);
          if (ms === 40) throw new Error('the loader');
          return 1;
        })
        .catch(() => undefined);
    }
    const found = metrics.getOperationLatencyPercentiles('getOrSet');
    expect(found?.p50).toBeGreaterThan(19.5);
    expect(found?.p50).toBeLessThan(20.5);
    expect(found?.['p99.9']).toBeGreaterThan(39);
    expect(found?.['p99.9']).toBeLessThan(41);
    expect(metrics.getOperationLatencyPercentiles('set')).toBeUndefined();
  });

  test('of reads that are answered at once one in 64 is measured, and counts for 64', async () => {
    const cache = manager.cache<number>('a');
    for (let n = 0; n < 200; n++) await cache.get('k');
    expect(await valuesOf(metrics, 'operations', 'outcome')).toEqual({ miss: 200 });
    expect(await valuesOf(metrics, 'operationDuration', 'outcome')).toEqual({ miss: 192 });
  });
});

test('a measurement that counts for 64 is told once, as it is', async () => {
  let readings = 0;
  const ticking = createManager({
    providers: [memory()],
    clock: { ...clock, elapsed: () => ++readings },
  });
  const own = metricsOf(ticking);
  const told: number[] = [];
  const stop = own.onMeasurement((metric, { operation }, value) => {
    if (metric === 'operationDuration' && operation === 'get') told.push(value);
  });
  const cache = ticking.cache<number>('a');
  for (let n = 0; n < 64; n++) await cache.get('k');
  expect(told).toHaveLength(1);
  expect(told[0]).toBeGreaterThan(0);
  const measured = (await samplesOf(own, 'operationDuration')).find(({ value }) => value > 0);
  expect(measured).toMatchObject({ value: 64, labels: { outcome: 'miss' } });
  expect(measured?.histogram?.sum).toBeCloseTo((told[0] ?? 0) * 64);
  stop();
  for (let n = 0; n < 64; n++) await cache.get('k');
  expect(told).toHaveLength(1);
});

describe('what the program records itself', () => {
  test('hits, misses and operations of a cache that is not one of ours stand beside those that are', async () => {
    metrics.recordHit('http');
    metrics.recordHit('http');
    metrics.recordMiss('http');
    metrics.recordOperation('http', 'get', 'hit', 12);
    expect(await valuesOf(metrics, 'hits', 'cache', 'provider')).toEqual({ 'http none': 2 });
    expect(await valuesOf(metrics, 'misses', 'cache', 'provider')).toEqual({ 'http none': 1 });
    expect(await valuesOf(metrics, 'operations', 'cache', 'operation', 'outcome')).toEqual({
      'http get hit': 1,
    });
    expect((await samplesOf(metrics, 'operationDuration'))[0]?.histogram?.sum).toBeCloseTo(0.012);
  });

  test('security events by type and severity, and what a timing floor added', async () => {
    metrics.recordSecurityEvent('session-refused', 'high');
    metrics.recordSecurityEvent('session-refused', 'high');
    metrics.recordTimingProtection('validate', 2, 5);
    metrics.recordTimingProtection('validate', 7, 5);
    expect(await valuesOf(metrics, 'securityEvents', 'type', 'severity')).toEqual({
      'session-refused high': 2,
    });
    const [added] = await samplesOf(metrics, 'timingProtection');
    expect(added).toMatchObject({ value: 2, labels: { manager: 'default', operation: 'validate' } });
    expect(added?.histogram?.sum).toBeCloseTo(0.003);
  });

  test('labels that the program gives are bounded in number', async () => {
    for (let n = 0; n < 1_000; n++) metrics.recordSecurityEvent(`type ${n}`, 'low');
    const values = await valuesOf(metrics, 'securityEvents', 'type');
    expect(Object.keys(values)).toHaveLength(51);
    expect(values['(others)']).toBe(950);
  });

  test('what is no duration and no text is refused', () => {
    expect(() => metrics.recordOperation('a', 'get', 'hit', -1)).toThrow(/duration is -1: give a number/);
    expect(() => metrics.recordTimingProtection('a', Number.NaN, 1)).toThrow(/actual is NaN/);
    expect(() => metrics.recordSecurityEvent(1 as never, 'low')).toThrow(/the type is number: give a string/);
  });
});
