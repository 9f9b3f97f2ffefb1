/** A member of an index set whose entry the server evicted: its key may be another entry's since, of another term. */
import type { Limit } from '@cache/core';
import { until } from '@cache/test-servers/poll';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redis } from '../../src/index.ts';
import { idOf, openOn, spaceOf, writeOf } from '../histories/open-engine.ts';
import { hygieneScene, type HygieneScene, type OpenCache } from './hygiene-scene.ts';

let scene: HygieneScene;
beforeAll(async () => {
  scene = await hygieneScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

/** 'k' is of the blue team, and still a member of the red one. */
async function openWithLeftover(): Promise<OpenCache> {
  const at = await scene.open();
  await at.cache.set('k', { team: 'red' });
  expect(await scene.server.command('DEL', `e:{${at.namespace}/shared:0}k`)).toBe(1);
  await at.cache.set('k', { team: 'blue' });
  return at;
}

describe('G7: a member that its entry has left behind', () => {
  test.each(['evict-oldest', 'evict-lru', 'refuse'] as const)(
    'counts for no limit: %s',
    async (onExceeded) => {
      const { cache } = await openWithLeftover();
      await cache.set('l', { team: 'red' }, { limit: { index: 'team', max: 1, onExceeded } });
      expect(await cache.get('k')).toEqual({ team: 'blue' });
      expect([...(await cache.getByIndex('team', 'red')).keys()]).toEqual(['l']);
    },
  );

  test('is removed with the term, and its entry stays', async () => {
    const { cache } = await openWithLeftover();
    expect(await cache.deleteByIndex('team', 'red')).toBe(0);
    expect(await cache.get('k')).toEqual({ team: 'blue' });
  });

  test('is none of an entry whose grace an expiry by name has cut short', async () => {
    const engine = await openOn(redis({ url: scene.server.url }), spaceOf());
    try {
      const limit: Limit = { term: 'team=red', max: 1, onExceeded: 'evict-oldest' };
      const life = { ttl: 60_000, grace: 0 };
      await engine.write('k', writeOf({ terms: ['team=red'], life: { ttl: 60_000, grace: 20 } }), undefined);
      expect(await engine.expire('k')).toBe(true);
      const request = { token: idOf(), leaseMs: 60_000, tags: [], awaited: undefined };
      await until('its grace is over', async () => {
        const acquired = await engine.acquire('k', request);
        return acquired.status === 'lead' && acquired.stale === undefined;
      });
      await engine.write('k', writeOf({ terms: ['team=blue'], life }), undefined);
      expect(await engine.write('l', writeOf({ terms: ['team=red'], life, limit }), undefined)).toEqual({
        status: 'written',
        evicted: [],
      });
      expect(await engine.get('k')).toBe(1);
    } finally {
      await engine.close();
    }
  });
});
