import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hygieneScene, type HygieneScene, type OpenCache } from '../hygiene/hygiene-scene.ts';

let scene: HygieneScene;
beforeAll(async () => {
  scene = await hygieneScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

const RED = { team: 'red' };
const BLUE = { team: 'blue' };

/** Two entries that share a tag and a term, and one of them is damaged. Something was removed since, so that readers look at the labels. */
async function openDamaged(damage: string): Promise<OpenCache> {
  const at = await scene.open();
  for (const key of ['good', 'bad']) await at.cache.set(key, RED, { tags: ['tag'] });
  await scene.server.command('EVAL', damage, 1, `e:{${at.namespace}/shared:0}bad`);
  await at.cache.invalidateTags(['another']);
  return at;
}

describe.each([
  [
    'is cut off within its labels',
    "return redis.call('SET', KEYS[1], string.sub(redis.call('GET', KEYS[1]), 1, 78))",
  ],
  [
    'has a tag that is longer than all of them',
    "return redis.call('SETRANGE', KEYS[1], 77, string.char(255, 255))",
  ],
  [
    'has a term that is longer than all of them',
    "return redis.call('SETRANGE', KEYS[1], 82, string.char(255, 255))",
  ],
])('a record that %s', (_, damage) => {
  test('does not hide those that are read in the same turn', async () => {
    const { cache } = await openDamaged(damage);
    const [one, many] = await Promise.all([cache.get('good'), cache.getMany(['bad', 'good'])]);
    expect(one).toEqual(RED);
    expect(many.get('good')).toEqual(RED);
  });

  test('fails no operation that may fail open, and no walk', async () => {
    const { cache } = await openDamaged(damage);
    await Promise.all([cache.get('bad'), cache.getEntry('bad'), cache.has('bad')]);
    expect([...(await cache.getByIndex('team', 'red')).keys()]).toContain('good');
    expect(await cache.deleteByPattern('good')).toBe(1);
  });

  test.each<[string, (at: OpenCache) => Promise<unknown>]>([
    ['a write', ({ cache }) => cache.set('bad', BLUE)],
    [
      'one without terms, and another',
      ({ cache }) => cache.set('bad', {}).then(() => cache.set('bad', BLUE)),
    ],
    ['a delete and a load', ({ cache }) => cache.delete('bad').then(() => cache.getOrSet('bad', () => BLUE))],
  ])('is replaced by %s', async (__, replace) => {
    const at = await openDamaged(damage);
    await replace(at);
    expect(await at.cache.get('bad')).toEqual(BLUE);
    expect([...(await at.cache.getByIndex('team', 'blue')).keys()]).toEqual(['bad']);
    expect([...(await at.cache.getByIndex('team', 'red')).keys()]).toEqual(['good']);
  });

  test('keeps nobody from removing its group', async () => {
    const { cache } = await openDamaged(damage);
    await cache.deleteByIndex('team', 'red');
    expect(await cache.get('good')).toBeUndefined();
    expect((await cache.getByIndex('team', 'red')).size).toBe(0);
  });
});
