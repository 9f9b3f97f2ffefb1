import { createManager, type Cache } from '@cache/core';
import { fakeClock, gate, settle } from '@cache/core/testing';
import { memory } from '@cache/memory';
import { expect, test } from 'vitest';

function numbers(): Cache<number> {
  return createManager({ providers: [memory()], clock: fakeClock() }).cache<number>('numbers');
}

test('G3: 50,000 calls of one tick run the loader once', async () => {
  const cache = numbers();
  let runs = 0;
  const calls = Array.from({ length: 50_000 }, () => cache.getOrSet('k', async () => (runs += 1)));
  expect(new Set(await Promise.all(calls))).toEqual(new Set([1]));
  expect(runs).toBe(1);
});

test('G3, G4: 50,000 calls over many ticks, 1 % of them aborting and 10 deletes between, run the loader at most 11 times', async () => {
  const cache = numbers();
  let runs = 0;
  let running = 0;
  let most = 0;
  const loader = async (): Promise<number> => {
    running += 1;
    most = Math.max(most, running);
    runs += 1;
    await settle(20);
    running -= 1;
    return runs;
  };
  const calls: Promise<number | 'aborted'>[] = [];
  for (let n = 0; n < 50_000; n += 1) {
    const controller = new AbortController();
    const call = cache.getOrSet('k', loader, { signal: controller.signal });
    calls.push(
      call.catch((error: unknown) => (error === 'gone' ? 'aborted' : Promise.reject(error as Error))),
    );
    if (n % 100 === 50) controller.abort('gone');
    if (n % 5_000 === 2_500) await cache.delete('k');
    if (n % 250 === 0) await settle(1);
  }
  const outcomes = await Promise.all(calls);
  expect(outcomes.filter((outcome) => outcome === 'aborted').length).toBeLessThanOrEqual(500);
  expect(runs).toBeLessThanOrEqual(11);
  // A deleted load is not stopped: its own callers still wait for it while the next one runs.
  expect(most).toBeLessThanOrEqual(11);
});

test('G5: 50,000 concurrent updates of one key lose none', async () => {
  const cache = numbers();
  const calls = Array.from({ length: 50_000 }, () => cache.update('k', (n = 0) => n + 1));
  expect(new Set(await Promise.all(calls)).size).toBe(50_000);
  expect(await cache.get('k')).toBe(50_000);
});

test('G5: updaters that wait lose none either, and one that throws rejects only itself', async () => {
  const cache = numbers();
  const calls = Array.from({ length: 2_000 }, (_, i) =>
    cache.update('k', async (n = 0) => {
      if (i % 7 === 0) await settle(1);
      if (i % 100 === 0) throw new Error(`no ${i}`);
      return n + 1;
    }),
  );
  const outcomes = await Promise.allSettled(calls);
  expect(outcomes.filter((outcome) => outcome.status === 'rejected')).toHaveLength(20);
  expect(await cache.get('k')).toBe(1_980);
});

test('G3: a loader that fails is told to every caller of its load, and staggered callers never run two at once', async () => {
  const cache = numbers();
  let running = 0;
  let most = 0;
  const failing = async (): Promise<number> => {
    most = Math.max(most, ++running);
    await settle(3);
    running -= 1;
    throw new Error('down');
  };
  const calls: Promise<unknown>[] = [];
  for (let n = 0; n < 20; n += 1) {
    calls.push(expect(cache.getOrSet('k', failing)).rejects.toThrow('down'));
    await settle(1);
  }
  await Promise.all(calls);
  expect(most).toBe(1);
});

test('G13: 10,000 caches made and closed leave no timer', { timeout: 60_000 }, async () => {
  const clock = fakeClock();
  const provider = memory();
  const manager = createManager({ providers: [provider], clock });
  const users = manager.cache<number>('users');
  for (let n = 0; n < 10_000; n += 1) {
    const cache = createManager({ providers: [provider], clock }).cache<number>(`cache ${n}`);
    const stop = cache.on('hit', () => {});
    await cache.getOrSet('k', () => n);
    await cache.get('k');
    stop();
    await cache.close();
  }
  await users.close();
  expect(clock.pending).toBe(0);
});

test('G13: closing rejects those who wait, fires the loader signal and leaves nothing behind', async () => {
  const clock = fakeClock();
  const cache = createManager({ providers: [memory()], clock }).cache<number>('numbers');
  const arrived = gate<number>();
  let signal: AbortSignal | undefined;
  const call = cache.getOrSet('k', (context) => {
    signal = context.signal;
    return arrived.pass();
  });
  const outcome = expect(call).rejects.toMatchObject({ code: 'CLOSED' });
  await arrived.arrivals(1);
  await cache.close();
  await outcome;
  expect(signal?.aborted).toBe(true);
  arrived.open(1);
  await settle();
  expect(clock.pending).toBe(0);
  await expect(cache.get('k')).rejects.toMatchObject({ code: 'CLOSED' });
});
