/** What those who look after the service ask of it: whether it is well, and its figures. */
import type { Manager } from '@cache/core';
import { metricsOf } from '@cache/metrics';
import { healthOf, webHealth } from '@cache/metrics/health';
import { prometheus } from '@cache/metrics/prometheus';
import { sessionMetrics } from '@cache/metrics/session';
import { Hono } from 'hono';
import type { Database } from '../database/database.ts';
import type { Sessions } from '../sessions.ts';

/** The figures of each cache end with it: nothing here has to be closed. */
export function watchingRoutes(manager: Manager, database: Database, sessions: Sessions): Hono {
  const metrics = metricsOf(manager);
  sessionMetrics(metrics, sessions);
  const figures = prometheus(metrics);
  const health = webHealth(healthOf(manager, { checks: { database: () => database.ping() } }));
  return new Hono()
    .get('/metrics', async (context) =>
      context.body(await figures.metrics(), 200, { 'Content-Type': figures.contentType }),
    )
    .all('/health/*', (context) => health(context.req.raw) ?? context.notFound());
}
