import { afterAll, beforeAll, expect, test } from 'vitest';
import { hygieneScene, type HygieneScene, type OpenCache } from './hygiene-scene.ts';
import { keysOn } from './server-keys.ts';

const KEYS = Array.from({ length: 400 }, (_, number) => `key ${number}`);
const TTL = 100_000;
const JITTER = 0.4;

let scene: HygieneScene;
beforeAll(async () => {
  scene = await hygieneScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

/** How long each entry was given, from its creation to the end of its key on the server. */
async function lives({ cache, namespace }: OpenCache): Promise<readonly number[]> {
  const keys = await keysOn(scene.server, { namespace, sorts: 'e' });
  return Promise.all(
    keys.map(async ({ name, endsAt }) => {
      const about = await cache.getMetadata(name.slice(name.indexOf('}') + 1));
      expect(about?.expiresAt).toBe(endsAt);
      return endsAt - (about?.createdAt ?? NaN);
    }),
  );
}

test.each([
  ['set', (at: OpenCache) => Promise.all(KEYS.map((key) => at.cache.set(key, 'x')))],
  ['set with a term', (at: OpenCache) => Promise.all(KEYS.map((key) => at.cache.set(key, { team: 'red' })))],
  ['setIfNotExists', (at: OpenCache) => Promise.all(KEYS.map((key) => at.cache.setIfNotExists(key, 'x')))],
  ['getOrSet', (at: OpenCache) => Promise.all(KEYS.map((key) => at.cache.getOrSet(key, () => 'x')))],
  [
    'an update of nothing',
    (at: OpenCache) => Promise.all(KEYS.map((key) => at.cache.update(key, () => 'x'))),
  ],
] as const)(
  'G9: jitter spreads the ends of keys on the server, and never beyond the ttl: %s',
  async (_, write) => {
    const at = await scene.open({ cache: { ttl: TTL, jitter: JITTER } });
    await write(at);
    const given = await lives(at);
    expect(given).toHaveLength(KEYS.length);
    const least = TTL * (1 - JITTER);
    expect(Math.min(...given)).toBeGreaterThanOrEqual(least);
    expect(Math.max(...given)).toBeLessThanOrEqual(TTL);
    // Of 400, some 100 are in each quarter. That one has less than 50 does not happen by chance.
    const quarters = [0, 0, 0, 0];
    for (const life of given) {
      const quarter = Math.min(3, Math.floor((4 * (life - least)) / (TTL - least)));
      quarters[quarter] = (quarters[quarter] ?? 0) + 1;
    }
    expect(Math.min(...quarters), `by quarters: ${quarters.join(', ')}`).toBeGreaterThan(50);
  },
);

test('G9: jitter does not concern touch, counters and what lives for ever', async () => {
  const { cache, namespace } = await scene.open({ cache: { ttl: TTL, jitter: 1 } });
  const counters = await scene.open({ cache: { ttl: TTL, jitter: 1, indexes: {} } });
  for (let round = 0; round < 10; round += 1) {
    await cache.set('touched', 'x', { ttl: 'forever' });
    expect(await keysOn(scene.server, { namespace, sorts: 'e' })).toMatchObject([{ endsAt: -1 }]);
    await cache.touch('touched');
    const [touched] = await keysOn(scene.server, { namespace, sorts: 'e' });
    expect(touched?.endsAt).toBeGreaterThan(
      ((await cache.getMetadata('touched'))?.createdAt ?? NaN) + TTL - 1,
    );
    await (counters.cache as typeof counters.cache & { increment(key: string): Promise<number> }).increment(
      `c${round}`,
    );
  }
  expect(await lives(counters)).toEqual(Array.from({ length: 10 }, () => TTL));
});
