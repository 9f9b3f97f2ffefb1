import { describe, expect, it } from 'vitest';
import type { Limit } from '@cache/core';
import { keysOf, opened, patternOf, scanned, writeOf } from './opening.ts';

describe('tags', () => {
  it('G8: an invalidation makes older entries absent and leaves newer ones', () => {
    const { engine } = opened();
    engine.write('a', writeOf(1, { tags: ['red', 'blue'] }), undefined);
    engine.write('b', writeOf(1, { tags: ['blue'] }), undefined);
    engine.write('c', writeOf(1), undefined);
    engine.invalidateTags(['red']);
    expect(engine.get('a')).toBeUndefined();
    expect(engine.get('b')).toBe(1);
    engine.write('a', writeOf(2, { tags: ['red'] }), undefined);
    expect(engine.get('a')).toBe(2);
    engine.invalidateTags(['blue', 'red', 'never seen']);
    expect(scanned(engine)).toEqual(['c']);
  });

  it('G8: an older entry that goes late takes nothing of a newer one along', () => {
    const { engine } = opened();
    engine.write('old', writeOf(1, { tags: ['red'] }), undefined);
    engine.invalidateTags(['red']);
    engine.write('new', writeOf(1, { tags: ['red'] }), undefined);
    expect(engine.get('old')).toBeUndefined();
    engine.invalidateTags(['red']);
    expect(engine.get('new')).toBeUndefined();
  });

  it('G8: an invalid entry is absent for conditions and has no grace', () => {
    const { clock, engine } = opened();
    engine.write('a', writeOf(1, { tags: ['red'], life: { ttl: 10, grace: 100 }, version: 'v' }), undefined);
    clock.advance(10);
    engine.invalidateTags(['red']);
    const request = { token: 't', leaseMs: Infinity, tags: [], awaited: undefined };
    expect(engine.acquire('a', request)).toEqual({ status: 'lead', stale: undefined });
    expect(engine.write('a', writeOf(2), { version: 'v' }).status).toBe('refused');
  });

  it('G8: an entry that keeps its tags keeps them as they were judged', () => {
    const { engine } = opened();
    engine.write('a', writeOf(1, { tags: ['red'], version: 'v1' }), undefined);
    engine.write('a', writeOf(2, { tags: 'keep', version: 'v2' }), { version: 'v1' });
    expect(engine.read('a')?.tags).toEqual(['red']);
    engine.invalidateTags(['red']);
    expect(engine.get('a')).toBeUndefined();
  });

  it('one space does not invalidate another', () => {
    const { engine, open } = opened();
    const other = open({ space: 'users.other:' });
    for (const each of [engine, other]) each.write('a', writeOf(1, { tags: ['red'] }), undefined);
    engine.invalidateTags(['red']);
    expect(engine.get('a')).toBeUndefined();
    expect(other.get('a')).toBe(1);
  });
});

describe('terms', () => {
  it('G7: membership changes with the entry', () => {
    const { clock, engine } = opened();
    const life = { ttl: 10, grace: 0 };
    engine.write('a', writeOf(1, { terms: ['x', 'y', 'x'], life }), undefined);
    engine.write('b', writeOf(1, { terms: ['y'] }), undefined);
    expect(keysOf(engine.lookUp('x'))).toEqual(['a']);
    expect(keysOf(engine.lookUp('y'))).toEqual(['a', 'b']);
    engine.write('a', writeOf(1, { terms: ['y', 'z'], life }), undefined);
    expect(keysOf(engine.lookUp('x'))).toEqual([]);
    expect(keysOf(engine.lookUp('z'))).toEqual(['a']);
    engine.editTerms('b', ['z'], ['y'], 'v');
    expect(engine.read('b')).toMatchObject({ terms: ['z'], version: 'v' });
    expect(keysOf(engine.lookUp('z'))).toEqual(['a', 'b']);
    clock.advance(10);
    expect(keysOf(engine.lookUp('z'))).toEqual(['b']);
    expect(keysOf(engine.lookUp('y'))).toEqual([]);
  });

  it('G7: a look-up never gives what a tag made invalid', () => {
    const { engine } = opened();
    engine.write('a', writeOf(1, { terms: ['x'], tags: ['red'] }), undefined);
    engine.invalidateTags(['red']);
    expect(engine.lookUp('x')).toEqual([]);
    expect(engine.stats().entries).toBe(0);
  });

  it('a removal by term counts what was fresh and takes the rest along', () => {
    const { clock, engine } = opened();
    engine.write('fresh', writeOf(1, { terms: ['x'] }), undefined);
    engine.write('stale', writeOf(1, { terms: ['x'], life: { ttl: 10, grace: 100 } }), undefined);
    engine.write('other', writeOf(1), undefined);
    clock.advance(10);
    expect(engine.removeByTerm('x')).toBe(1);
    expect(engine.stats().entries).toBe(1);
    expect(engine.removeByTerm('x')).toBe(0);
  });

  it('editTerms finds no entry where there is none', () => {
    const { engine } = opened();
    expect(engine.editTerms('a', ['x'], [], 'v')).toBe(false);
    expect(engine.lookUp('x')).toEqual([]);
  });

  it('counters keep tags, terms and remaining life', () => {
    const { clock, engine } = opened();
    engine.write('a', writeOf(5, { terms: ['x'], tags: ['red'], life: { ttl: 100, grace: 0 } }), undefined);
    clock.advance(60);
    const change = { delta: 2, version: 'v', life: { ttl: 100, grace: 0 }, renew: false };
    expect(engine.count('a', change)).toEqual({ status: 'counted', value: 7 });
    expect(engine.read('a')).toMatchObject({ payload: 7, terms: ['x'], tags: ['red'], version: 'v' });
    engine.count('b', change);
    clock.advance(40);
    expect(engine.get('a')).toBeUndefined();
    expect(engine.get('b')).toBe(2);
    engine.count('b', { ...change, renew: true });
    clock.advance(99);
    expect(engine.get('b')).toBe(4);
  });

  it('a counter is a safe integer and stays one', () => {
    const { engine } = opened();
    const change = { delta: 1, version: 'v', life: { ttl: Infinity, grace: 0 }, renew: false };
    for (const payload of ['1', 1.5, null, Infinity, 2 ** 53]) {
      engine.write('a', writeOf(payload), undefined);
      expect(engine.count('a', change)).toEqual({ status: 'not-a-counter' });
    }
    engine.write('a', writeOf(Number.MAX_SAFE_INTEGER), undefined);
    expect(engine.count('a', change)).toEqual({ status: 'overflow' });
    expect(engine.get('a')).toBe(Number.MAX_SAFE_INTEGER);
    engine.write('a', writeOf(1), undefined);
    expect(engine.count('a', { ...change, delta: -1 })).toEqual({ status: 'counted', value: 0 });
    expect(Object.is(engine.get('a'), 0)).toBe(true);
  });
});

describe('a limit', () => {
  const limit = (onExceeded: Limit['onExceeded'], max = 2): Limit => ({ term: 'user', max, onExceeded });
  const session = (onExceeded: Limit['onExceeded'], max?: number) =>
    writeOf(1, { terms: ['user'], limit: limit(onExceeded, max) });

  it('G7: refuses what exceeds it, and changes nothing', () => {
    const { engine } = opened();
    engine.write('a', session('refuse'), undefined);
    engine.write('b', session('refuse'), undefined);
    expect(engine.write('c', session('refuse'), undefined)).toEqual({ status: 'limited' });
    expect(scanned(engine)).toEqual(['a', 'b']);
    expect(engine.write('a', session('refuse'), undefined).status).toBe('written');
  });

  it('evicts the oldest', () => {
    const { clock, engine, events } = opened();
    for (const key of ['a', 'b']) {
      engine.write(key, session('evict-oldest'), undefined);
      clock.advance(1);
    }
    engine.get('a');
    expect(engine.write('c', session('evict-oldest'), undefined)).toEqual({
      status: 'written',
      evicted: ['a'],
    });
    expect(events).toEqual([{ type: 'evicted', key: 'a', cause: 'limit' }]);
  });

  it('evicts the least recently used', () => {
    const { engine } = opened();
    engine.write('a', session('evict-lru'), undefined);
    engine.write('b', session('evict-lru'), undefined);
    engine.get('a');
    expect(engine.write('c', session('evict-lru'), undefined)).toEqual({ status: 'written', evicted: ['b'] });
  });

  it('evicts as many as a lower limit asks for, and never the key that is written', () => {
    const { engine } = opened();
    for (const key of ['a', 'b', 'c', 'd']) engine.write(key, session('evict-oldest', 9), undefined);
    expect(engine.write('a', session('evict-oldest', 2), undefined)).toEqual({
      status: 'written',
      evicted: [],
    });
    const answer = engine.write('e', session('evict-oldest', 2), undefined);
    expect(answer).toEqual({ status: 'written', evicted: ['a', 'b', 'c'] });
  });

  it('counts only what is there', () => {
    const { clock, engine } = opened();
    engine.write('stale', writeOf(1, { terms: ['user'], life: { ttl: 10, grace: 50 } }), undefined);
    engine.write('invalid', writeOf(1, { terms: ['user'], tags: ['red'] }), undefined);
    engine.invalidateTags(['red']);
    clock.advance(10);
    expect(engine.write('a', session('refuse', 1), undefined).status).toBe('written');
  });

  it('does not concern a write that does not carry its term', () => {
    const { engine } = opened();
    engine.write('a', session('refuse', 1), undefined);
    const write = writeOf(1, { terms: ['other'], limit: limit('refuse', 1) });
    expect(engine.write('b', write, undefined).status).toBe('written');
  });

  it('is not looked at when the condition fails', () => {
    const { engine } = opened();
    engine.write('a', session('evict-oldest', 1), undefined);
    expect(engine.write('b', session('evict-oldest', 1), 'present').status).toBe('refused');
    expect(scanned(engine)).toEqual(['a']);
  });
});

describe('patterns', () => {
  it('a scan gives every key that matches, and only fresh ones', () => {
    const { clock, engine } = opened();
    for (let key = 0; key < 50; key++) engine.write(`user:${key}`, writeOf(1), undefined);
    engine.write('team:1', writeOf(1), undefined);
    engine.write('user:old', writeOf(1, { life: { ttl: 5, grace: 50 } }), undefined);
    clock.advance(5);
    expect(scanned(engine, 'user:*').length).toBe(50);
    expect(scanned(engine, 'team:*')).toEqual(['team:1']);
  });

  it('a scan ends when the space is cleared', () => {
    const { engine } = opened();
    for (let key = 0; key < 50; key++) engine.write(`${key}`, writeOf(1), undefined);
    const pages = (engine.scan(patternOf('*')) as Iterable<readonly string[]>)[Symbol.iterator]();
    expect(pages.next().done).toBe(false);
    engine.clear();
    engine.write('new', writeOf(1), undefined);
    expect(pages.next().done).toBe(true);
  });

  it('a removal by pattern counts what was fresh and takes the rest along', () => {
    const { clock, engine } = opened();
    for (const key of ['user:1', 'user:2', 'team:1']) engine.write(key, writeOf(1), undefined);
    engine.write('user:3', writeOf(1, { life: { ttl: 5, grace: 50 } }), undefined);
    clock.advance(5);
    expect(engine.removeByPattern(patternOf('user:*'))).toBe(2);
    expect(engine.stats().entries).toBe(1);
  });
});
