import { describe, expect, it } from 'vitest';
import type { Write } from '@cache/core';
import { type Opened, opened, patternOf, type SyncEngine, writeOf } from './opening.ts';

const SECRET = [115, 51, 99, 114, 51, 116];

/** A payload and what is left of it. */
function secret(): Uint8Array {
  return Uint8Array.from(SECRET);
}

function isWiped(payload: Uint8Array): boolean {
  return payload.every((byte) => byte === 0);
}

function put(engine: SyncEngine, key: string, more: Partial<Write> = {}): Uint8Array {
  const payload = secret();
  engine.write(key, writeOf(payload, more), undefined);
  expect([...payload]).toEqual(SECRET);
  return payload;
}

const request = { token: 't', leaseMs: Infinity, tags: [], awaited: undefined };
const mortal = { life: { ttl: 10, grace: 0 } };

const WAYS_OUT: Record<string, (context: Opened) => unknown> = {
  remove: ({ engine }) => engine.remove('a'),
  take: ({ engine }) => engine.take('a'),
  'an overwrite': ({ engine }) => engine.write('a', writeOf(secret()), undefined),
  'an overwrite by a number': ({ engine }) => engine.write('a', writeOf(5), undefined),
  'an expiry by hand': ({ engine }) => engine.expire('a'),
  'an expiry found by a read': ({ clock, engine }) => {
    clock.advance(10);
    engine.get('a');
  },
  'an expiry found by the sweep': ({ clock }) => clock.advance(100),
  'a load over a stale entry': ({ clock, engine }) => {
    clock.advance(10);
    engine.acquire('a', request);
    engine.commit('a', 't', writeOf(secret()));
  },
  'a tag, found by a read': ({ engine }) => {
    engine.invalidateTags(['red']);
    engine.read('a');
  },
  'a tag, found by the sweep': ({ clock, engine }) => {
    engine.invalidateTags(['red']);
    clock.advance(100);
  },
  'a removal by term': ({ engine }) => engine.removeByTerm('x'),
  'a removal by pattern': ({ engine }) => engine.removeByPattern(patternOf('a')),
  'an eviction': ({ engine }) => {
    for (const key of ['b', 'c', 'd']) engine.write(key, writeOf(secret()), undefined);
  },
  'a limit': ({ engine }) => {
    const limit = { term: 'x', max: 1, onExceeded: 'evict-oldest' } as const;
    engine.write('b', writeOf(secret(), { terms: ['x'], limit }), undefined);
  },
  'a clear': ({ engine }) => engine.clear(),
  'the last close': ({ engine }) => engine.close(),
};

describe('secure cleanup', () => {
  for (const [way, go] of Object.entries(WAYS_OUT)) {
    it(`zeroes a payload that goes by ${way}`, () => {
      const context = opened({ secureCleanup: true, maxEntries: 3, sweepInterval: 50 });
      const payload = put(context.engine, 'a', { ...mortal, tags: ['red'], terms: ['x'] });
      go(context);
      expect(isWiped(payload)).toBe(true);
    });
  }

  it('zeroes what it was handed and did not keep', () => {
    const { engine } = opened({ secureCleanup: true });
    const refused = secret();
    engine.write('a', writeOf(refused), 'present');
    const overtaken = secret();
    engine.commit('a', 't', writeOf(overtaken));
    put(engine, 'b', { terms: ['x'] });
    const limit = { term: 'x', max: 1, onExceeded: 'refuse' } as const;
    const limited = secret();
    engine.write('a', writeOf(limited, { terms: ['x'], limit }), undefined);
    expect([refused, overtaken, limited].every(isWiped)).toBe(true);
  });

  it('zeroes everything a big clear drops before it returns, in this space only', () => {
    const { engine, open } = opened({ secureCleanup: true });
    const other = put(open({ space: 'users.other:' }), 'a');
    const payloads = Array.from({ length: 100 }, (_, key) => put(engine, `${key}`));
    engine.clear();
    expect(payloads.every(isWiped)).toBe(true);
    expect(isWiped(other)).toBe(false);
  });

  it('G6: hands out copies, which outlive the entry', async () => {
    const { engine } = opened({ secureCleanup: true });
    put(engine, 'a', { terms: ['x'] });
    const hit = engine.acquire('a', request);
    const refused = engine.write('a', writeOf(1), 'absent');
    engine.acquire('b', request);
    const waiter = engine.acquire('b', { ...request, token: 'u' });
    const settled = waiter.status === 'wait' && waiter.settled(new AbortController().signal);
    engine.commit('b', 't', writeOf(secret()));
    const given = [
      engine.get('a'),
      engine.read('a')?.payload,
      engine.lookUp('x')[0]?.[1].payload,
      hit.status === 'hit' && hit.entry.payload,
      refused.status === 'refused' && refused.current?.payload,
      engine.take('a')?.payload,
    ];
    engine.clear();
    const stored = await settled;
    given.push(stored && stored.status === 'stored' && stored.entry.payload);
    for (const payload of given) expect([...(payload as Uint8Array)]).toEqual(SECRET);
  });

  it('counts in place, since numbers are no bytes', () => {
    const { engine } = opened({ secureCleanup: true });
    const change = { delta: 1, version: 'v', life: { ttl: Infinity, grace: 0 }, renew: false };
    engine.count('n', change);
    expect(engine.count('n', change)).toEqual({ status: 'counted', value: 2 });
    put(engine, 'a');
    expect(engine.count('a', change)).toEqual({ status: 'not-a-counter' });
  });

  it('without it, values are handed out as they are and left alone', () => {
    const { engine } = opened();
    const payload = put(engine, 'a');
    expect(engine.get('a')).toBe(payload);
    engine.remove('a');
    expect(isWiped(payload)).toBe(false);
  });
});
