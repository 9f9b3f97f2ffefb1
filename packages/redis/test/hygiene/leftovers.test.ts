import { gate } from '@cache/core/testing';
import { until } from '@cache/test-servers/poll';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hygieneScene, type HygieneScene, type OpenCache } from './hygiene-scene.ts';
import { endless, keysOn, namesOn } from './server-keys.ts';

let scene: HygieneScene;
beforeAll(async () => {
  scene = await hygieneScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

const RED = { team: 'red' };

/** Nothing of these sorts is there, or soon will not be. */
async function expectGone({ namespace }: OpenCache, sorts: string): Promise<void> {
  await until(`nothing of ${sorts} is left`, async () => {
    const names = await namesOn(scene.server, { namespace, sorts });
    if (names.length > 0) throw new Error(names.join(', '));
    return true;
  });
}

describe('G7: an index set', () => {
  const ENDS: readonly (readonly [string, (at: OpenCache) => Promise<unknown>])[] = [
    ['a delete', ({ cache }) => cache.deleteMany(['a', 'b'])],
    ['a taking', ({ cache }) => Promise.all([cache.getAndDelete('a'), cache.getAndDelete('b')])],
    ['a write with another term', ({ cache }) => Promise.all(['a', 'b'].map((key) => cache.set(key, {})))],
    [
      'an update to another term',
      ({ cache }) => Promise.all(['a', 'b'].map((key) => cache.update(key, () => ({})))),
    ],
    ['an expiry by name', ({ cache }) => Promise.all(['a', 'b'].map((key) => cache.expire(key)))],
    ['a delete by index', ({ cache }) => cache.deleteByIndex('team', 'red')],
    ['a delete by pattern', ({ cache }) => cache.deleteByPattern('*')],
  ];

  test.each(ENDS)('is gone when its entries went by %s', async (_, end) => {
    const at = await scene.open();
    await at.cache.set('a', RED, { ttl: '1h' });
    await at.cache.set('b', RED, { ttl: 'forever' });
    expect(await namesOn(scene.server, { ...at, sorts: 'i' })).toEqual([expect.stringMatching(/team.*red$/)]);
    await end(at);
    expect(await namesOn(scene.server, { ...at, sorts: 'i' })).toEqual([]);
  });

  test('of a manual index is gone when its entries are taken out, and when they are written', async () => {
    const at = await scene.open();
    await at.cache.setMany(['a', 'b'].map((key) => [key, {}]));
    await at.cache.addIndex('starred', '*', 'yes');
    expect(await namesOn(scene.server, { ...at, sorts: 'i' })).toHaveLength(1);
    await at.cache.removeIndex('starred', 'a', 'yes');
    expect((await at.cache.getByIndex('starred', 'yes')).size).toBe(1);
    await at.cache.set('b', {});
    expect(await namesOn(scene.server, { ...at, sorts: 'i' })).toEqual([]);
  });

  test('is gone when its entries have expired', async () => {
    const at = await scene.open();
    await at.cache.set('a', RED, { ttl: 150 });
    await at.cache.getOrSet('b', () => RED, { ttl: 100 });
    expect(await namesOn(scene.server, { ...at, sorts: 'i' })).toHaveLength(1);
    await expectGone(at, 'ei');
  });

  test('is gone when its entries were cleared and have expired', async () => {
    const at = await scene.open();
    await at.cache.set('a', RED, { ttl: 150 });
    await at.cache.clear();
    await expectGone(at, 'ei');
  });

  test('ends with the last of its entries, also when one of them lives for shorter than the others', async () => {
    const at = await scene.open();
    await at.cache.set('long', RED, { ttl: '2h' });
    await at.cache.set('short', RED, { ttl: '1h' });
    const [set] = await keysOn(scene.server, { ...at, sorts: 'i' });
    const long = await at.cache.getMetadata('long');
    expect(set?.endsAt).toBe(long?.expiresAt);
    await at.cache.touch('short', '3h');
    const [later] = await keysOn(scene.server, { ...at, sorts: 'i' });
    expect(later?.endsAt).toBe((await at.cache.getMetadata('short'))?.expiresAt);
  });

  const EVER: readonly (readonly [string, (at: OpenCache) => Promise<unknown>])[] = [
    ['was given an end by a write', ({ cache }) => cache.set('ever', RED, { ttl: 150 })],
    ['was given an end by a touch', ({ cache }) => cache.touch('ever', 150)],
    ['was deleted beside one that expires', ({ cache }) => cache.delete('ever')],
  ];
  test.each(EVER)('is gone, though an entry in it that lived for ever %s', async (_, end) => {
    const at = await scene.open();
    await at.cache.set('short', RED, { ttl: 150 });
    await at.cache.set('ever', RED, { ttl: 'forever' });
    await end(at);
    await until(
      'the entries are gone',
      async () => (await namesOn(scene.server, { ...at, sorts: 'e' })).length === 0,
    );
    expect(await namesOn(scene.server, { ...at, sorts: 'i' })).toEqual([]);
  });
});

describe('G13: a lease', () => {
  const failing = (): never => {
    throw new Error('the table is locked');
  };
  test.each([
    ['was stored', (at: OpenCache) => at.cache.getOrSet('key', () => 'x')],
    ['gave nothing', (at: OpenCache) => at.cache.getOrSet('key', () => undefined)],
    ['failed', (at: OpenCache) => at.cache.getOrSet('key', failing).catch(() => undefined)],
    ['was refused', (at: OpenCache) => at.cache.getOrSet('key', () => new WeakMap()).catch(() => undefined)],
  ] as const)('is gone when its load %s', async (_, run) => {
    const at = await scene.open();
    await run(at);
    await expectGone(at, 'l');
  });

  test('is gone at once when its load was overtaken', async () => {
    const at = await scene.open({ cache: { lease: '1h' } });
    const query = gate<string>();
    const load = at.cache.getOrSet('key', () => query.pass());
    await query.arrivals();
    expect(await namesOn(scene.server, { ...at, sorts: 'l' })).toHaveLength(1);
    await at.cache.delete('key');
    expect(await namesOn(scene.server, { ...at, sorts: 'l' })).toEqual([]);
    query.open('late');
    await load;
    expect(await namesOn(scene.server, { ...at, sorts: 'el' })).toEqual([]);
  });

  test('is gone when its callers have left, and when its cache is closed', async () => {
    const at = await scene.open({ cache: { lease: '1h' } });
    const query = gate<string>();
    const leaving = new AbortController();
    const left = at.cache.getOrSet('left', () => query.pass(), { signal: leaving.signal });
    const closed = at.cache.getOrSet('closed', () => query.pass());
    await query.arrivals(2);
    leaving.abort();
    await expect(left).rejects.toBe(leaving.signal.reason);
    await until('one is gone', async () => (await namesOn(scene.server, { ...at, sorts: 'l' })).length === 1);
    const rejected = expect(closed).rejects.toMatchObject({ code: 'CLOSED' });
    await at.close();
    await rejected;
    await expectGone(at, 'l');
  });
});

test('G13: after mixed work every key has an end, or belongs to an entry that lives for ever', async () => {
  const provider = { sweepInterval: 50 };
  const { namespace, cache } = await scene.open({ provider });
  const rivals = await Promise.all([
    scene.open({ namespace, provider }),
    scene.open({ namespace, provider }),
  ]);
  await Promise.all(
    Array.from({ length: 300 }, async (_, number) => {
      const key = `key ${number % 40}`;
      const at = rivals[number % 2]?.cache ?? cache;
      const isEndless = number % 4 === 0;
      const ttl = isEndless ? 'forever' : '1h';
      const team = isEndless ? 'endless' : `team ${number % 3}`;
      const tag = `tag ${number % 11}`;
      const work: readonly (() => Promise<unknown>)[] = [
        () => at.set(key, { team }, { ttl, tags: [tag] }),
        () => at.getOrSet(key, () => ({ team }), { ttl }),
        () => at.update(key, () => ({ team, text: String(number) }), { ttl }),
        () => at.delete(key),
        () => at.expire(key),
        () => at.deleteByIndex('team', team),
        () => at.invalidateTags([tag]),
        () => at.update('contended', (count) => ((count as number | undefined) ?? 0) + 1),
        () => (number === 99 ? at.clear() : at.deleteByPattern('key 1?')),
      ];
      await work[number % work.length]?.();
    }),
  );
  await cache.set('endless', { team: 'endless' }, { ttl: 'forever' });
  await until('what is left can be found', async () => {
    const left = endless(await keysOn(scene.server, { namespace, sorts: 'elus' }));
    for (const name of left) {
      const about = await cache.getMetadata(name.slice(name.indexOf('}') + 1));
      if (about?.expiresAt !== Infinity) throw new Error(`${name} stays, though nobody finds it`);
    }
    return true;
  });
  const found = await cache.getByIndex('team', 'endless');
  expect(found.has('endless')).toBe(true);
  expect(endless(await keysOn(scene.server, { namespace, sorts: 'i' }))).toEqual([
    expect.stringMatching(/endless$/),
  ]);
  // With the last of them the marks get an end, too.
  await cache.deleteByIndex('team', 'endless');
  await cache.deleteByPattern('*');
  await until('every key has an end', async () => {
    const left = endless(await keysOn(scene.server, { namespace }));
    if (left.length > 0) throw new Error(left.join(', '));
    return true;
  });
});
