import { CacheError, createManager, type Answers, type Cache, type EngineProvider } from '@cache/core';
import { fakeClock, simpleStore, type FakeClock } from '@cache/core/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { recordEngine, recordEngineTraits } from '../../src/record/record-engine.ts';

const KEYS = Array.from({ length: 2_500 }, (_, n) => `key ${n}`);
const PAIRS = KEYS.map((key, n) => [key, n] as const);

describe.each([
  ['that is asked key by key', false],
  ['that is asked for many keys at once', true],
])('a batch of thousands of keys, on a provider %s', (_, asksMany) => {
  let clock: FakeClock;
  let cache: Cache<number>;
  let isSilent: boolean;
  /** Calls that are under way, most of them at once, and how many there were. */
  let under: number;
  let most: number;
  let count: number;

  function shared(): EngineProvider {
    const store = simpleStore();
    return {
      kind: 'engine',
      name: 'shared',
      traits: { ...recordEngineTraits(store.traits), scope: 'shared' },
      async open(context) {
        const engine = recordEngine(await store.open(context), store.traits, context);
        const counted =
          <A extends readonly unknown[], X>(
            call: (...args: A) => X | Promise<X>,
            weigh: (...args: A) => number,
          ) =>
          async (...args: A): Promise<X> => {
            under += weigh(...args);
            count += weigh(...args);
            most = Math.max(most, under);
            try {
              return await (isSilent ? new Promise<never>(() => {}) : call(...args));
            } finally {
              under -= weigh(...args);
            }
          };
        const one = (...args: readonly unknown[]): number => Math.min(args.length, 1);
        const get = engine.get.bind(engine);
        return Object.assign(engine, {
          get: counted(get, one),
          write: counted(engine.write.bind(engine), one),
          remove: counted(engine.remove.bind(engine), one),
          ...(asksMany && {
            getMany: counted(
              async (keys: readonly string[], answers: Answers) => {
                await Promise.all(keys.map(async (key, place) => answers.found(place, await get(key))));
              },
              (keys) => keys.length,
            ),
          }),
        });
      },
    };
  }

  beforeEach(() => {
    clock = fakeClock();
    isSilent = false;
    [under, most, count] = [0, 0, 0];
    cache = createManager({ providers: [shared()], clock }).cache<number>('c', {
      deadline: 500,
      breaker: false,
    });
  });

  test('G10: has a thousand of them under way at most', async () => {
    await cache.setMany(PAIRS);
    expect(await cache.getMany(KEYS)).toEqual(new Map(PAIRS));
    expect(await cache.deleteMany(KEYS)).toBe(2_500);
    expect([most, count]).toEqual([1_000, 7_500]);
  });

  test.each([
    ['setMany', () => cache.setMany(PAIRS)],
    ['getMany', () => cache.getMany(KEYS, { onFailure: 'throw' })],
    ['deleteMany', () => cache.deleteMany(KEYS)],
  ])(
    'G10: %s of a provider that is silent ends with the deadline, and the rest is not sent',
    async (_name, run) => {
      await cache.ready();
      isSilent = true;
      const failed = run().then(
        () => undefined,
        (error: unknown) => error as CacheError,
      );
      await clock.pass(500);
      const failure = await failed;
      expect(failure).toMatchObject({ code: 'PARTIAL_FAILURE' });
      expect(failure?.outcomes?.size).toBe(2_500);
      expect([...(failure?.outcomes?.values() ?? [])].every(({ status }) => status === 'rejected')).toBe(
        true,
      );
      expect(count).toBe(1_000);
    },
  );

  test('G11: of whoever leaves, the rest is not sent', async () => {
    await cache.ready();
    isSilent = true;
    const reason = new Error('enough');
    const controller = new AbortController();
    const left = cache.setMany(PAIRS, { signal: controller.signal });
    await clock.pass(0);
    controller.abort(reason);
    await expect(left).rejects.toBe(reason);
    expect(count).toBe(1_000);
  });
});

test('G13: what a batch removed is told though another key of it failed', async () => {
  const store = simpleStore();
  const provider: EngineProvider = {
    kind: 'engine',
    name: 'flaky',
    traits: { ...recordEngineTraits(store.traits), scope: 'shared' },
    async open(context) {
      const engine = recordEngine(await store.open(context), store.traits, context);
      const remove = engine.remove.bind(engine);
      return Object.assign(engine, {
        remove: (key: string) =>
          key === 'bad' ? Promise.reject(new CacheError('UNAVAILABLE', 'away')) : remove(key),
      });
    },
  };
  const cache = createManager({ providers: [provider], clock: fakeClock() }).cache<number>('c');
  await cache.setMany([
    ['good', 1],
    ['bad', 2],
  ]);
  const told: string[] = [];
  cache.on('delete', ({ key }) => told.push(key));
  await expect(cache.deleteMany(['good', 'bad'])).rejects.toMatchObject({ code: 'PARTIAL_FAILURE' });
  expect(told).toEqual(['good']);
});
