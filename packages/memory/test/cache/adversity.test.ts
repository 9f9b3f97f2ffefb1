import { createManager, entry, type Cache, type CacheOptions, type Schema } from '@cache/core';
import { fakeClock, gate, intercept, settle, simpleStore, type FakeClock } from '@cache/core/testing';
import { memory } from '@cache/memory';
import { beforeEach, describe, expect, test } from 'vitest';

let clock: FakeClock;

beforeEach(() => {
  clock = fakeClock();
});

function cacheOf<T>(options: CacheOptions<T> & { isolation?: 'copy' } = {}): Cache<T> {
  return createManager({ providers: [memory()], clock }).cache<T>('c', options);
}

describe('updaters', () => {
  // Lazy query builders are thenables, not promises of the platform: not awaited, they were refused as values.
  test.each([
    ['resolves', 2],
    ['rejects', undefined],
  ])('G5: one that answers with a thenable is awaited when it %s', async (_, value) => {
    const failure = new Error('no such row');
    const query = {
      // oxlint-disable-next-line unicorn/no-thenable -- being one is what is tested
      then(resolve: (value: number) => void, reject: (error: unknown) => void): void {
        if (value === undefined) reject(failure);
        else resolve(value);
      },
    };
    const cache = cacheOf<number>();
    await cache.set('k', 1);
    const updated = cache.update('k', () => query as unknown as Promise<number>);
    await (value === undefined
      ? expect(updated).rejects.toBe(failure)
      : expect(updated).resolves.toBe(value));
    expect(await cache.get('k')).toBe(value ?? 1);
  });
});

describe('loaders', () => {
  test.each([
    ['an object without a prototype', Object.create(null)],
    [
      'an object whose text throws',
      {
        toString: () => {
          throw new Error('no text');
        },
      },
    ],
    [
      'an error whose message throws',
      Object.defineProperty(new Error('x'), 'message', {
        get: () => {
          throw new Error('no message');
        },
      }),
    ],
  ])('G13: one that throws %s rejects its callers with it and frees the key', async (_, thrown: unknown) => {
    const cache = cacheOf<number>();
    const calls = [1, 2].map(() => cache.getOrSet('k', () => Promise.reject(thrown as Error)));
    for (const outcome of await Promise.allSettled(calls))
      expect(outcome).toEqual({ status: 'rejected', reason: thrown });
    expect(await cache.getOrSet('k', () => 2)).toBe(2);
  });

  test('G12: one that is asked for by a running loader does not queue, whoever began it a moment before', async () => {
    const cache = cacheOf<number>({ loaders: 1 });
    const ready = gate();
    const outer = cache.getOrSet('a', async () => {
      await ready.pass();
      const other = cache.getOrSet('b', () => 1);
      return (await other) + 1;
    });
    await ready.arrivals();
    ready.open();
    const outside = Promise.resolve().then(() => cache.getOrSet('b', () => 1));
    expect([await outer, await outside]).toEqual([2, 1]);
  });

  test('a caller that is less patient than the load is rejected after its own timeout', async () => {
    const cache = cacheOf<number>({ timeout: 1_000 });
    const slow = gate<number>();
    const leader = cache.getOrSet('k', () => slow.pass());
    await slow.arrivals();
    const joiner = expect(cache.getOrSet('k', () => -1, { timeout: 50 })).rejects.toMatchObject({
      code: 'LOADER_TIMEOUT',
    });
    await clock.pass(50);
    await joiner;
    slow.open(1);
    expect(await leader).toBe(1);
  });

  test('what a caller does to its options while the loader runs is not meant for the load', async () => {
    const cache = cacheOf<number>({ jitter: 0 });
    const slow = gate<number>();
    const options = { ttl: 1_000 as number, tags: ['t'] };
    const call = cache.getOrSet('k', () => slow.pass(), options);
    await slow.arrivals();
    options.ttl = 5;
    options.tags.length = 0;
    slow.open(1);
    await call;
    expect(await cache.getMetadata('k')).toMatchObject({ ttl: 1_000, tags: ['t'] });
  });

  test('G13: 1,000 calls that leave at once leave no timer', async () => {
    const cache = cacheOf<number>();
    const before = clock.pending;
    for (let n = 0; n < 1_000; n += 1) {
      const controller = new AbortController();
      const call = cache.getOrSet(`k${n}`, () => 1, { signal: controller.signal });
      controller.abort('gone');
      await expect(call).rejects.toBe('gone');
    }
    await settle();
    expect(clock.pending).toBe(before);
  });
});

describe('batches', () => {
  test('G12: one whose loader asks for a key of its own batch is refused, whichever key', async () => {
    const cache = cacheOf<number>();
    for (const own of ['a', 'b']) {
      const outcomes = await cache.getOrSetMany(['a', 'b'], async () => {
        await cache.getOrSet(own, () => 1);
        return new Map();
      });
      for (const outcome of outcomes.values())
        expect(outcome).toMatchObject({ status: 'failed', error: { code: 'LOADER_CYCLE' } });
    }
  });

  test('G3: a call of the same turn joins the load of the batch, its error and its absence included', async () => {
    const cache = cacheOf<number>();
    const boom = new Error('boom');
    let runs = 0;
    const batch = cache.getOrSetMany(['bad'], () => Promise.reject(boom));
    await expect(cache.getOrSet('bad', () => (runs += 1))).rejects.toBe(boom);
    expect((await batch).get('bad')).toEqual({ status: 'failed', error: boom });
    const empty = cache.getOrSetMany(['none'], () => new Map());
    expect(await cache.getOrSet('none', () => (runs += 1))).toBeUndefined();
    await empty;
    expect(runs).toBe(0);
  });

  test('G3: closing in the middle of one gives the right to load back', async () => {
    const provider = memory();
    const [one, other] = [1, 2].map(() => createManager({ providers: [provider], clock }));
    const cache = other?.cache<number>('c');
    const batch = one?.cache<number>('c').getOrSetMany(['k'], () => new Map([['k', 1]]));
    const closing = one?.close();
    await Promise.allSettled([batch, closing]);
    expect(await cache?.getOrSet('k', () => 2)).toBe(2);
  });
});

describe('values', () => {
  test('G6: what is stored is what was given, although the schema takes its time', async () => {
    const schema: Schema<{ n: number }> = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: async (value) => {
          await settle(1);
          return (value as { n: number }).n > 0
            ? { value: value as { n: number } }
            : { issues: [{ message: 'negative' }] };
        },
      },
    };
    const cache = createManager({ providers: [memory()], clock }).cache('c', { schema });
    const given = { n: 1 };
    const write = cache.set('k', given);
    given.n = -5;
    await write;
    expect(await cache.get('k')).toEqual({ n: 1 });
  });

  test('G6: what is stored is what was given, although the provider is still opening', async () => {
    const inner = memory();
    const provider = {
      ...inner,
      open: async (context: Parameters<typeof inner.open>[0]) => inner.open(context),
    };
    const cache = createManager({ providers: [provider], clock }).cache<{ n: number }>('c');
    const given = { n: 1 };
    const writes = Promise.all([cache.set('a', given), cache.setMany([['b', given]])]);
    given.n = -5;
    await writes;
    expect([...(await cache.getMany(['a', 'b'])).values()]).toEqual([{ n: 1 }, { n: 1 }]);
  });

  test('G2: an entry that cannot be read does not take a write with it that came meanwhile', async () => {
    const codec = {
      id: 'picky',
      encode: (value: unknown) => new TextEncoder().encode(String(value)),
      decode: (bytes: Uint8Array) => {
        const text = new TextDecoder().decode(bytes);
        if (text === 'old') throw new Error('cannot read this');
        return text;
      },
    };
    const manager = createManager({ providers: [memory({ secureCleanup: true })], clock });
    const cache = manager.cache<string>('c', { codec });
    await cache.set('k', 'old');
    const slow = gate<string>();
    const load = cache.getOrSet('k', () => slow.pass());
    await slow.arrivals();
    const { version } = await cache.set('k', 'new');
    slow.open('loaded');
    expect(await load).toBe('loaded');
    expect(await cache.get('k')).toBe('new');
    expect(await cache.compareAndSet('k', version, 'newer')).not.toBe(false);
    await cache.set('l', 'old');
    expect(await cache.getOrSet('l', () => 'replaced')).toBe('replaced');
    expect(await cache.get('l')).toBe('replaced');
  });
});

describe('updates', () => {
  test('G10: an updater that never settles holds up nobody once its caller has left', async () => {
    const cache = cacheOf<number>();
    const controller = new AbortController();
    const stuck = cache.update('k', () => new Promise<number>(() => {}), { signal: controller.signal });
    const next = cache.update('k', (n = 0) => n + 1);
    await settle();
    controller.abort('gone');
    await expect(stuck).rejects.toBe('gone');
    expect(await next).toBe(1);
  });
});

describe('closing', () => {
  test('G13: a second close does not take the name from the cache that has it now', async () => {
    const manager = createManager({ providers: [memory()], clock });
    const first = manager.cache<number>('x');
    const inner = first.namespace('n');
    await first.close();
    const second = manager.cache<number>('x');
    await first.close();
    await inner.close();
    expect(manager.cache('x')).toBe(second);
    await manager.close();
    await expect(second.get('k')).rejects.toMatchObject({ code: 'CLOSED' });
    expect(clock.pending).toBe(0);
  });

  test('G13: what was waiting when the cache closed does not write afterwards', async () => {
    const schema: Schema<number> = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: async (value) => (await settle(3), { value: value as number }),
      },
    };
    const provider = simpleStore();
    const cache = createManager({ providers: [provider], clock }).cache('c', { schema });
    await cache.ready();
    const write = expect(cache.set('k', 1)).rejects.toMatchObject({ code: 'CLOSED' });
    await cache.close();
    await write;
    expect(
      await createManager({ providers: [provider], clock })
        .cache<number>('c')
        .get('k'),
    ).toBeUndefined();
  });
});

describe('outages', () => {
  test('G4: a load that began before a write came through is not given to those who come after it', async () => {
    let fails = true;
    const inner = simpleStore();
    const provider = intercept(
      { ...inner, traits: { ...inner.traits, scope: 'shared' as const } },
      ({ method }, run) => {
        if (fails && method !== 'close') return Promise.reject(new Error('away'));
        return run();
      },
    );
    const cache = createManager({ providers: [provider], clock }).cache<string>('c');
    const slow = gate<string>();
    const before = cache.getOrSet('k', () => slow.pass());
    await slow.arrivals();
    fails = false;
    await cache.set('k', 'new');
    fails = true;
    const after = cache.getOrSet('k', () => 'loaded after');
    await settle();
    slow.open('from before the write');
    expect(await before).toBe('from before the write');
    expect(await after).toBe('loaded after');
  });

  test('an opening that is silent past the deadline is tried again', async () => {
    const inner = simpleStore();
    let opens = 0;
    const provider = {
      ...inner,
      traits: { ...inner.traits, scope: 'shared' as const },
      open: (context: Parameters<typeof inner.open>[0]) =>
        ++opens === 1 ? new Promise<never>(() => {}) : inner.open(context),
    };
    const cache = createManager({ providers: [provider], clock }).cache<number>('c', { deadline: 100 });
    const first = cache.get('k');
    await clock.pass(100);
    expect(await first).toBeUndefined();
    await cache.set('k', 1);
    expect(await cache.get('k')).toBe(1);
  });
});

test('loads that learn their tags are shared by looking again', async () => {
  const cache = cacheOf<number>();
  let runs = 0;
  const calls = Array.from({ length: 10 }, () =>
    cache.getOrSet('k', async () => (await settle(1), entry((runs += 1), { tags: ['t'] }))),
  );
  expect(new Set(await Promise.all(calls))).toEqual(new Set([1]));
});
