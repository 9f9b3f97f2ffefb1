import { setTimeout as sleep } from 'node:timers/promises';
import type { AcquireRequest } from '@cache/core';
import { startRedis } from '@cache/test-servers/redis';
import { expect, test } from 'vitest';
import { redis } from '../../src/index.ts';
import { openOn, spaceOf, writeOf } from './open-engine.ts';

const TOKEN = 'a'.repeat(16);
const REQUEST: AcquireRequest = { token: TOKEN, leaseMs: 20, tags: [], awaited: undefined };
test('G4: a request for the lease that arrives twice, the second time after a delete by index, lets nothing old be stored', async () => {
  await using server = await startRedis();
  const space = spaceOf();
  const engine = await openOn(redis({ url: server.url }), space);
  const late = await openOn(redis({ url: server.url }), space);
  try {
    expect((await engine.acquire('k', REQUEST)).status).toBe('lead');
    await sleep(2 * REQUEST.leaseMs);
    await late.removeByTerm('team=red');
    // The same request, which was on its way on another connection.
    expect((await late.acquire('k', REQUEST)).status).toBe('lead');
    expect(await engine.commit('k', TOKEN, writeOf({ terms: ['team=red'] }))).toBe('overtaken');
    expect(await engine.get('k')).toBeUndefined();
  } finally {
    await engine.close();
    await late.close();
  }
});
