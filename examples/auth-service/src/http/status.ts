/** How the service is: for those who look after it. */
import type { CacheStats, Manager } from '@cache/core';
import { Hono } from 'hono';
import type { Database } from '../database/database.ts';

export function statusRoutes(manager: Manager, database: Database): Hono {
  return new Hono().get('/stats', async (context) => {
    const caches: Record<string, CacheStats> = {};
    for (const name of (await manager.health()).keys()) caches[name] = await manager.cache(name).stats();
    return context.json({ caches, queries: await database.queryCounts() });
  });
}
