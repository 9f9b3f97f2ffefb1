import {
  createManager,
  type Cache,
  type Manager,
  type Observation,
  type Observed,
  type OperationEnd,
} from '@cache/core';
import { fakeClock, gate, nullProvider, simpleStore } from '@cache/core/testing';
import { beforeEach, expect, test } from 'vitest';

/** What an observer was told, in words. */
type Told = string[];

function observation(told: Told, ends: OperationEnd[] = []): Observation {
  return {
    read: (name, key, isHit) => void told.push(`${name} ${key} ${isHit ? 'hit' : 'miss'}`),
    begin: ({ name }) => void told.push(`${name} begins`),
    end: ({ name }, end) => {
      told.push(`${name} ${end.outcome}`);
      ends.push(end);
    },
    close: () => void told.push('closed'),
  };
}

async function walked(keys: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const key of keys) all.push(key);
  return all;
}

const clock = fakeClock();
let manager: Manager;

beforeEach(() => {
  manager = createManager({ providers: [simpleStore(), nullProvider()], clock });
});

test('no operation escapes an observer, and each ends once with its outcome', async () => {
  const told: Told = [];
  manager.observe(() => observation(told));
  const cache = manager.cache<number>('numbers', { indexes: { size: () => 'any' } });
  const outcome = async (call: () => unknown): Promise<string | undefined> => {
    told.length = 0;
    await Promise.resolve(call()).catch(() => undefined);
    expect(told).toHaveLength(2);
    expect(told[0]).toMatch(/ begins$/);
    return told[1];
  };
  const calls: readonly [() => unknown, string][] = [
    [() => cache.set('k', 1), 'set done'],
    [() => cache.setIfNotExists('k', 1), 'setIfNotExists unchanged'],
    [() => cache.setIfExists('k', 1), 'setIfExists done'],
    [() => cache.compareAndSet('k', 'v', 1), 'compareAndSet unchanged'],
    [() => cache.get('k'), 'get hit'],
    [() => cache.get('x'), 'get miss'],
    [() => cache.getEntry('k'), 'getEntry hit'],
    [() => cache.getEntry('x'), 'getEntry miss'],
    [() => cache.getMetadata('k'), 'getMetadata hit'],
    [() => cache.getMetadata('x'), 'getMetadata miss'],
    [() => cache.has('k'), 'has hit'],
    [() => cache.has('x'), 'has miss'],
    [() => cache.touch('k'), 'touch done'],
    [() => cache.touch('x'), 'touch unchanged'],
    [() => cache.getOrSet('k', () => 1), 'getOrSet hit'],
    [() => cache.getOrSet('l', () => 1), 'getOrSet loaded'],
    [() => cache.getOrSet('x', () => undefined), 'getOrSet missing'],
    [() => cache.getOrSet('x', () => Promise.reject(new Error('no'))), 'getOrSet failed'],
    [() => cache.update('k', () => 1), 'update done'],
    [() => cache.increment('k'), 'increment done'],
    [() => cache.decrement('k'), 'decrement done'],
    [() => cache.getMany(['k']), 'getMany done'],
    [() => cache.setMany([['k', 1]]), 'setMany done'],
    [() => cache.getOrSetMany(['k'], () => new Map()), 'getOrSetMany done'],
    [() => cache.invalidateTags(['t']), 'invalidateTags done'],
    [() => cache.addIndex('i', '*', 't'), 'addIndex done'],
    [() => cache.getByIndex('size', 'any'), 'getByIndex done'],
    [() => cache.removeIndex('i', '*', 't'), 'removeIndex done'],
    [() => walked(cache.keys()), 'keys done'],
    [() => walked(cache.keys('[')), 'keys failed'],
    [() => cache.expire('k'), 'expire done'],
    [() => cache.expire('k'), 'expire unchanged'],
    [() => cache.delete('k'), 'delete unchanged'],
    [() => cache.getAndDelete('k'), 'getAndDelete miss'],
    [() => cache.getAndDelete('l'), 'getAndDelete hit'],
    [() => cache.deleteMany(['k']), 'deleteMany done'],
    [() => cache.deleteByIndex('size', 'any'), 'deleteByIndex done'],
    [() => cache.deleteByPattern('*'), 'deleteByPattern done'],
    [() => cache.warm([['k', 1]]), 'warm done'],
    [() => cache.clear(), 'clear done'],
    [() => cache.get(''), 'get failed'],
  ];
  for (const [call, expected] of calls) expect(await outcome(call)).toBe(expected);

  const plumbing = ['namespace', 'stats', 'health', 'on', 'use', 'observe', 'ready', 'close', 'name'];
  const named = new Set(calls.map(([, expected]) => expected.split(' ')[0]));
  expect(Object.keys(cache).filter((name) => !named.has(name))).toEqual(expect.arrayContaining(plumbing));
  expect(Object.keys(cache).filter((name) => !named.has(name))).toHaveLength(plumbing.length);
});

test('`false` is a value that an update gives, not a sign that nothing was changed', async () => {
  const told: Told = [];
  const flags = manager.cache<boolean>('flags');
  flags.observe(() => observation(told));
  await flags.update('k', () => false);
  expect(told).toEqual(['update begins', 'update done']);
});

test('a walk that its caller leaves early has ended', async () => {
  const told: Told = [];
  const cache = manager.cache<number>('numbers');
  await cache.setMany([
    ['a', 1],
    ['b', 2],
  ]);
  cache.observe(() => observation(told));
  for await (const key of cache.keys()) {
    expect(told).toEqual(['keys begins']);
    if (key !== '') break;
  }
  expect(told).toEqual(['keys begins', 'keys done']);
});

test('durations are those of the clock, and what an operation rejects with is told', async () => {
  const ends: OperationEnd[] = [];
  const cache = manager.cache<number>('numbers');
  cache.observe(() => observation([], ends));
  const error = new Error('no');
  const load = cache.getOrSet('k', async () => {
    clock.advance(25);
    throw error;
  });
  await expect(load).rejects.toBe(error);
  expect(ends).toEqual([{ outcome: 'failed', duration: 25, error }]);
});

test('reads that an engine in this process answers at once are told in one step, one in 64 with its duration', async () => {
  const durations: (number | undefined)[] = [];
  const reads: string[] = [];
  const cache = manager.cache<number>('none', { provider: 'null' });
  cache.observe(() => ({
    read: (name, key, isHit, duration) => {
      reads.push(`${name} ${key} ${isHit}`);
      durations.push(duration);
    },
    begin: () => undefined,
    end: () => undefined,
  }));
  for (let n = 0; n < 128; n++) await cache.get('k');
  expect(new Set(reads)).toEqual(new Set(['get k false']));
  expect(durations).toHaveLength(128);
  expect(durations.flatMap((duration, n) => (duration === undefined ? [] : [n]))).toEqual([63, 127]);
});

test('observers see caches and namespaces that exist and those made later, with their paths, providers and counts', async () => {
  const users = manager.cache<number>('users');
  users.namespace('eu');
  const seen: Observed<Cache<unknown>>[] = [];
  const stop = manager.observe((observed) => {
    seen.push(observed);
    return undefined;
  });
  manager.cache('none', { provider: 'null' }).namespace('us');
  expect(seen.map(({ path, provider }) => [...path, provider])).toEqual([
    ['users', 'simple'],
    ['users', 'eu', 'simple'],
    ['none', 'null'],
    ['none', 'us', 'null'],
  ]);
  expect(seen[0]?.cache).toBe(users);
  expect(seen[0]?.breaker()).toBeUndefined();
  await users.get('absent');
  expect(seen[0]?.counts).toMatchObject({ hits: 0, misses: 1 });
  stop();
  manager.cache('later');
  expect(seen).toHaveLength(4);
});

test('a namespace that an observer makes is observed once', () => {
  const told: string[] = [];
  const cache = manager.cache<number>('numbers');
  cache.observe(({ path, cache: seen }) => {
    told.push(path.join('/'));
    if (path.length === 1) seen.namespace('inner');
    return undefined;
  });
  expect(told).toEqual(['numbers', 'numbers/inner']);
});

test('the observer of a namespace hears of nothing above it', async () => {
  const told: Told = [];
  const cache = manager.cache<number>('numbers');
  cache.namespace('inner').observe(() => observation(told));
  await cache.set('k', 1);
  expect(told).toEqual([]);
  await cache.namespace('inner').set('k', 1);
  expect(told).toEqual(['set begins', 'set done']);
});

test('an observer that stops hears of nothing that begins afterwards, and of the end of what began before', async () => {
  const told: Told = [];
  const cache = manager.cache<number>('numbers');
  const stop = cache.observe(() => observation(told));
  const door = gate<number>();
  const load = cache.getOrSet('k', () => door.pass());
  await door.arrivals();
  stop();
  stop();
  await cache.set('other', 1);
  door.open(1);
  await load;
  expect(told).toEqual(['getOrSet begins', 'closed', 'getOrSet loaded']);
});

test('when a cache closes, its observation ends after what was under way', async () => {
  const told: Told = [];
  const cache = manager.cache<number>('numbers');
  cache.observe(() => observation(told));
  const door = gate<number>();
  const load = cache.getOrSet('k', () => door.pass());
  await door.arrivals();
  await Promise.all([cache.close(), expect(load).rejects.toMatchObject({ code: 'CLOSED' })]);
  await cache.close();
  expect(told).toEqual(['getOrSet begins', 'getOrSet failed', 'closed']);
});

test('observers are inside middleware, whichever came first', async () => {
  const keys: unknown[] = [];
  const cache = manager.cache<number>('numbers');
  const observe = (): void => {
    cache.observe(() => ({
      read: () => undefined,
      begin: ({ key }) => void keys.push(key),
      end: () => undefined,
    }));
  };
  observe();
  cache.use(({ name, args }, next) =>
    name === 'clear' ? Promise.resolve() : next([`tenant:${String(args[0])}`, ...args.slice(1)]),
  );
  observe();
  await cache.set('k', 1);
  await cache.clear();
  expect(keys).toEqual(['tenant:k', 'tenant:k']);
});

test('a cache whose observers have all stopped has its plain operations again', async () => {
  const cache = manager.cache<number>('numbers');
  const plain = { ...cache };
  const stops = [cache.observe(() => observation([])), cache.observe(() => observation([]))];
  expect({ ...cache }).not.toEqual(plain);
  for (const stop of stops) stop();
  expect({ ...cache }).toEqual(plain);
});

test('G13: an observer that throws is told to the error listeners, and harms neither callers nor the observers beside it', async () => {
  const told: Told = [];
  const errors: unknown[] = [];
  const fail = (): never => {
    throw new Error('no');
  };
  const cache = manager.cache<number>('none', { provider: 'null' });
  cache.on('error', ({ operation, error }) => void errors.push([operation, (error as Error).message]));
  cache.observe(fail);
  const stop = cache.observe(() => ({ read: fail, begin: fail, end: fail, close: fail }));
  cache.observe(() => observation(told));
  await cache.get('k');
  await cache.set('k', 1);
  stop();
  expect(told).toEqual(['get k miss', 'set begins', 'set done']);
  expect(errors).toEqual(Array.from({ length: 5 }, () => ['observer', 'no']));
});

test('what is no observer is refused at once', () => {
  expect(() => manager.observe({} as never)).toThrow(/the observer is object: give a function/);
  expect(() => manager.cache('a').observe(undefined as never)).toThrow(TypeError);
});
