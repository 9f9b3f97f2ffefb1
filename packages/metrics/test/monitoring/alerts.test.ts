import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { alertRules, alertRulesText } from '@cache/metrics/monitoring';
import { describe, expect, test } from 'vitest';
import { FOLDER, files } from './files.ts';
import { promtool } from './promtool.ts';

/** Of scrapes and evaluations, in seconds. */
const EVERY = 5;
/** When what an alert is about begins and ends, in seconds; the hour before it has gone well. */
const FAULT = 3_600;
const CURE = FAULT + 300;
const END = CURE + 300;

const PLACE = 'manager="default",cache="users",provider="redis"';
const SESSIONS = 'manager="default",sessions="sessions"';

/** A counter that grows by `calm` in each scrape, and by `bad` while there is the fault. */
function counter(calm: number, bad: number): string {
  const before = FAULT / EVERY;
  const during = (CURE - FAULT) / EVERY;
  const after = (END - CURE) / EVERY;
  const top = calm * before;
  return `0+${calm}x${before} ${top + bad}+${bad}x${during - 1} ${top + bad * during + calm}+${calm}x${after - 1}`;
}

/** A gauge with one value while there is the fault, and another one otherwise. */
function gauge(calm: number, bad: number): string {
  return `${calm}+0x${FAULT / EVERY} ${bad}+0x${(CURE - FAULT) / EVERY - 1} ${calm}+0x${(END - CURE) / EVERY - 1}`;
}

/** By alert: what the fault looks like. */
const FAULTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  CacheHitRatioDropped: {
    [`cache_hits_total{${PLACE}}`]: counter(90, 0),
    [`cache_misses_total{${PLACE}}`]: counter(10, 100),
  },
  CacheOperationsFail: {
    [`cache_operations_total{${PLACE},operation="get",outcome="hit"}`]: counter(100, 80),
    [`cache_operations_total{${PLACE},operation="set",outcome="failed"}`]: counter(0, 20),
  },
  CacheProviderFails: { [`cache_provider_errors_total{${PLACE}}`]: counter(0, 20) },
  CacheReadsSlow: {
    [`cache_operation_duration_seconds_bucket{${PLACE},operation="get",outcome="hit",le="0.01"}`]: counter(
      100,
      90,
    ),
    [`cache_operation_duration_seconds_bucket{${PLACE},operation="get",outcome="hit",le="0.25"}`]: counter(
      100,
      100,
    ),
    [`cache_operation_duration_seconds_bucket{${PLACE},operation="get",outcome="hit",le="+Inf"}`]: counter(
      100,
      100,
    ),
  },
  CacheBreakerOpen: { [`cache_breaker_state{${PLACE},state="open"}`]: gauge(0, 1) },
  CacheLeaseTakeovers: { [`cache_load_takeovers_total{${PLACE}}`]: counter(0, 1) },
  CacheOutcomesUnknown: {
    // A series that begins with its first one.
    [`cache_unknown_outcomes_total{${PLACE},operation="set"}`]: `_x${FAULT / EVERY + 1} 1+0x${(END - FAULT) / EVERY}`,
  },
  CacheGrows: { [`cache_entries{${PLACE}}`]: gauge(90_000, 200_000) },
  CacheSessionsRefused: {
    [`cache_session_validations_total{${SESSIONS},outcome="valid"}`]: counter(100, 50),
    [`cache_session_validations_total{${SESSIONS},outcome="refused"}`]: counter(1, 50),
  },
};

/** A test for promtool: whether the alert is there at these moments. */
function unitTest(alert: string, moments: readonly (readonly [at: number, fires: boolean])[]): string {
  return JSON.stringify({
    rule_files: ['rules.yml'],
    evaluation_interval: `${EVERY}s`,
    tests: [
      {
        interval: `${EVERY}s`,
        input_series: Object.entries(FAULTS[alert] ?? {}).map(([each, values]) => ({ series: each, values })),
        promql_expr_test: moments.map(([at, fires]) => ({
          expr: `count(ALERTS{alertname="${alert}",alertstate="firing"}) or vector(0)`,
          eval_time: `${at}s`,
          exp_samples: [{ labels: '{}', value: Number(fires) }],
        })),
      },
    ],
  });
}

const names = alertRules().groups[0].rules.map(({ alert }) => alert);

test('promtool finds nothing wrong with the rules, whatever they are told', async () => {
  for (const text of [
    alertRulesText(),
    alertRulesText({ every: '30s', thresholds: { slowReads: 1, leastRate: 0 } }),
  ]) {
    const { status, output } = await promtool(['check', 'rules', 'rules.yml'], {
      files: { 'rules.yml': text },
    });
    expect([status, output]).toEqual([0, expect.stringContaining(`SUCCESS: ${names.length} rules found`)]);
  }
});

test('each alert has a fault that it is tried on', () => {
  expect(Object.keys(FAULTS).toSorted()).toEqual(names.toSorted());
});

describe.each(names)('%s', (alert) => {
  test('does not fire in calm, fires within 30 seconds of the fault, and resolves within a minute of its end', async () => {
    const resolved = alert === 'CacheOutcomesUnknown' ? FAULT + 90 : CURE + 60;
    const { status, output } = await promtool(['test', 'rules', 'test.yml'], {
      files: {
        'rules.yml': alertRulesText(),
        'test.yml': unitTest(alert, [
          [1_800, false],
          [FAULT, false],
          [FAULT + 30, true],
          [resolved, false],
          [END, false],
        ]),
      },
    });
    expect([status, output]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });
});

test('what is shipped is what is made', () => {
  for (const [name, text] of files())
    expect([name, readFileSync(join(FOLDER, name), 'utf8')]).toEqual([name, text]);
});

test('a threshold there is not, and no interval, are refused', () => {
  expect(() => alertRules({ thresholds: { speed: 1 } as never })).toThrow(/there is no threshold 'speed'/);
  expect(() => alertRules({ every: 0 })).toThrow(/every/);
});
