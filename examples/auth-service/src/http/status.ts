/** How the service is: for those who look after it. */
import type { CacheStats, Manager } from '@cache/core';
import { Hono } from 'hono';
import type { Database } from '../database/database.ts';

export function statusRoutes(manager: Manager, database: Database): Hono {
  return new Hono()
    .get('/health', async (context) => {
      const caches = await manager.health();
      const databaseUp = await database.ping().then(
        () => true,
        () => false,
      );
      const ok = databaseUp && [...caches.values()].every((cache) => cache.status === 'ok');
      const body = {
        status: ok ? 'ok' : 'failing',
        database: databaseUp ? 'ok' : 'down',
        caches: Object.fromEntries(
          [...caches].map(([name, { status, provider, latency }]) => [name, { status, provider, latency }]),
        ),
      };
      return context.json(body, ok ? 200 : 503);
    })
    .get('/stats', async (context) => {
      const caches: Record<string, CacheStats> = {};
      for (const name of (await manager.health()).keys()) caches[name] = await manager.cache(name).stats();
      return context.json({ caches, queries: await database.queryCounts() });
    });
}
