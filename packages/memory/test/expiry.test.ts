import { describe, expect, it } from 'vitest';
import { opened, scanned, writeOf } from './opening.ts';

const MINUTE = 60_000;

describe('expiry', () => {
  it('G9: an entry is there until its end and absent from that instant, for every method', () => {
    const { clock, engine } = opened({ sweepInterval: 'never' });
    const write = (): void =>
      void engine.write(
        'a',
        writeOf('old', { life: { ttl: 100, grace: 0 }, terms: ['t'], version: 'v' }),
        undefined,
      );
    const life = { ttl: 1, grace: 0 };
    const findings: Record<string, () => unknown> = {
      get: () => engine.get('a'),
      read: () => engine.read('a')?.payload,
      acquire: () =>
        engine.acquire('a', { token: 't', leaseMs: 1, tags: [], awaited: undefined }).status === 'hit',
      write: () => engine.write('a', writeOf('new'), 'present').status === 'written',
      'write over a version': () => engine.write('a', writeOf('new'), { version: 'v' }).status === 'written',
      remove: () => engine.remove('a'),
      take: () => engine.take('a')?.payload,
      touch: () => engine.touch('a', life),
      expire: () => engine.expire('a'),
      editTerms: () => engine.editTerms('a', ['u'], [], 'w'),
      lookUp: () => engine.lookUp('t').length,
      removeByTerm: () => engine.removeByTerm('t'),
      scan: () => scanned(engine).length,
      'a write if absent': () => engine.write('a', writeOf('new'), 'absent').status === 'refused',
      count: () =>
        engine.count('a', { delta: 1, version: 'w', life, renew: false }).status === 'not-a-counter',
    };
    for (const [method, find] of Object.entries(findings)) {
      write();
      clock.advance(99);
      expect(find(), `${method} before the end`).toBeTruthy();
      engine.clear();
      write();
      clock.advance(100);
      expect(find(), `${method} at the end`).toBeFalsy();
      engine.clear();
    }
  });

  it('G9: a recent reading that stands still for a minute serves nothing after its end', () => {
    const { clock, engine } = opened();
    for (const ttl of [1, 100, MINUTE, 2 * MINUTE, 60 * MINUTE]) {
      engine.write('a', writeOf('old', { life: { ttl, grace: 0 } }), undefined);
      clock.lag = 0;
      clock.advance(ttl - 1);
      clock.lag = MINUTE;
      expect(engine.get('a'), `${ttl} ms, just before`).toBe('old');
      clock.advance(1);
      expect(engine.get('a'), `${ttl} ms, at the end`).toBeUndefined();
    }
  });

  it('G9: without an end an entry stays', () => {
    const { clock, engine } = opened();
    engine.write('a', writeOf(1), undefined);
    clock.advance(1000 * 365 * 24 * 60 * MINUTE);
    expect(engine.get('a')).toBe(1);
  });

  it('G9: an entry in its grace is absent for all but acquire, which shows it', () => {
    const { clock, engine } = opened();
    engine.write('a', writeOf('old', { life: { ttl: 100, grace: 50 } }), undefined);
    clock.advance(149);
    expect(engine.get('a')).toBeUndefined();
    expect(engine.write('a', writeOf('new'), 'present').status).toBe('refused');
    const request = { token: 't', leaseMs: 1000, tags: [], awaited: undefined };
    expect(engine.acquire('a', request)).toMatchObject({ status: 'lead', stale: { payload: 'old' } });
    clock.advance(1);
    expect(engine.acquire('a', request)).toEqual({ status: 'lead', stale: undefined });
  });

  it('G9: grace begins when the entry goes stale, also before its time', () => {
    const { clock, engine } = opened();
    engine.write('a', writeOf('old', { life: { ttl: Infinity, grace: 50 } }), undefined);
    expect(engine.expire('a')).toBe(true);
    expect(engine.expire('a')).toBe(false);
    const now = clock.now();
    const request = { token: 't', leaseMs: 1000, tags: [], awaited: undefined };
    expect(engine.acquire('a', request)).toMatchObject({ stale: { freshUntil: now, keptUntil: now + 50 } });
  });

  it('an expired entry is told once, by whoever finds it', () => {
    const { clock, engine, events } = opened({ sweepInterval: 1000 });
    engine.write('read', writeOf(1, { life: { ttl: 10, grace: 0 } }), undefined);
    engine.write('swept', writeOf(1, { life: { ttl: 10, grace: 0 } }), undefined);
    clock.advance(10);
    expect(engine.get('read')).toBeUndefined();
    expect(engine.get('read')).toBeUndefined();
    expect(events).toEqual([{ type: 'expired', key: 'read' }]);
    clock.advance(1000);
    expect(events).toEqual([
      { type: 'expired', key: 'read' },
      { type: 'expired', key: 'swept' },
    ]);
    expect(engine.stats()).toMatchObject({ entries: 0, expirations: 2 });
  });

  it('a listener may call the cache: it sees the step that caused the event complete', () => {
    const { clock, open } = opened();
    const seen: unknown[] = [];
    const engine = open({
      report: () => {
        seen.push(engine.read('a')?.payload);
        engine.write('a', writeOf('by the listener'), undefined);
      },
    });
    engine.write('a', writeOf('old', { life: { ttl: 10, grace: 0 } }), undefined);
    clock.advance(10);
    expect(engine.write('a', writeOf('new'), 'absent').status).toBe('written');
    expect(seen).toEqual(['new']);
    expect(engine.get('a')).toBe('by the listener');
    expect(engine.stats().entries).toBe(1);
  });
});

describe('the sweep', () => {
  it('G13: one timer, only while something can expire', () => {
    const { clock, engine, open } = opened();
    const other = open({ space: 'users.other:' });
    engine.write('a', writeOf(1), undefined);
    expect(clock.timers).toBe(0);
    for (const key of ['b', 'c', 'd'])
      engine.write(key, writeOf(1, { life: { ttl: MINUTE, grace: 0 } }), undefined);
    other.write('b', writeOf(1, { life: { ttl: MINUTE, grace: 0 } }), undefined);
    expect(clock.timers).toBe(1);
    clock.advance(5 * MINUTE);
    expect(engine.stats().entries).toBe(1);
    expect(other.stats().entries).toBe(0);
    expect(clock.timers).toBe(0);
  });

  it('comes back as long as something can expire', () => {
    const { clock, engine } = opened();
    engine.write('a', writeOf(1, { life: { ttl: 12 * MINUTE, grace: 0 } }), undefined);
    clock.advance(10 * MINUTE);
    expect(engine.stats().entries).toBe(1);
    expect(clock.timers).toBe(1);
    clock.advance(5 * MINUTE);
    expect(engine.stats().entries).toBe(0);
  });

  it('keeps what is in its grace', () => {
    const { clock, engine } = opened({ sweepInterval: 10 });
    engine.write('a', writeOf(1, { life: { ttl: 5, grace: 20 } }), undefined);
    clock.advance(20);
    expect(engine.stats().entries).toBe(1);
    clock.advance(10);
    expect(engine.stats().entries).toBe(0);
  });

  it('reclaims what a tag made invalid, without a word', () => {
    const { clock, engine, events } = opened();
    engine.write('a', writeOf(1, { tags: ['t'], terms: ['u'] }), undefined);
    engine.invalidateTags(['t']);
    expect(engine.stats().entries).toBe(1);
    clock.advance(5 * MINUTE);
    expect(engine.stats()).toMatchObject({ entries: 0, expirations: 0, evictions: 0 });
    expect(events).toEqual([]);
    expect(clock.timers).toBe(0);
  });

  it('works in slices of its budget, with pauses', () => {
    const { clock, engine } = opened({ sweepInterval: 1000, sweepBudgetMs: 2 });
    for (let key = 0; key < 1000; key++)
      engine.write(`${key}`, writeOf(1, { life: { ttl: 1, grace: 0 } }), undefined);
    clock.costOfLooking = 1;
    clock.advance(1000);
    const after = engine.stats().entries;
    expect(after).toBeGreaterThan(0);
    expect(after).toBeLessThan(1000);
    clock.advance(500);
    expect(engine.stats().entries).toBe(0);
  });

  it('never comes when it is told so, and entries expire all the same', () => {
    const { clock, engine } = opened({ sweepInterval: 'never' });
    engine.write('a', writeOf(1, { life: { ttl: 5, grace: 0 } }), undefined);
    expect(clock.timers).toBe(0);
    clock.advance(5);
    expect(engine.get('a')).toBeUndefined();
    expect(engine.stats().entries).toBe(0);
  });

  it('waits out intervals as long as a month', () => {
    const month = 30 * 24 * 60 * MINUTE;
    const { clock, engine } = opened({ sweepInterval: month });
    engine.write('a', writeOf(1, { life: { ttl: 2 * month, grace: 0 } }), undefined);
    clock.advance(2 * month - 1);
    expect(engine.get('a')).toBe(1);
    clock.advance(1);
    expect(engine.stats().entries).toBe(0);
  });
});
