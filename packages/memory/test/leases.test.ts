import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Acquired, AcquireRequest, Settled } from '@cache/core';
import { Fences } from '../src/fences.ts';
import { Leases } from '../src/leases.ts';
import { FakeClock } from './fake-clock.ts';
import { type Opened, opened, patternOf, type SyncEngine, writeOf } from './opening.ts';

const NEVER = new AbortController().signal;

function request(token: string, more: Partial<AcquireRequest> = {}): AcquireRequest {
  return { token, leaseMs: Infinity, tags: [], awaited: undefined, ...more };
}

/** Joins the load of `key`, which somebody must lead. */
function waiting(engine: SyncEngine, key: string): Extract<Acquired, { status: 'wait' }> {
  const answer = engine.acquire(key, request('waiter'));
  if (answer.status !== 'wait') throw new Error(`nobody leads ${key}: ${answer.status}`);
  return answer;
}

/** What became of a promise when everything that could run has run. */
async function outcomeOf(promise: Promise<Settled>): Promise<Settled | 'pending'> {
  return Promise.race([promise, new Promise<'pending'>((done) => setImmediate(done, 'pending'))]);
}

describe('a lease', () => {
  it('G3: is granted once; others wait and hear of the stored entry', async () => {
    const { engine, open } = opened();
    const other = open();
    expect(engine.acquire('a', request('one'))).toEqual({ status: 'lead', stale: undefined });
    expect(other.acquire('a', request('two'))).toMatchObject({ status: 'wait', holder: 'one' });
    const settled = waiting(other, 'a').settled(NEVER);
    expect(await outcomeOf(settled)).toBe('pending');
    expect(engine.commit('a', 'one', writeOf('value', { version: 'v' }))).toBe('stored');
    expect(await settled).toMatchObject({ status: 'stored', entry: { payload: 'value', version: 'v' } });
    expect(other.acquire('a', request('two'))).toMatchObject({ status: 'hit', entry: { payload: 'value' } });
  });

  it('G3: a failure reaches those who wait, and those who ask for it by its token', async () => {
    const { engine } = opened();
    engine.acquire('a', request('one'));
    const settled = waiting(engine, 'a').settled(NEVER);
    engine.release('a', 'one', 'no database');
    expect(await settled).toEqual({ status: 'failed', message: 'no database' });
    const again = request('two', { awaited: 'one' });
    expect(engine.acquire('a', again)).toEqual({ status: 'failed', message: 'no database' });
    expect(engine.acquire('a', request('two'))).toMatchObject({ status: 'lead' });
  });

  it('G3: one who waits too late to listen still hears how the load ended', async () => {
    const { engine } = opened();
    engine.acquire('a', request('one'));
    const { settled } = waiting(engine, 'a');
    engine.release('a', 'one', 'no database');
    expect(await settled(NEVER)).toEqual({ status: 'failed', message: 'no database' });
  });

  it('is granted again to the token that holds it', () => {
    const { engine } = opened();
    engine.acquire('a', request('one'));
    expect(engine.acquire('a', request('one'))).toMatchObject({ status: 'lead' });
    expect(engine.commit('a', 'one', writeOf(1))).toBe('stored');
  });

  it('is nobody else’s to commit, extend or release', () => {
    const { engine } = opened();
    engine.acquire('a', request('one'));
    expect(engine.commit('a', 'two', writeOf(1))).toBe('overtaken');
    expect(engine.extend('a', 'two', 10)).toBe(false);
    engine.release('a', 'two', undefined);
    expect(engine.commit('a', 'one', writeOf(1))).toBe('stored');
    expect(engine.commit('a', 'one', writeOf(2))).toBe('overtaken');
  });

  it('G3: runs out when its holder does not come back', async () => {
    const { clock, engine } = opened();
    engine.acquire('a', request('one', { leaseMs: 100 }));
    const settled = waiting(engine, 'a').settled(NEVER);
    clock.advance(99);
    expect(await outcomeOf(settled)).toBe('pending');
    clock.advance(1);
    expect(await settled).toEqual({ status: 'released', lapsed: true });
    expect(engine.commit('a', 'one', writeOf(1))).toBe('overtaken');
    expect(clock.timers).toBe(0);
  });

  it.each([
    ['longer', 100, 500],
    ['shorter', 100, 50],
    ['finite', Infinity, 50],
  ])('can be made %s while others wait', async (_, before, leaseMs) => {
    const { clock, engine } = opened();
    engine.acquire('a', request('one', { leaseMs: before }));
    const settled = waiting(engine, 'a').settled(NEVER);
    expect(engine.extend('a', 'one', leaseMs)).toBe(true);
    clock.advance(leaseMs - 1);
    expect(await outcomeOf(settled)).toBe('pending');
    clock.advance(1);
    expect(await settled).toEqual({ status: 'released', lapsed: true });
    expect(engine.extend('a', 'one', 10)).toBe(false);
  });

  it('G13: a timer runs only while somebody waits for a lease that can end', () => {
    const { clock, engine } = opened();
    engine.acquire('for ever', request('one'));
    engine.acquire('a', request('one', { leaseMs: 100 }));
    void waiting(engine, 'for ever').settled(NEVER);
    expect(clock.timers).toBe(0);
    void waiting(engine, 'a').settled(NEVER);
    void waiting(engine, 'a').settled(NEVER);
    expect(clock.timers).toBe(1);
    engine.release('a', 'one', undefined);
    expect(clock.timers).toBe(0);
  });

  it('G13: one who stops listening leaves nothing behind', async () => {
    const { clock, engine } = opened();
    engine.acquire('a', request('one', { leaseMs: 100 }));
    const leaving = new AbortController();
    const staying = new AbortController();
    const left = waiting(engine, 'a').settled(leaving.signal);
    const stayed = waiting(engine, 'a').settled(staying.signal);
    leaving.abort();
    engine.release('a', 'one', undefined);
    expect(await stayed).toEqual({ status: 'released' });
    expect(await outcomeOf(left)).toBe('pending');
    expect(getEventListeners(leaving.signal, 'abort')).toEqual([]);
    expect(getEventListeners(staying.signal, 'abort')).toEqual([]);
    engine.acquire('a', request('two', { leaseMs: 100 }));
    const last = new AbortController();
    void waiting(engine, 'a').settled(last.signal);
    last.abort();
    void waiting(engine, 'a').settled(last.signal);
    expect(clock.timers).toBe(0);
  });

  it('G13: leases of holders that vanished are forgotten', () => {
    const clock = new FakeClock();
    const leases = new Leases(clock);
    for (let key = 0; key < 10_000; key++) {
      leases.grant(`${key}`, request(`${key}`, { leaseMs: 10, tags: ['t'] }));
      clock.advance(1);
    }
    expect(leases.size).toBeLessThanOrEqual(64);
  });

  it('remembers only a few failures', () => {
    const { engine } = opened();
    for (let load = 0; load < 100; load++) {
      engine.acquire('a', request(`${load}`));
      waiting(engine, 'a');
      engine.release('a', `${load}`, 'no');
    }
    expect(engine.acquire('a', request('next', { awaited: '99' })).status).toBe('failed');
    expect(engine.acquire('a', request('next', { awaited: '0' })).status).toBe('lead');
  });

  it('a failure that nobody waited for takes no room from one that somebody did', () => {
    const { engine } = opened();
    engine.acquire('a', request('one'));
    waiting(engine, 'a');
    engine.release('a', 'one', 'no database');
    for (let load = 0; load < 100; load++) {
      engine.acquire('b', request(`${load}`));
      engine.release('b', `${load}`, 'no');
    }
    expect(engine.acquire('a', request('two', { awaited: 'one' })).status).toBe('failed');
  });

  it('does not run out before its time when a timer fires early', async () => {
    const { clock, engine } = opened();
    clock.haste = 1;
    engine.acquire('a', request('one', { leaseMs: 100 }));
    const settled = waiting(engine, 'a').settled(NEVER);
    clock.advance(99);
    expect(await outcomeOf(settled)).toBe('pending');
    expect(engine.extend('a', 'one', 2)).toBe(true);
    clock.advance(2);
    expect(await settled).toEqual({ status: 'released', lapsed: true });
  });
});

const END: Record<string, (context: Opened) => void> = {
  'a write': ({ engine }) => void engine.write('a', writeOf(1), undefined),
  'a conditional write': ({ engine }) => void engine.write('a', writeOf(1), 'absent'),
  'a removal': ({ engine }) => void engine.remove('a'),
  'a take': ({ engine }) => void engine.take('a'),
  'a count': ({ engine }) =>
    void engine.count('a', { delta: 1, version: 'v', life: { ttl: 1, grace: 0 }, renew: false }),
  'an expiry by hand': ({ engine }) => void engine.expire('a'),
  'a clear': ({ engine }) => engine.clear(),
  'a removal by pattern': ({ engine }) => void engine.removeByPattern(patternOf('a*')),
  'an invalidation of a captured tag': ({ engine }) => engine.invalidateTags(['captured']),
  'its own release': ({ engine }) => engine.release('a', 'one', undefined),
};

const KEEP: Record<string, (context: Opened) => void> = {
  'a refused write': ({ engine }) => void engine.write('a', writeOf(1), 'present'),
  'a write of another key': ({ engine }) => void engine.write('b', writeOf(1), undefined),
  'a removal by a pattern that does not match': ({ engine }) => void engine.removeByPattern(patternOf('b*')),
  'an invalidation of another tag': ({ engine }) => engine.invalidateTags(['other']),
  'a clear of another space': ({ open }) => open({ space: 'users.other:' }).clear(),
  'a read': ({ engine }) => void engine.get('a'),
  'a touch that finds nothing': ({ engine }) => void engine.touch('a', { ttl: 1, grace: 0 }),
};

describe('a load', () => {
  for (const [what, happen] of Object.entries(END)) {
    it(`G4: is overtaken by ${what}, and those who wait look again`, async () => {
      const context = opened();
      const { engine } = context;
      engine.acquire('a', request('one', { tags: ['captured'] }));
      const settled = waiting(engine, 'a').settled(NEVER);
      happen(context);
      const before = engine.read('a');
      expect(await settled).toEqual({ status: 'released' });
      expect(engine.commit('a', 'one', writeOf('late', { tags: ['captured'] }))).toBe('overtaken');
      expect(engine.read('a')).toEqual(before);
    });
  }

  for (const [what, happen] of Object.entries(KEEP)) {
    it(`is not disturbed by ${what}`, () => {
      const context = opened();
      const { engine } = context;
      engine.acquire('a', request('one', { tags: ['captured'] }));
      happen(context);
      expect(engine.commit('a', 'one', writeOf('value'))).toBe('stored');
    });
  }

  it('G4: is overtaken by the invalidation of a tag that only its entry reveals', () => {
    const { engine } = opened();
    engine.acquire('a', request('one'));
    engine.invalidateTags(['learnt']);
    expect(engine.commit('a', 'one', writeOf(1, { tags: ['learnt'] }))).toBe('overtaken');
    expect(engine.acquire('a', request('two'))).toMatchObject({ status: 'lead' });
    expect(engine.commit('a', 'two', writeOf(1, { tags: ['learnt'] }))).toBe('stored');
  });

  it('G4: is overtaken by a removal by a term that only its entry reveals, though the key had no entry', () => {
    const { engine } = opened();
    engine.acquire('a', request('one'));
    expect(engine.removeByTerm('team')).toBe(0);
    expect(engine.commit('a', 'one', writeOf(1, { terms: ['team'] }))).toBe('overtaken');
    expect(engine.lookUp('team')).toEqual([]);
  });

  it('G4: is overtaken when its stale entry is removed by a term the new one does not carry', () => {
    const { clock, engine } = opened();
    engine.write('a', writeOf(1, { terms: ['team'], life: { ttl: 10, grace: 100 } }), undefined);
    clock.advance(10);
    engine.acquire('a', request('one'));
    engine.removeByTerm('team');
    expect(engine.commit('a', 'one', writeOf(2))).toBe('overtaken');
  });

  it('is not disturbed by what happened before its lease', () => {
    const { engine } = opened();
    engine.acquire('other', request('zero'));
    engine.invalidateTags(['t']);
    engine.removeByTerm('team');
    engine.acquire('a', request('one'));
    expect(engine.commit('a', 'one', writeOf(1, { tags: ['t'], terms: ['team'] }))).toBe('stored');
  });

  it('a refused limit ends the lease and stores nothing', async () => {
    const { engine } = opened();
    engine.write('b', writeOf(1, { terms: ['team'] }), undefined);
    engine.acquire('a', request('one'));
    const settled = waiting(engine, 'a').settled(NEVER);
    const limit = { term: 'team', max: 1, onExceeded: 'refuse' } as const;
    expect(engine.commit('a', 'one', writeOf(1, { terms: ['team'], limit }))).toBe('limited');
    expect(await settled).toEqual({ status: 'released' });
    expect(engine.get('a')).toBeUndefined();
  });

  it('cannot keep anything of an entry it does not replace', () => {
    const { engine } = opened();
    engine.acquire('a', request('one'));
    expect(() => engine.commit('a', 'one', writeOf(1, { life: 'keep' }))).toThrow(TypeError);
    expect(() => engine.write('a', writeOf(1, { tags: 'keep' }), undefined)).toThrow(TypeError);
    expect(() => engine.write('a', writeOf(1, { life: 'keep' }), 'present')).toThrow(TypeError);
  });
});

describe('the memory of invalidations', () => {
  it('exists only while loads run', () => {
    const fences = new Fences(10);
    fences.raise('t', 1);
    expect(fences.raisedSince('t', 0)).toBe(true);
    expect(fences.raisedSince('t', 1)).toBe(false);
    fences.clear();
    expect(fences.size).toBe(0);
  });

  it('G4: is bounded, and refuses loads that began before what it forgot', () => {
    const fences = new Fences(3);
    for (let moment = 1; moment <= 100; moment++) fences.raise(`t${moment}`, moment);
    expect(fences.size).toBeLessThanOrEqual(3);
    for (let moment = 1; moment <= 100; moment++) {
      expect(fences.raisedSince(`t${moment}`, moment - 1)).toBe(true);
      expect(fences.raisedSince(`t${moment}`, 100)).toBe(false);
    }
  });

  it('past the bound, a load that learns nothing is stored all the same', () => {
    const { engine } = opened();
    engine.acquire('a', request('one', { tags: ['known'] }));
    engine.acquire('b', request('one'));
    engine.invalidateTags(Array.from({ length: 10_001 }, (_, tag) => `t${tag}`));
    expect(engine.commit('a', 'one', writeOf(1, { tags: ['known'] }))).toBe('stored');
    expect(engine.commit('b', 'one', writeOf(1, { tags: ['learnt'] }))).toBe('overtaken');
  });
});
