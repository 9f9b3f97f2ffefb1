import { CacheError, createManager, type Cache, type EngineProvider } from '@cache/core';
import { fakeClock, gate, settle, simpleStore } from '@cache/core/testing';
import { describe, expect, test } from 'vitest';
import { recordEngine, recordEngineTraits } from '../../src/record/record-engine.ts';

/** A provider that is there and has no room: leases are granted, and nothing is stored. */
function full(during: { readonly commit?: () => Promise<unknown> } = {}): EngineProvider {
  const store = simpleStore();
  return {
    kind: 'engine',
    name: 'full',
    traits: { ...recordEngineTraits(store.traits), scope: 'shared' },
    async open(context) {
      const engine = recordEngine(await store.open(context), store.traits, context);
      return Object.assign(engine, {
        async commit(): Promise<never> {
          await during.commit?.();
          throw new CacheError('UNAVAILABLE', 'out of memory', { answered: true });
        },
      });
    },
  };
}

describe('a provider that refuses to store what was loaded', () => {
  // The lease stayed until its end: of ten callers each waited for the one before, a lease long.
  test('G10: all callers get the value of one load, and none waits for the end of a lease', async () => {
    const clock = fakeClock();
    const cache = createManager({ providers: [full()], clock }).cache<number>('c');
    const query = gate<number>();
    let runs = 0;
    const load = (): Promise<number> => {
      runs += 1;
      return query.pass();
    };
    const calls = Array.from({ length: 10 }, () => cache.getOrSet('k', load));
    await query.arrivals();
    query.open(1);
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 10 }, () => 1));
    expect(runs).toBe(1);
    await settle();
    expect(await cache.getOrSet('k', () => 2)).toBe(2);
  });

  test('G4: whoever comes after a delete during the load gets none of its value', async () => {
    const cache: Cache<number> = createManager({
      providers: [full({ commit: () => cache.delete('k') })],
      clock: fakeClock(),
    }).cache<number>('c');
    const query = gate<number>();
    const first = cache.getOrSet('k', () => query.pass());
    await query.arrivals();
    const second = cache.getOrSet('k', () => 2);
    await settle();
    query.open(1);
    expect(await Promise.all([first, second])).toEqual([1, 2]);
  });
});
