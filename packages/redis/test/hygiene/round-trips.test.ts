import { randomUUID } from 'node:crypto';
import { type Cache, type Clock, createManager, type Manager } from '@cache/core';
import { fakeClock, gate } from '@cache/core/testing';
import { startRedis } from '@cache/test-servers/redis';
import type { RedisServer } from '@cache/test-servers/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redis } from '../../src/index.ts';
import { keysOf } from './hygiene-scene.ts';
import { recorder, type Recorder } from './recorder.ts';

const SCRIPT = ['EVALSHA'];
const READ = ['MGET', 'HMGET'];

interface Scene {
  readonly cache: Cache<unknown>;
  readonly during: Recorder['during'];
}

const stack = new AsyncDisposableStack();
let server: RedisServer;

beforeAll(async () => {
  server = stack.use(await startRedis());
});
afterAll(() => stack.disposeAsync());

/** A process of its own as far as the server can tell. Its clock stands still: nothing beats and nothing polls. */
async function scene(
  partitions: number,
  namespace: string = randomUUID(),
  clock: Clock = fakeClock(),
): Promise<Scene> {
  const { client, during } = stack.use(await recorder(server.url));
  const manager: Manager = createManager({
    namespace,
    providers: [redis({ client, partitions })],
    clock,
  });
  stack.defer(() => manager.close());
  const cache = manager.cache<unknown>('shared', {
    indexes: { team: (value) => (value as { readonly team?: string }).team },
    lease: '1m',
    deadline: '10s',
  });
  await cache.ready();
  return { cache, during };
}

/** Scripts that the server knows are sent by their digest. Each operation runs once before it is counted. */
describe.each([1, 16])('with partitions: %i', (partitions) => {
  let at: Scene;
  let counts: Cache<number>;

  beforeAll(async () => {
    at = await scene(partitions);
    counts = at.cache as Cache<number>;
  });

  const ONE: readonly (readonly [string, (cache: Cache<unknown>) => Promise<unknown>, readonly string[]])[] =
    [
      ['get of a hit', (cache) => cache.get('kept'), READ],
      ['get of a miss', (cache) => cache.get('nothing'), READ],
      ['getEntry', (cache) => cache.getEntry('kept'), SCRIPT],
      ['getOrSet of a hit', (cache) => cache.getOrSet('kept', () => 'loaded'), SCRIPT],
      ['set of a new key', (cache) => cache.set(randomUUID(), 'x'), SCRIPT],
      ['set of a key that is there', (cache) => cache.set('written', 'x'), SCRIPT],
      ['set with tags', (cache) => cache.set('tagged', 'x', { tags: ['tag'] }), SCRIPT],
      ['set of a new key with a term', (cache) => cache.set(randomUUID(), { team: 'red' }), SCRIPT],
      ['setIfNotExists', (cache) => cache.setIfNotExists('kept', 'x'), SCRIPT],
      ['delete of what is there not', (cache) => cache.delete('nothing'), SCRIPT],
      ['touch', (cache) => cache.touch('kept'), SCRIPT],
      ['expire', (cache) => cache.expire('nothing'), SCRIPT],
    ];

  test.each(ONE)('%s is 1 round trip', async (_, run, commands) => {
    await at.cache.set('kept', 'kept');
    await run(at.cache);
    expect(await at.during(() => run(at.cache))).toEqual([commands]);
  });

  test('a walk goes over the server once', async () => {
    await at.cache.set('kept', 'kept');
    for (const walk of [
      () => keysOf(at.cache, 'k*'),
      () => at.cache.stats(),
      () => at.cache.deleteByPattern('nothing*'),
    ]) {
      const commands = (await at.during(walk)).flat();
      expect(commands.filter((command) => command === 'SCAN')).toHaveLength(1);
    }
  });

  test('delete of an entry is 1 round trip', async () => {
    await at.cache.set('gone', 'x');
    await at.cache.delete('gone');
    await at.cache.set('gone', 'x');
    expect(await at.during(() => at.cache.delete('gone'))).toEqual([SCRIPT]);
  });

  test('increment is 1 round trip', async () => {
    const { cache, during } = await withoutIndexes(partitions);
    await cache.increment('count');
    expect(await during(() => cache.increment('count'))).toEqual([SCRIPT]);
    expect(await cache.get('count')).toBe(2);
  });

  test('update of an existing key is 2 round trips, however many calls of this process wait for it', async () => {
    await counts.set('updated', 0);
    const add = (): Promise<unknown> => counts.update('updated', (count) => (count ?? 0) + 1);
    await add();
    expect(await at.during(add)).toEqual([SCRIPT, SCRIPT]);
    expect(await at.during(() => Promise.all(Array.from({ length: 50 }, add)))).toHaveLength(2);
    expect(await counts.get('updated')).toBe(52);
  });

  test('getOrSet of the call that loads is 2 round trips, 1 of another process that waits and is woken', async () => {
    const namespace = randomUUID();
    const [leader, follower] = await Promise.all([
      scene(partitions, namespace),
      scene(partitions, namespace),
    ]);
    for (const key of ['warm', 'cold']) {
      const query = gate<string>();
      let awaited: Promise<unknown> | undefined;
      const waiting = gate();
      follower.cache.on('join', () => void waiting.pass());
      const ofFollower = gate<readonly (readonly string[])[]>();
      const ofLeader = await leader.during(async () => {
        const led = leader.cache.getOrSet(key, () => query.pass());
        await query.arrivals();
        const counting = follower.during(() => {
          awaited = follower.cache.getOrSet(key, () => 'its own');
          return awaited;
        });
        await waiting.arrivals();
        query.open('loaded');
        await led;
        ofFollower.open(await counting);
      });
      expect(await awaited).toBe('loaded');
      if (key === 'warm') continue;
      expect(ofLeader).toEqual([SCRIPT, SCRIPT]);
      expect(await ofFollower.pass()).toEqual([SCRIPT]);
    }
  });

  test.each([
    ['invalidateTags', (cache: Cache<unknown>) => cache.invalidateTags(['one', 'two', 'three'])],
    ['clear', (cache: Cache<unknown>) => cache.clear()],
  ] as const)('%s is 1 command for each partition, all at once', async (_, run) => {
    await run(at.cache);
    expect(await at.during(() => run(at.cache))).toEqual([
      Array.from({ length: partitions }, () => 'EVALSHA'),
    ]);
  });

  test('reads of one turn share a round trip, those of one partition a pair of commands', async () => {
    const keys = Array.from({ length: 100 }, (_, number) => `read ${number}`);
    await at.cache.setMany(keys.map((key) => [key, key]));
    const pairs = Array.from({ length: partitions }, () => READ).flat();
    expect(await at.during(() => Promise.all(keys.map((key) => at.cache.get(key))))).toEqual([pairs]);
    expect(await at.during(() => at.cache.getMany(keys))).toEqual([pairs]);
    expect((await at.cache.getMany(keys)).size).toBe(100);
  });

  const oneStepEach = Array.from({ length: partitions }, () => 'EVALSHA');

  test('getOrSet of one turn share a round trip, those of one partition a step', async () => {
    const keys = Array.from({ length: 60 }, (_, number) => `loaded ${number}`);
    const all = (): Promise<unknown> => Promise.all(keys.map((key) => at.cache.getOrSet(key, () => key)));
    const [asked, ...stored] = await at.during(all);
    expect(asked).toEqual(oneStepEach);
    expect(stored).toHaveLength(1);
    expect(await at.during(all)).toEqual([oneStepEach]);
  });

  test('plain writes of one turn share a round trip, those of one partition a step', async () => {
    const pairs = Array.from({ length: 60 }, (_, number) => [`set ${number}`, number] as const);
    const each = (): Promise<unknown> => Promise.all(pairs.map(([key, value]) => at.cache.set(key, value)));
    expect(await at.during(each)).toEqual([oneStepEach]);
    expect(await at.during(() => at.cache.setMany(pairs))).toEqual([oneStepEach]);
    expect(await at.cache.getMany(pairs.map(([key]) => key))).toEqual(new Map(pairs));
  });

  test('G2: of plain writes of one turn to one key the last stays, and who loads after them finds it', async () => {
    const { cache } = at;
    const calls = [1, 2, 3].flatMap((value) => [
      cache.set('ordered', value),
      cache.set(`beside ${value}`, value),
    ]);
    expect(await cache.getOrSet('ordered', () => 0)).toBe(3);
    await Promise.all(calls);
    expect(await cache.get('ordered')).toBe(3);
  });

  test('what takes an entry out of an index is 1 round trip', async () => {
    await at.cache.set('moved', { team: 'red' });
    expect(await at.during(() => at.cache.set('moved', { team: 'blue' }))).toEqual([SCRIPT]);
    expect(await at.during(() => at.cache.delete('moved'))).toEqual([SCRIPT]);
    expect(await at.cache.getByIndex('team', 'red')).toEqual(new Map());
    expect(await at.cache.getByIndex('team', 'blue')).toEqual(new Map());
  });

  test('a write into the place of an entry whose index set is gone is 1 round trip more', async () => {
    const gone = `gone ${randomUUID()}`;
    await at.cache.set('moved', { team: gone });
    const sets = (await server.command('KEYS', `i:*team=${gone}`)) as string[];
    expect(sets).toHaveLength(1);
    await server.command('DEL', ...sets);
    expect(await at.during(() => at.cache.set('moved', { team: 'blue' }))).toEqual([SCRIPT, SCRIPT]);
    expect(await at.cache.getByIndex('team', 'blue')).toEqual(new Map([['moved', { team: 'blue' }]]));
  });

  test('what is done to all entries under a term is 1 round trip, one step for each partition', async () => {
    const { cache } = at;
    const keys = Array.from({ length: 20 }, (_, number) => `green ${number}`);
    for (const team of ['warm', 'green']) {
      await Promise.all(keys.map((key) => cache.set(key, { team })));
      const looked = await at.during(async () =>
        expect(await cache.getByIndex('team', team)).toHaveProperty('size', 20),
      );
      const gone = await at.during(async () => expect(await cache.deleteByIndex('team', team)).toBe(20));
      if (team === 'green') expect({ looked, gone }).toEqual({ looked: [oneStepEach], gone: [oneStepEach] });
    }
    expect((await cache.getMany(keys)).size).toBe(0);
  });

  // The step for plain writes refuses, the next finds the index set missing among its keys.
  test('a write without terms that takes an entry out of an index is 1 round trip more', async () => {
    await at.cache.set('moved', { team: 'red' });
    expect(await at.during(() => at.cache.set('moved', 'plain'))).toEqual([SCRIPT, SCRIPT]);
  });
});

describe('calls of one turn on one key', () => {
  // Each asks for itself: 10,000 callers of a process are 10,000 acquires, and as many again with each poll.
  test('that miss ask once', async () => {
    const { cache, during } = await scene(1);
    await cache.getOrSet('warm', () => 'loaded');
    const sent = await during(() => hundred(() => cache.getOrSet('key', () => 'loaded')));
    expect(sent.flat()).toHaveLength(2);
  });

  test('that wait for another process look again once', async () => {
    const namespace = randomUUID();
    const leader = await scene(1, namespace);
    const clock = fakeClock();
    const follower = await scene(1, namespace, clock);
    const query = gate<string>();
    const led = leader.cache.getOrSet('key', () => query.pass());
    await query.arrivals();
    const waiting = gate();
    follower.cache.on('join', () => void waiting.pass());
    const awaited = hundred(() => follower.cache.getOrSet('key', () => 'its own'));
    await waiting.arrivals(100);
    const sent = await follower.during(async () => {
      clock.advance(400);
      query.open('loaded');
      await Promise.all([led, awaited]);
    });
    expect(sent.flat()).toHaveLength(1);
  });

  // Each sends the whole text after its NOSCRIPT.
  test('send a script once that the server does not know', async () => {
    const { cache, during } = await scene(1);
    await cache.set('key', 'x');
    await server.command('SCRIPT', 'FLUSH');
    const sent = await during(() => hundred(() => cache.getOrSet('key', () => 'loaded')));
    expect(sent.flat().filter((command) => command === 'EVAL')).toHaveLength(1);
  });
});

function hundred(call: () => Promise<unknown>): Promise<unknown> {
  return Promise.all(Array.from({ length: 100 }, call));
}

/** A cache whose counters are one step of the engine. */
async function withoutIndexes(
  partitions: number,
): Promise<{ readonly cache: Cache<number>; readonly during: Recorder['during'] }> {
  const { client, during } = stack.use(await recorder(server.url));
  const manager = createManager({ namespace: randomUUID(), providers: [redis({ client, partitions })] });
  stack.defer(() => manager.close());
  const cache = manager.cache<number>('counters');
  await cache.ready();
  return { cache, during };
}
