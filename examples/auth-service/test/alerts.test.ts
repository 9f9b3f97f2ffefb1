/** The whole way: a service whose Redis dies, a Prometheus that scrapes it, and the rules of `@cache/metrics`. */
import { alertRulesText, dashboards } from '@cache/metrics/monitoring';
import { startPrometheus, type PrometheusServer } from '@cache/test-servers/prometheus';
import { startRedis } from '@cache/test-servers/redis';
import { expect, test } from 'vitest';
import { startService } from '../src/service.ts';

/** `CACHE_LONG=1`: the rules as they are shipped. Otherwise the same with shorter windows. */
const SECONDS = process.env['CACHE_LONG'] === '1' ? 5 : 1;
const PATIENCE = 120_000;

/** What a Redis that dies must set off. A machine that is busy may set off others, such as slow reads. */
const EXPECTED = ['CacheBreakerOpen', 'CacheOperationsFail', 'CacheProviderFails'];

/** Which of these alerts fire. */
async function firing(prometheus: PrometheusServer): Promise<readonly string[]> {
  const alerts = await prometheus.alerts();
  const names = new Set(
    alerts.flatMap(({ state, labels }) => (state === 'firing' ? [labels['alertname']] : [])),
  );
  return EXPECTED.filter((name) => names.has(name));
}

/** The panels that have nothing to show of a service that works, and at which nobody has logged in yet. */
const SILENT: ReadonlySet<string> = new Set([
  'Added by timing floors',
  'Bytes',
  'Circuit breakers that change',
  'Deadlines missed',
  'Errors by code',
  'Evicted by cause',
  'Evictions by cause',
  'Operations that fail',
  'Outcomes unknown',
  'Removed in groups',
  'Revoked all at once',
  'Revoked by reason',
  'Security events',
  'Sessions made',
  'Used from elsewhere',
  'Values that no reader got',
  'Waits for loads elsewhere',
]);

/** The titles of the panels that show nothing. */
async function emptyPanels(prometheus: PrometheusServer): Promise<ReadonlySet<string>> {
  const empty = new Set<string>();
  for (const dashboard of dashboards().values() as Iterable<Drawn>)
    for (const { title, targets = [] } of dashboard.panels)
      for (const { expr } of targets) {
        const text = expr.replaceAll('$__rate_interval', '10s').replaceAll(/\$\w+/g, '.*');
        if ((await prometheus.query(text)).length === 0) empty.add(title);
      }
  return empty;
}

interface Drawn {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

test(
  'a Redis that dies is an alert, and none any more when it is back',
  async () => {
    await using redis = await startRedis({ unixSocket: true });
    const service = await startService({
      provider: 'redis',
      redisUrl: redis.url,
      patience: 500,
      port: 0,
      latency: 0,
      http2: false,
      probe: false,
    });
    const enough = new AbortController();
    const visits = (async () => {
      for (let n = 0; !enough.signal.aborted; n++)
        await Promise.all([
          fetch(`${service.url}/users/user-${n % 50}`).then((response) => response.text()),
          fetch(`${service.url}/users/user-${n % 50}/activity`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: '{"device":"phone"}',
          }).then((response) => response.text()),
          // Not as fast as it can: the machine has others to serve.
          new Promise((resolve) => setTimeout(resolve, 20)),
        ]);
    })();
    try {
      await using prometheus = await startPrometheus({
        target: service.url,
        rules: alertRulesText({ every: `${SECONDS}s` }),
        every: SECONDS,
      });
      const look = { timeout: PATIENCE, interval: 200 };
      const reads = 'sum(rate(cache_operations_total{cache="users"}[10s]))';
      await expect.poll(async () => (await prometheus.query(reads))[0]?.value ?? 0, look).toBeGreaterThan(1);
      expect(await firing(prometheus)).toEqual([]);
      expect((await emptyPanels(prometheus)).difference(SILENT)).toEqual(new Set());

      await redis.kill();
      await expect.poll(() => firing(prometheus), look).toEqual(EXPECTED);
      const alerts = await prometheus.alerts();
      const breaker = alerts.find(({ labels }) => labels['alertname'] === 'CacheBreakerOpen');
      expect(breaker?.labels).toMatchObject({ manager: 'default', provider: 'redis', severity: 'page' });
      expect((await fetch(`${service.url}/health/ready`)).status).toBe(503);
      expect((await fetch(`${service.url}/health/live`)).status).toBe(200);

      await redis.restart();
      await expect.poll(() => firing(prometheus), look).toEqual([]);
      expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    } finally {
      enough.abort();
      await visits;
      await service.close();
    }
  },
  3 * PATIENCE,
);
