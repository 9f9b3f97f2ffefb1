import { CacheError, createManager, type Answers, type Cache, type EngineProvider } from '@cache/core';
import { fakeClock, simpleStore, type FakeClock } from '@cache/core/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { recordEngine, recordEngineTraits } from '../../src/record/record-engine.ts';

/** What becomes of one key of a `getMany`. */
type Fate = 'silent' | 'refused';

describe('getMany of an engine that is asked for many keys at once', () => {
  let clock: FakeClock;
  let fates: Map<string, Fate>;
  let asked: string[][];
  let cache: Cache<number>;
  let errors: string[];
  /** What the engine was given to answer with, last. */
  let answers: Answers;

  function shared(): EngineProvider {
    const store = simpleStore();
    return {
      kind: 'engine',
      name: 'many',
      traits: { ...recordEngineTraits(store.traits), scope: 'shared' },
      async open(context) {
        const engine = recordEngine(await store.open(context), store.traits, context);
        return Object.assign(engine, {
          async getMany(keys: readonly string[], given: Answers): Promise<void> {
            asked.push([...keys]);
            answers = given;
            const failures: unknown[] = [];
            await Promise.all(
              keys.map(async (key, place) => {
                const payload: unknown = await engine.get(key);
                if (fates.get(key) === 'silent') return new Promise<never>(() => {});
                if (fates.get(key) === undefined) return given.found(place, payload);
                failures.push(new CacheError('UNAVAILABLE', `${key} is away`));
                given.failed(place, failures.at(-1));
              }),
            );
            if (failures.length === keys.length) throw failures[0];
          },
        });
      },
    };
  }

  beforeEach(async () => {
    clock = fakeClock();
    fates = new Map();
    asked = [];
    errors = [];
    cache = createManager({ providers: [shared()], clock }).cache<number>('c', { deadline: 500, jitter: 0 });
    cache.on('error', ({ operation, key, error }) =>
      errors.push(`${operation} ${key} ${(error as CacheError).code}`),
    );
    await cache.setMany([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ]);
  });

  test('G2: asks once, for each key once, and gives what there is', async () => {
    expect(await cache.getMany(['a', 'gone', 'c', 'a'])).toEqual(
      new Map([
        ['a', 1],
        ['c', 3],
      ]),
    );
    expect(asked).toEqual([['a', 'gone', 'c']]);
    expect(await cache.getMany([])).toEqual(new Map());
    expect(asked).toHaveLength(1);
  });

  test('G11: a key that fails is a miss of its own, or an outcome of its own', async () => {
    fates.set('b', 'refused');
    expect(await cache.getMany(['a', 'b'])).toEqual(new Map([['a', 1]]));
    expect(errors).toEqual(['getMany b UNAVAILABLE']);
    const failure: unknown = await cache.getMany(['a', 'b'], { onFailure: 'throw' }).catch((error) => error);
    expect(failure).toMatchObject({ code: 'PARTIAL_FAILURE' });
    const { outcomes } = failure as CacheError;
    expect(outcomes?.get('a')).toEqual({ status: 'fulfilled', value: 1 });
    expect(outcomes?.get('b')).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
    expect((await cache.stats()).errors).toBe(2);
  });

  test('G10: past the deadline the keys without an answer have failed, and the others have not', async () => {
    fates.set('b', 'silent');
    const open = cache.getMany(['a', 'b', 'c']);
    const strict = cache.getMany(['a', 'b'], { onFailure: 'throw' }).catch((error: unknown) => error);
    await clock.pass(500);
    expect(await open).toEqual(
      new Map([
        ['a', 1],
        ['c', 3],
      ]),
    );
    const { outcomes } = (await strict) as CacheError;
    expect(outcomes?.get('a')).toEqual({ status: 'fulfilled', value: 1 });
    expect(outcomes?.get('b')).toMatchObject({ reason: { code: 'DEADLINE_EXCEEDED' } });
  });

  test('G11: a place is told once: what an engine says of it later is ignored', async () => {
    fates.set('b', 'silent');
    const open = cache.getMany(['a', 'b']);
    await clock.pass(0);
    answers.found(1, 20);
    answers.found(1, 21);
    answers.failed(1, new Error('after all'));
    answers.found(0, 10);
    await clock.pass(500);
    expect(await open).toEqual(
      new Map([
        ['a', 1],
        ['b', 20],
      ]),
    );
  });

  test('G11: whoever leaves gets the reason, and no failure is counted', async () => {
    fates.set('b', 'silent');
    const reason = new Error('enough');
    const controller = new AbortController();
    const open = cache.getMany(['a', 'b'], { signal: controller.signal });
    await clock.pass(0);
    controller.abort(reason);
    await expect(open).rejects.toBe(reason);
    expect((await cache.stats()).errors).toBe(0);
  });

  test('G10: the breaker hears of it when no key had an answer', async () => {
    for (const key of ['a', 'b']) fates.set(key, 'refused');
    for (let i = 0; i < 5; i++) await cache.getMany(['a', 'b']);
    expect((await cache.health()).breaker).toBe('open');
    await cache.getMany(['a', 'b']);
    expect(asked).toHaveLength(5);
  });
});
