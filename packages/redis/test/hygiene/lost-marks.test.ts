import { gate } from '@cache/core/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hygieneScene, keysOf, type HygieneScene, type OpenCache } from './hygiene-scene.ts';

let scene: HygieneScene;
beforeAll(async () => {
  scene = await hygieneScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

const RED = { team: 'red' };

/** As an eviction would. */
async function loseMarks({ namespace }: OpenCache): Promise<void> {
  expect(await scene.server.command('DEL', scene.marksOf(namespace))).toBe(1);
}

async function expectAbsent({ cache }: OpenCache, key: string): Promise<void> {
  expect(await cache.get(key)).toBeUndefined();
  expect(await cache.getEntry(key)).toBeUndefined();
  expect(await cache.has(key)).toBe(false);
  expect(await cache.touch(key)).toBe(false);
  expect(await cache.setIfExists(key, 'x')).toBe(false);
  expect((await cache.getMany([key])).size).toBe(0);
  expect((await cache.getByIndex('team', 'red')).has(key)).toBe(false);
  expect(await keysOf(cache, key)).toEqual([]);
}

describe('G8: when the marks of a partition are lost', () => {
  test('every entry is absent for every operation, and stays so', async () => {
    const at = await scene.open();
    const other = await scene.open({ namespace: at.namespace });
    const { version } = await at.cache.set('plain', 'x');
    await at.cache.set('grouped', RED, { tags: ['tag'] });
    await at.cache.set('ever', RED, { ttl: 'forever' });
    await at.cache.getOrSet('loaded', () => RED);
    // Both have seen the marks.
    expect(await other.cache.get('grouped')).toEqual(RED);
    await loseMarks(at);
    for (const key of ['plain', 'grouped', 'ever', 'loaded']) {
      await expectAbsent(at, key);
      await expectAbsent(other, key);
    }
    expect(await at.cache.compareAndSet('plain', version, 'y')).toBe(false);
    // New marks are made by the first who needs them, and bring nothing back.
    await at.cache.set('new', RED);
    await at.cache.invalidateTags(['another']);
    for (const key of ['plain', 'grouped', 'ever', 'loaded']) {
      await expectAbsent(at, key);
      await expectAbsent(other, key);
    }
    expect(await at.cache.delete('plain')).toBe(false);
    expect(await at.cache.deleteByPattern('grouped')).toBe(0);
    expect(await at.cache.deleteByIndex('team', 'red')).toBe(1);
  });

  test('nothing comes back that was removed before', async () => {
    const at = await scene.open();
    await at.cache.set('tagged', RED, { tags: ['tag'] });
    await at.cache.set('termed', RED);
    await at.cache.invalidateTags(['tag']);
    await at.cache.deleteByIndex('team', 'red');
    await loseMarks(at);
    await at.cache.set('new', 'x');
    for (const key of ['tagged', 'termed']) await expectAbsent(at, key);
  });

  test.each([
    ['and nobody made new ones', async () => undefined],
    ['and another write made new ones', (at: OpenCache) => at.cache.set('new', 'x')],
    ['and another load made new ones', (at: OpenCache) => at.cache.getOrSet('new', () => 'x')],
    ['and a clear made new ones', (at: OpenCache) => at.cache.clear()],
  ] as const)('a running load is not stored: %s', async (_, meanwhile) => {
    const at = await scene.open({ cache: { lease: '1h' } });
    const query = gate<unknown>();
    const load = at.cache.getOrSet('key', () => query.pass());
    await query.arrivals();
    await loseMarks(at);
    await meanwhile(at);
    query.open(RED);
    expect(await load).toEqual(RED);
    await expectAbsent(at, 'key');
    expect(await at.cache.getOrSet('key', () => 'again')).toBe('again');
    expect(await at.cache.get('key')).toBe('again');
  });

  test('the cache goes on working', async () => {
    const at = await scene.open();
    await at.cache.set('key', 'before');
    for (const write of [
      () => at.cache.set('key', RED, { tags: ['tag'] }),
      () => at.cache.setIfNotExists('key', RED, { tags: ['tag'] }),
      () => at.cache.update('key', () => RED, { tags: ['tag'] }),
      () => at.cache.getOrSet('key', () => RED, { tags: ['tag'] }),
    ]) {
      await loseMarks(at);
      await write();
      expect(await at.cache.get('key')).toEqual(RED);
      expect([...(await at.cache.getByIndex('team', 'red')).keys()]).toEqual(['key']);
      await at.cache.invalidateTags(['tag']);
      await expectAbsent(at, 'key');
      await at.cache.set('key', RED);
      expect(await at.cache.deleteByIndex('team', 'red')).toBe(1);
      await at.cache.set('key', RED);
    }
    const counters = await scene.open({ cache: { indexes: {} } });
    const count = counters.cache as typeof counters.cache & { increment(key: string): Promise<number> };
    expect(await count.increment('count')).toBe(1);
    await loseMarks(counters);
    expect(await count.increment('count')).toBe(1);
    expect(await count.increment('count')).toBe(2);
  });

  test('of one partition, the others keep their entries', async () => {
    const at = await scene.open({ provider: { partitions: 16 } });
    const keys = Array.from({ length: 64 }, (_, number) => `key ${number}`);
    await at.cache.setMany(keys.map((key) => [key, key]));
    await scene.server.command('DEL', scene.marksOf(at.namespace, 3));
    const names = (await scene.server.command('KEYS', `e:{${at.namespace}/shared:3}*`)) as string[];
    expect(names.length).toBeGreaterThan(0);
    const left = await at.cache.getMany(keys);
    expect(left.size).toBe(keys.length - names.length);
    for (const name of names) expect(left.has(name.slice(name.indexOf('}') + 1))).toBe(false);
  });
});
