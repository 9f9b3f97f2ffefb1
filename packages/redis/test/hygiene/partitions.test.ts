import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hygieneScene, keysOf, type HygieneScene } from './hygiene-scene.ts';
import { namesOn } from './server-keys.ts';

let scene: HygieneScene;
beforeAll(async () => {
  scene = await hygieneScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

interface Counting {
  increment(key: string, delta?: number): Promise<number>;
  decrement(key: string, delta?: number): Promise<number>;
}

const KEYS = Array.from({ length: 40 }, (_, number) => `key ${number}`);
const TOLD =
  /PARTITIONS the space was made with 16 partitions, not 4 .*\(all processes must give the same number/;
/** `user:session`, by the user. */
const byUser = (key: string): string => key.slice(0, key.indexOf(':'));

describe.each([1, 16])('with partitions: %i', (partitions) => {
  test('G5: counters of several processes lose nothing', async () => {
    const provider = { partitions };
    const one = await scene.open({ provider, cache: { indexes: {} } });
    const two = await scene.open({ provider, cache: { indexes: {} }, namespace: one.namespace });
    await Promise.all(
      [one, two].flatMap(({ cache }) =>
        KEYS.flatMap((key, by) => [
          (cache as unknown as Counting).increment(key, by),
          (cache as unknown as Counting).increment(key),
          (cache as unknown as Counting).decrement(key, 3),
        ]),
      ),
    );
    const counts = await two.cache.getMany(KEYS);
    expect([...counts]).toEqual(expect.arrayContaining(KEYS.map((key, by) => [key, 2 * by - 4])));
  });

  test('G5: updates of several processes lose nothing', async () => {
    const provider = { partitions };
    const one = await scene.open({ provider });
    const two = await scene.open({ provider, namespace: one.namespace });
    const add = (count: unknown): number => ((count as number | undefined) ?? 0) + 1;
    await Promise.all(
      [one, two].flatMap(({ cache }) =>
        KEYS.flatMap((key) => [cache.update(key, add), cache.update(key, add)]),
      ),
    );
    expect(new Set((await one.cache.getMany(KEYS)).values())).toEqual(new Set([4]));
  });

  test('a limit holds among the keys of one route', async () => {
    const at = await scene.open({ provider: { partitions }, cache: { colocate: byUser } });
    const limit = { index: 'team', max: 3 } as const;
    for (const user of ['ann', 'bob', 'cid', 'dee']) {
      const keys = Array.from({ length: 6 }, (_, number) => `${user}:${number}`);
      const outcomes = await Promise.allSettled(
        keys.map((key) => at.cache.set(key, { team: user }, { limit: { ...limit, onExceeded: 'refuse' } })),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
      const refused = outcomes.find(({ status }) => status === 'rejected');
      expect(refused).toMatchObject({ reason: { code: 'LIMIT_EXCEEDED' } });
      await at.cache.set(`${user}:new`, { team: user }, { limit: { ...limit, onExceeded: 'evict-oldest' } });
      const left = await at.cache.getByIndex('team', user);
      expect(left.size).toBe(3);
      expect(left.has(`${user}:new`)).toBe(true);
    }
  });

  test('keys of one route share their hash tag, and are looked up together', async () => {
    const at = await scene.open({ provider: { partitions }, cache: { colocate: byUser } });
    const users = Array.from({ length: 20 }, (_, number) => `user ${number}`);
    const keys = users.flatMap((user) => [`${user}:a`, `${user}:b`, `${user}:c`]);
    await at.cache.setMany(keys.map((key) => [key, { team: byUser(key) }]));
    const tags = new Map<string, Set<string>>();
    for (const name of await namesOn(scene.server, { ...at, sorts: 'ei' })) {
      const [, tag = '', rest = ''] = /\{(.*)\}(.*)/.exec(name) ?? [];
      const user = name.startsWith('i:') ? rest.slice(rest.indexOf('=') + 1) : byUser(rest);
      tags.set(user, (tags.get(user) ?? new Set()).add(tag));
    }
    expect([...tags.keys()].toSorted()).toEqual(users.toSorted());
    for (const [user, of] of tags) expect([...of], `the tags of ${user}`).toHaveLength(1);
    const all = new Set([...tags.values()].map((of) => [...of].join()));
    expect(all.size).toBeGreaterThan(partitions === 1 ? 0 : 4);
    for (const user of users) {
      const found = await at.cache.getByIndex('team', user);
      expect([...found.keys()].toSorted()).toEqual([`${user}:a`, `${user}:b`, `${user}:c`]);
    }
    expect(await at.cache.deleteByIndex('team', 'user 7')).toBe(3);
    expect((await at.cache.getMany(keys)).size).toBe(keys.length - 3);
  });

  test('a walk finds its own keys alone, whatever they and those of others look like', async () => {
    const odd = ['k}', '}k', '{k}', 'k0}k', '*', '[k]', 'k\\', 'kä', 'k k', '0}e:{x}k'];
    const at = await scene.open({ provider: { partitions }, cache: { indexes: {} } });
    const below = at.cache.namespace('below');
    const prefixed = await scene.open({
      namespace: at.namespace,
      provider: { partitions, prefix: `${at.namespace}/shared:` },
      cache: { indexes: {} },
    });
    for (const cache of [at.cache, below, prefixed.cache])
      await cache.setMany(odd.map((key) => [key, key] as const));
    // Of a partition that there is not, as after the number was changed.
    await scene.server.command('SET', `e:{${at.namespace}/shared:99}k`, 'x');
    for (const cache of [at.cache, below, prefixed.cache]) {
      expect((await keysOf(cache)).toSorted()).toEqual(odd.toSorted());
      expect((await cache.stats()).entries).toBe(odd.length);
      expect((await keysOf(cache, 'k*')).toSorted()).toEqual(
        odd.filter((key) => key.startsWith('k')).toSorted(),
      );
    }
    expect(await at.cache.deleteByPattern('k*')).toBe(odd.filter((key) => key.startsWith('k')).length);
    expect(await below.deleteByPattern('*')).toBe(odd.length);
    expect(await keysOf(prefixed.cache)).toHaveLength(odd.length);
  });

  test('G7: a look-up finds the keys of every partition, once each', async () => {
    const at = await scene.open({ provider: { partitions } });
    await at.cache.setMany(KEYS.map((key, number) => [key, { team: number % 2 === 0 ? 'even' : 'odd' }]));
    const even = KEYS.filter((_, number) => number % 2 === 0);
    expect([...(await at.cache.getByIndex('team', 'even')).keys()].toSorted()).toEqual(even.toSorted());
    expect((await keysOf(at.cache)).toSorted()).toEqual(KEYS.toSorted());
    expect(await at.cache.deleteByIndex('team', 'even')).toBe(even.length);
    expect(await at.cache.deleteByPattern('key *')).toBe(KEYS.length - even.length);
  });
});

test('with partitions: 16, a limit holds among keys of different routes, or is refused', async () => {
  const at = await scene.open({ provider: { partitions: 16 } });
  await Promise.allSettled(
    KEYS.map((key) =>
      at.cache.set(key, { team: 'red' }, { limit: { index: 'team', max: 3, onExceeded: 'refuse' } }),
    ),
  );
  expect((await at.cache.getByIndex('team', 'red')).size).toBeLessThanOrEqual(3);
});

test('a process with another number of partitions is told, and harms nothing', async () => {
  const one = await scene.open({ provider: { partitions: 16 } });
  await one.cache.setMany(KEYS.map((key) => [key, key]));
  for (const partitions of [1, 4, 32]) {
    const opening = scene.open({ namespace: one.namespace, provider: { partitions } });
    await expect(opening).rejects.toThrow(
      new TypeError(
        `redis(): the space '${one.namespace}/shared:' was made with 16 partitions, not ${partitions}: give partitions: 16, or clear it and let it expire first`,
      ),
    );
  }
  expect((await one.cache.getMany(KEYS)).size).toBe(KEYS.length);
  const again = await scene.open({ namespace: one.namespace, provider: { partitions: 16 } });
  expect((await again.cache.getMany(KEYS)).size).toBe(KEYS.length);
});

test('processes that cut an empty space in two ways are told by the first step that meets the other', async () => {
  const one = await scene.open({ provider: { partitions: 16 } });
  const other = await scene.open({ namespace: one.namespace, provider: { partitions: 4 } });
  for (const key of KEYS) await one.cache.setIfNotExists(key, 'of the one');
  const told = { code: 'UNAVAILABLE', answered: true, message: expect.stringMatching(TOLD) };
  for (const step of [
    () => other.cache.set('new', 'x'),
    () => other.cache.setIfNotExists('new', 'x'),
    () => other.cache.getOrSet('new', () => 'x', { onFailure: 'throw' }),
    () => (other.cache as unknown as Counting).increment('n'),
    () => other.cache.invalidateTags(['t']),
    () => other.cache.clear(),
  ])
    await expect(step()).rejects.toMatchObject(told);
  expect((await one.cache.getMany(KEYS)).size).toBe(KEYS.length);
});

// Every partition says for itself how many there are, and one without entries says so for an hour.
test.fails('a process with another number of partitions is told, also when the partitions that it knows were idle', async () => {
  const one = await scene.open({ provider: { partitions: 16 } });
  await one.cache.setMany(KEYS.map((key) => [key, key]));
  // Nothing has been in these for longer than their marks live.
  for (const idle of [0, 1, 2, 3]) {
    const tag = `{${one.namespace}/shared:${idle}}`;
    await one.cache.deleteMany(
      (await namesOn(scene.server, { ...one, sorts: 'e' }))
        .filter((name) => name.includes(tag))
        .map((name) => name.slice(name.indexOf('}') + 1)),
    );
    await scene.server.command('DEL', scene.marksOf(one.namespace, idle));
  }
  const opening = scene.open({ namespace: one.namespace, provider: { partitions: 4 } });
  await expect(opening).rejects.toThrow(TypeError);
});
