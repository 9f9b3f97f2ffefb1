import { createManager, type Cache } from '@cache/core';
import { fakeClock, gate, settle, type FakeClock } from '@cache/core/testing';
import { memory } from '@cache/memory';
import { beforeEach, describe, expect, test } from 'vitest';

const TIMEOUT = 100;
const LEASE = 1_000;

describe('a load that outlives its hard timeout', () => {
  let clock: FakeClock;
  let cache: Cache<number>;
  let running: number;
  let most: number;

  beforeEach(() => {
    clock = fakeClock();
    cache = createManager({ providers: [memory()], clock }).cache<number>('numbers', {
      timeout: TIMEOUT,
      lease: LEASE,
    });
    running = 0;
    most = 0;
  });

  const counted = async (work: Promise<number>): Promise<number> => {
    most = Math.max(most, ++running);
    try {
      return await work;
    } finally {
      running -= 1;
    }
  };

  test('G3: rejects its callers with LOADER_TIMEOUT and fires the signal; later callers wait for it, never beside it', async () => {
    const slow = gate<number>();
    let signal: AbortSignal | undefined;
    const loader = (context: { signal: AbortSignal }): Promise<number> => {
      signal = context.signal;
      return counted(slow.pass());
    };
    const early = Array.from({ length: 8 }, () => cache.getOrSet('k', loader));
    const timedOut = early.map((call) =>
      expect(call).rejects.toMatchObject({ code: 'LOADER_TIMEOUT', key: 'k' }),
    );
    await clock.pass(TIMEOUT);
    await Promise.all(timedOut);
    expect(signal?.aborted).toBe(true);

    const late = cache.getOrSet('k', loader);
    await clock.pass(TIMEOUT / 2);
    slow.open(7);
    expect(await late).toBe(7);
    expect(await cache.get('k')).toBe(7);
    expect(most).toBe(1);
    expect(clock.pending).toBe(1); // the sweep's
  });

  test('G3: a late caller waits for its own timeout, no longer', async () => {
    const never = gate<number>();
    const loader = (): Promise<number> => counted(never.pass());
    const early = expect(cache.getOrSet('k', loader)).rejects.toMatchObject({ code: 'LOADER_TIMEOUT' });
    await clock.pass(TIMEOUT);
    await early;
    const late = expect(cache.getOrSet('k', loader, { timeout: 30 })).rejects.toMatchObject({
      code: 'LOADER_TIMEOUT',
    });
    await clock.pass(30);
    await late;
    expect(most).toBe(1);
  });

  test('G3: a loader that never settles holds its key for the lease, not for ever', async () => {
    const never = gate<number>();
    const early = expect(cache.getOrSet('k', () => never.pass())).rejects.toMatchObject({
      code: 'LOADER_TIMEOUT',
    });
    await clock.pass(TIMEOUT);
    await early;
    await clock.pass(LEASE);
    expect(await cache.getOrSet('k', () => 2)).toBe(2);
    never.open(1);
    await settle();
    expect(await cache.get('k')).toBe(2);
  });

  test('G3: when the late loader fails, those who came later load again instead of getting its error', async () => {
    const slow = gate<number>();
    const early = expect(cache.getOrSet('k', () => slow.pass())).rejects.toMatchObject({
      code: 'LOADER_TIMEOUT',
    });
    await clock.pass(TIMEOUT);
    await early;
    const late = cache.getOrSet('k', () => 3);
    await settle();
    slow.fail(new Error('aborted by our own signal'));
    expect(await late).toBe(3);
  });

  test('G13: loaders that never settle do not use up the places for others', async () => {
    const few = createManager({ providers: [memory()], clock }).cache<number>('few', {
      timeout: TIMEOUT,
      loaders: 2,
    });
    const stuck = ['a', 'b'].map((key) =>
      expect(few.getOrSet(key, () => new Promise<number>(() => {}))).rejects.toMatchObject({
        code: 'LOADER_TIMEOUT',
      }),
    );
    const queued = few.getOrSet('c', () => 3, { timeout: 10 * TIMEOUT });
    await clock.pass(TIMEOUT);
    await Promise.all(stuck);
    expect(await queued).toBe(3);
  });
});

describe('places among the running loaders', () => {
  test('G12: more nested keys than places never deadlock', async () => {
    const cache = createManager({ providers: [memory()], clock: fakeClock() }).cache<number>('numbers', {
      loaders: 2,
    });
    const nest = (depth: number): Promise<number> =>
      cache.getOrSet(`depth ${depth}`, async () => (depth === 0 ? 1 : (await nest(depth - 1)) + 1));
    const [a, b, c] = await Promise.all([nest(20), nest(15), nest(10)]);
    expect([a, b, c]).toEqual([21, 16, 11]);
  });

  test('G12: a loader that waits for a queued load lets it begin', async () => {
    const cache = createManager({ providers: [memory()], clock: fakeClock() }).cache<number>('numbers', {
      loaders: 1,
    });
    const ready = gate();
    const outer = cache.getOrSet('outer', async () => {
      await ready.pass();
      return (await cache.getOrSet('inner', () => -1)) + 1;
    });
    await ready.arrivals(1);
    const inner = cache.getOrSet('inner', async () => 1); // queues behind the one place, which `outer` holds
    await settle();
    ready.open();
    expect(await outer).toBe(2);
    expect(await inner).toBe(1);
  });

  test('at most so many loaders run at once', async () => {
    const cache = createManager({ providers: [memory()], clock: fakeClock() }).cache<number>('numbers', {
      loaders: 3,
    });
    let running = 0;
    let most = 0;
    const calls = Array.from({ length: 30 }, (_, n) =>
      cache.getOrSet(`k${n}`, async () => {
        most = Math.max(most, ++running);
        await settle(1);
        running -= 1;
        return n;
      }),
    );
    await Promise.all(calls);
    expect(most).toBe(3);
  });
});

describe('cycles', () => {
  test('G12: two loaders that wait for each other are refused, across caches', async () => {
    const manager = createManager({ providers: [memory()], clock: fakeClock() });
    const one = manager.cache<number>('one');
    const two = createManager({ providers: [memory()], clock: fakeClock() }).cache<number>('two');
    const both = gate();
    const a = one.getOrSet('a', async () => {
      await both.pass();
      return two.getOrSet('b', () => 1);
    });
    const b = two.getOrSet('b', async () => {
      await both.pass();
      return one.getOrSet('a', () => 2);
    });
    await both.arrivals(2);
    both.open();
    const outcomes = await Promise.allSettled([a, b]);
    expect(outcomes.every((outcome) => outcome.status === 'rejected')).toBe(true);
    expect(outcomes).toContainEqual({
      status: 'rejected',
      reason: expect.objectContaining({ code: 'LOADER_CYCLE' }),
    });
  });

  test('G12: an updater that updates its own key is refused, and so is a cycle of an updater and a loader', async () => {
    const cache = createManager({ providers: [memory()], clock: fakeClock() }).cache<number>('numbers');
    await expect(cache.update('k', () => cache.update('k', (n = 0) => n + 1))).rejects.toMatchObject({
      code: 'LOADER_CYCLE',
    });
    await expect(
      cache.update('k', () => cache.getOrSet('l', () => cache.update('k', () => 1))),
    ).rejects.toMatchObject({ code: 'LOADER_CYCLE' });
    expect(await cache.update('k', (n = 0) => n + 1)).toBe(1);
  });
});
