import { createManager, type Cache } from '@cache/core';
import { describe, expect, it } from 'vitest';
import { memory } from '../src/memory.ts';
import { ENTRY_OVERHEAD } from '../src/options.ts';
import { opened, scanned, type SyncEngine, writeOf } from './opening.ts';

function fill(engine: SyncEngine, ...keys: string[]): void {
  for (const key of keys) engine.write(key, writeOf(key), undefined);
}

describe('eviction', () => {
  it('takes the least recently used entry first, and tells of it', () => {
    const { engine, events } = opened({ maxEntries: 3 });
    fill(engine, 'a', 'b', 'c');
    engine.get('a');
    fill(engine, 'd');
    expect(scanned(engine)).toEqual(['a', 'c', 'd']);
    expect(events).toEqual([{ type: 'evicted', key: 'b', cause: 'entries' }]);
    expect(engine.stats()).toMatchObject({ entries: 3, evictions: 1 });
  });

  const uses: Record<string, (engine: SyncEngine) => unknown> = {
    get: (engine) => engine.get('a'),
    acquire: (engine) => engine.acquire('a', { token: 't', leaseMs: 1, tags: [], awaited: undefined }),
    write: (engine) => engine.write('a', writeOf(1), undefined),
    touch: (engine) => engine.touch('a', { ttl: 10, grace: 0 }),
    editTerms: (engine) => engine.editTerms('a', ['t'], [], 'v'),
  };
  for (const [method, use] of Object.entries(uses)) {
    it(`counts ${method} as a use`, () => {
      const { engine } = opened({ maxEntries: 3 });
      fill(engine, 'a', 'b', 'c');
      use(engine);
      fill(engine, 'd');
      expect(scanned(engine)).toEqual(['a', 'c', 'd']);
    });
  }

  const looks: Record<string, (engine: SyncEngine) => unknown> = {
    read: (engine) => engine.read('a'),
    lookUp: (engine) => engine.lookUp('t'),
    scan: (engine) => scanned(engine),
    'a refused write': (engine) => engine.write('a', writeOf(1), 'absent'),
  };
  for (const [method, look] of Object.entries(looks)) {
    it(`does not count ${method} as a use`, () => {
      const { engine } = opened({ maxEntries: 3 });
      engine.write('a', writeOf(1, { terms: ['t'] }), undefined);
      fill(engine, 'b', 'c');
      look(engine);
      fill(engine, 'd');
      expect(scanned(engine)).toEqual(['b', 'c', 'd']);
    });
  }

  it('holds one entry when told to hold one', () => {
    const { engine } = opened({ maxEntries: 1 });
    fill(engine, 'a', 'b');
    expect(engine.get('a')).toBeUndefined();
    expect(engine.get('b')).toBe('b');
  });

  it('holds whatever comes when it is unbounded', () => {
    const { engine } = opened({ maxEntries: 'unbounded' });
    for (let key = 0; key < 20_000; key++) fill(engine, `${key}`);
    expect(engine.stats()).toMatchObject({ entries: 20_000, bytes: undefined, evictions: 0 });
    expect(engine.get('0')).toBe('0');
  });

  it('a namespace shares the limits of its cache; another cache has its own', () => {
    const { engine, open, events } = opened({ maxEntries: 3 });
    const namespace = open({ space: 'users.eu:' });
    const other = open({ cache: 'teams', space: 'teams:' });
    fill(engine, 'a', 'b');
    fill(namespace, 'c', 'd');
    fill(other, 'e', 'f');
    expect(scanned(engine)).toEqual(['b']);
    expect(scanned(namespace)).toEqual(['c', 'd']);
    expect(scanned(other)).toEqual(['e', 'f']);
    expect(events).toEqual([{ type: 'evicted', key: 'a', cause: 'entries' }]);
    expect(engine.stats().evictions).toBe(1);
    expect(namespace.stats().evictions).toBe(0);
  });

  it('caches of one name in managers with different namespaces have limits of their own', async () => {
    const provider = memory({ maxEntries: 2 });
    const [blue, green] = ['blue', 'green'].map((namespace) =>
      createManager({ providers: [provider], namespace }).cache<number>('users'),
    ) as [Cache<number>, Cache<number>];
    await blue.set('a', 1);
    await blue.namespace('eu').set('b', 1);
    for (const key of ['c', 'd', 'e']) await green.set(key, 1);
    expect(await blue.get('a')).toBe(1);
    expect(await blue.namespace('eu').get('b')).toBe(1);
    expect(await green.has('c')).toBe(false);
    await blue.set('f', 1);
    expect((await blue.stats()).evictions).toBe(1);
    expect(await green.has('d')).toBe(true);
  });

  it('keeps the bytes it counts within their bound', () => {
    const { engine, events } = opened({ maxBytes: 3 * (ENTRY_OVERHEAD + 2 + 100) });
    for (const key of ['a', 'b', 'c']) engine.write(key, writeOf(1, { size: 100 }), undefined);
    expect(engine.stats()).toMatchObject({ entries: 3, bytes: 3 * (ENTRY_OVERHEAD + 2 + 100) });
    engine.write('b', writeOf(1, { size: 101 }), undefined);
    expect(scanned(engine)).toEqual(['b', 'c']);
    expect(events).toEqual([{ type: 'evicted', key: 'a', cause: 'bytes' }]);
  });

  it('what is larger than all there is goes at once, and nothing else', () => {
    const { engine, events } = opened({ maxBytes: 1000 });
    fill(engine, 'a', 'b');
    expect(engine.write('huge', writeOf(1, { size: 1000 }), undefined).status).toBe('written');
    expect(scanned(engine)).toEqual(['a', 'b']);
    expect(events).toEqual([{ type: 'evicted', key: 'huge', cause: 'bytes' }]);
  });

  it('the loads of a key that did not stay are told all the same', async () => {
    const { engine } = opened({ maxBytes: 1000 });
    const request = { token: 't', leaseMs: Infinity, tags: [], awaited: undefined };
    engine.acquire('huge', request);
    const waiter = engine.acquire('huge', { ...request, token: 'u' });
    const settled = waiter.status === 'wait' && waiter.settled(new AbortController().signal);
    expect(engine.commit('huge', 't', writeOf('value', { size: 1000 }))).toBe('stored');
    expect(await settled).toMatchObject({ status: 'stored', entry: { payload: 'value' } });
    expect(engine.get('huge')).toBeUndefined();
  });

  it('G7: leaves no trace in the indexes', () => {
    const { engine } = opened({ maxEntries: 2 });
    engine.write('a', writeOf(1, { terms: ['t', 'u'], tags: ['g'] }), undefined);
    fill(engine, 'b', 'c');
    expect(engine.lookUp('t')).toEqual([]);
    expect(engine.removeByTerm('u')).toBe(0);
  });

  it('one event for every engine that is open on the space', () => {
    const { engine, open, events } = opened({ maxEntries: 1 });
    open();
    fill(engine, 'a', 'b');
    expect(events.length).toBe(2);
  });
});
