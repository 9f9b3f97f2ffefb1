import { afterAll, beforeAll, expect, test } from 'vitest';
import { hygieneScene, type HygieneScene } from './hygiene-scene.ts';

let scene: HygieneScene;
beforeAll(async () => {
  scene = await hygieneScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

test.each([2 ** 48, '4000000d', 8.64e15, Number.MAX_SAFE_INTEGER, 1e300] as const)(
  'an entry lives for a ttl of %s, which no clock reaches',
  async (ttl) => {
    const { cache } = await scene.open({ cache: { indexes: {} } });
    const counters = cache as typeof cache & { increment(key: string): Promise<number> };
    await cache.set('k', 1, { ttl });
    expect(await cache.get('k')).toBe(1);
    expect(await counters.increment('k')).toBe(2);
    expect(await cache.touch('k', ttl)).toBe(true);
    expect(await cache.getOrSet('loaded', () => 'x', { ttl })).toBe('x');
    expect(await cache.getMany(['k', 'loaded'])).toEqual(
      new Map<string, unknown>([
        ['k', 2],
        ['loaded', 'x'],
      ]),
    );
  },
);
