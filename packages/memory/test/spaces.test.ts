import { describe, expect, it } from 'vitest';
import { isCacheError } from '@cache/core';
import { MemoryEngine } from '../src/engine.ts';
import { ENTRY_OVERHEAD, resolve } from '../src/options.ts';
import { Pool } from '../src/pool.ts';
import { Space } from '../src/space.ts';
import { FakeClock } from './fake-clock.ts';
import { opened, patternOf, scanned, type SyncEngine, TIGHT, writeOf } from './opening.ts';

const MORTAL = { life: { ttl: 1000, grace: 0 } };

describe('spaces', () => {
  it('G1: two engines on one space see the same entries', () => {
    const { engine, open } = opened();
    const other = open();
    engine.write('a', writeOf(1, { version: 'v' }), undefined);
    expect(other.get('a')).toBe(1);
    expect(other.write('a', writeOf(2), { version: 'v' }).status).toBe('written');
    expect(engine.write('a', writeOf(3), { version: 'v' }).status).toBe('refused');
    other.clear();
    expect(engine.get('a')).toBeUndefined();
  });

  it('two spaces never meet, of one cache or of two', () => {
    const { engine, open } = opened();
    const others = [open({ space: 'users.eu:' }), open({ cache: 'teams', space: 'teams:' })];
    engine.write('a', writeOf(1, { terms: ['x'] }), undefined);
    for (const other of others) {
      expect(other.get('a')).toBeUndefined();
      expect(other.lookUp('x')).toEqual([]);
      expect(other.remove('a')).toBe(false);
      expect(other.removeByPattern(patternOf('*'))).toBe(0);
      other.clear();
    }
    expect(engine.get('a')).toBe(1);
  });

  it('counts since each engine was opened', () => {
    const { engine, open } = opened({ maxEntries: 1 });
    for (const key of ['a', 'b']) engine.write(key, writeOf(1), undefined);
    const late = open();
    late.write('c', writeOf(1), undefined);
    expect(engine.stats().evictions).toBe(2);
    expect(late.stats().evictions).toBe(1);
  });

  it('takes keys of every kind', () => {
    const { engine } = opened();
    const keys = [
      '__proto__',
      'constructor',
      'a\u0000b',
      '\u0000',
      '\ud800',
      '\udc00\ud800',
      'k'.repeat(8192),
      'é',
      'e\u0301',
    ];
    for (const [at, key] of keys.entries()) {
      engine.write(key, writeOf(at, { tags: [key], terms: [key] }), undefined);
    }
    for (const [at, key] of keys.entries()) {
      expect(engine.get(key)).toBe(at);
      expect(engine.lookUp(key).map(([found]) => found)).toEqual([key]);
    }
    expect(scanned(engine)).toEqual(keys.toSorted());
    for (const key of keys) {
      engine.invalidateTags([key]);
      expect(engine.get(key)).toBeUndefined();
    }
    expect(engine.stats().entries).toBe(0);
  });
});

describe('clear', () => {
  it('G8: makes every entry absent at once, and new ones are not touched by what follows', () => {
    const { clock, engine } = opened({ maxEntries: 100 });
    for (let key = 0; key < 100; key++)
      engine.write(`${key}`, writeOf(1, { terms: ['x'], tags: ['red'] }), undefined);
    engine.clear();
    expect(engine.stats().entries).toBe(0);
    expect(engine.lookUp('x')).toEqual([]);
    for (let key = 0; key < 100; key++)
      engine.write(`${key}`, writeOf(2, { terms: ['x'], tags: ['red'] }), undefined);
    clock.advance(1000);
    expect(scanned(engine).length).toBe(100);
    expect(engine.lookUp('x').length).toBe(100);
    expect(engine.stats()).toMatchObject({ entries: 100, evictions: 0 });
  });

  it('cleared entries do not count: neither as entries nor as evictions', () => {
    const { engine, open, events } = opened({ maxEntries: 10 });
    const other = open({ space: 'users.other:' });
    for (let key = 0; key < 8; key++) other.write(`${key}`, writeOf(1), undefined);
    engine.write('a', writeOf(1), undefined);
    other.clear();
    for (let key = 0; key < 9; key++) engine.write(`${key}`, writeOf(1), undefined);
    expect(engine.get('a')).toBe(1);
    expect(events).toEqual([]);
    other.write('b', writeOf(1), undefined);
    expect(events).toEqual([{ type: 'evicted', key: '0', cause: 'entries' }]);
  });

  it('cleared entries that lie in the way of an eviction go without a word', () => {
    const { engine, open, events } = opened({ maxBytes: 3 * ENTRY_OVERHEAD + 120 });
    const other = open({ space: 'users.other:' });
    other.write('x', writeOf(1), undefined);
    for (const key of ['a', 'b']) engine.write(key, writeOf(1), undefined);
    other.clear();
    engine.write('b', writeOf(1, { size: 300 }), undefined);
    expect(events).toEqual([{ type: 'evicted', key: 'a', cause: 'bytes' }]);
    expect(other.stats().evictions).toBe(0);
  });

  it('again and again, without a turn of the event loop, takes no more room than twice or thrice', () => {
    const clock = new FakeClock();
    const pool = new Pool(resolve({ maxEntries: 'unbounded' }), TIGHT, clock, 7);
    const engine = new MemoryEngine(new Space(pool), () => {});
    for (let round = 0; round < 50; round++) {
      for (let key = 0; key < 100; key++) engine.write(`${key}`, writeOf(round), undefined);
      engine.clear();
    }
    expect(pool.slots.end).toBeLessThan(300);
    clock.advance(1000);
    expect(clock.timers).toBe(0);
    for (let slot = 0; slot < pool.slots.end; slot++) expect(pool.slots.resident(slot)).toBeUndefined();
  });

  /** Two spaces of one pool that is swept only after a clear, and how many slots of it are in use. */
  function pooled() {
    const clock = new FakeClock();
    const pool = new Pool(resolve({ maxEntries: 'unbounded', sweepInterval: 'never' }), TIGHT, clock, 7);
    const [one, other] = [new Space(pool), new Space(pool)].map(
      (space) => new MemoryEngine(space, () => {}),
    ) as [MemoryEngine, MemoryEngine];
    const used = (): number => {
      let count = 0;
      for (let slot = 0; slot < pool.slots.end; slot++) if (pool.slots.resident(slot) !== undefined) count++;
      return count;
    };
    return { clock, one, other, used };
  }

  it('reclaims what was cleared behind a pass that runs', () => {
    const { clock, one, other, used } = pooled();
    for (let key = 0; key < 500; key++) one.write(`${key}`, writeOf(1), undefined);
    for (let key = 0; key < 500; key++) other.write(`${key}`, writeOf(1), undefined);
    other.clear();
    clock.costOfLooking = 1;
    while (used() > 900) clock.advance(1);
    expect(used()).toBeGreaterThan(500);
    one.clear();
    clock.advance(5000);
    expect(used()).toBe(0);
    expect(clock.timers).toBe(0);
  });

  it('is not put off by further clears', () => {
    const { clock, one, other, used } = pooled();
    for (let key = 0; key < 1000; key++) other.write(`${key}`, writeOf(1), undefined);
    other.clear();
    for (let round = 0; round < 20; round++) {
      one.write('a', writeOf(1), undefined);
      one.clear();
      clock.advance(1);
    }
    expect(used()).toBeLessThan(20);
  });

  it('leaves other spaces of the cache alone', () => {
    const { clock, engine, open } = opened();
    const other = open({ space: 'users.other:' });
    for (const each of [engine, other])
      each.write('a', writeOf(1, { terms: ['x'], tags: ['red'] }), undefined);
    engine.clear();
    clock.advance(1000);
    expect(other.get('a')).toBe(1);
    expect(other.lookUp('x').length).toBe(1);
  });
});

describe('close', () => {
  it('G13: the last engine on a space drops its entries; the last of a cache stops the timer', () => {
    const { clock, engine, open } = opened();
    const second = open();
    const other = open({ space: 'users.other:' });
    engine.write('a', writeOf(1, MORTAL), undefined);
    other.write('a', writeOf(1, MORTAL), undefined);
    engine.close();
    engine.close();
    expect(second.get('a')).toBe(1);
    second.close();
    expect(open().get('a')).toBeUndefined();
    expect(other.get('a')).toBe(1);
    const last = opened();
    last.engine.write('a', writeOf(1, MORTAL), undefined);
    last.engine.close();
    expect(last.clock.timers).toBe(0);
    expect(clock.timers).toBe(1);
  });

  it('ends the leases, and those who wait are told', async () => {
    const { engine } = opened();
    const request = { token: 'one', leaseMs: Infinity, tags: [], awaited: undefined };
    engine.acquire('a', request);
    const waiter = engine.acquire('a', { ...request, token: 'two' });
    engine.close();
    expect(waiter.status === 'wait' && (await waiter.settled(new AbortController().signal))).toEqual({
      status: 'released',
    });
  });

  it('a closed engine refuses every call, also while another is open on the space', () => {
    const { engine, open } = opened();
    const other = open();
    other.write('a', writeOf(1), undefined);
    engine.close();
    const life = { ttl: 1, grace: 0 };
    const calls: ((closed: SyncEngine) => unknown)[] = [
      (closed) => closed.get('a'),
      (closed) => closed.read('a'),
      (closed) => closed.acquire('a', { token: 't', leaseMs: 1, tags: [], awaited: undefined }),
      (closed) => closed.extend('a', 't', 1),
      (closed) => closed.commit('a', 't', writeOf(1)),
      (closed) => closed.release('a', 't', undefined),
      (closed) => closed.write('a', writeOf(1), undefined),
      (closed) => closed.remove('a'),
      (closed) => closed.take('a'),
      (closed) => closed.count('a', { delta: 1, version: 'v', life, renew: false }),
      (closed) => closed.touch('a', life),
      (closed) => closed.expire('a'),
      (closed) => closed.invalidateTags(['t']),
      (closed) => closed.clear(),
      (closed) => closed.lookUp('t'),
      (closed) => closed.removeByTerm('t'),
      (closed) => closed.editTerms('a', [], [], 'v'),
      (closed) => closed.scan(patternOf('*')),
      (closed) => closed.removeByPattern(patternOf('*')),
      (closed) => closed.stats(),
      (closed) => closed.ping(),
    ];
    for (const call of calls) {
      let thrown: unknown;
      try {
        call(engine);
      } catch (error) {
        thrown = error;
      }
      expect(isCacheError(thrown, 'CLOSED'), String(call)).toBe(true);
    }
    expect(other.get('a')).toBe(1);
  });
});
