import { describe, expect, test } from 'vitest';
import { settle } from '../../src/testing/turns.ts';
import { parseGlob } from '../../src/glob.ts';
import { gate } from '../../src/testing/gate.ts';
import { id, intercepted, keysIn, request, rig, waiting, write } from './rig.ts';

describe('granting', () => {
  test('G3: one of two processes leads, the other waits for it', async () => {
    const { engine, another } = await rig();
    const token = id();
    expect(await engine.acquire('k', request({ token }))).toEqual({ status: 'lead', stale: undefined });
    expect(await another().acquire('k', request())).toMatchObject({ status: 'wait', holder: token });
  });

  test('a request that is repeated is granted the lease it already holds', async () => {
    const { engine } = await rig();
    const again = request();
    expect(await engine.acquire('k', again)).toMatchObject({ status: 'lead' });
    expect(await engine.acquire('k', again)).toMatchObject({ status: 'lead' });
  });

  test('leader and waiters are told of the entry in its grace', async () => {
    const { engine, clock } = await rig();
    await engine.write('k', write('old', { life: { ttl: 10, grace: 100 } }), undefined);
    clock.advance(10);
    expect(await engine.read('k')).toBeUndefined();
    expect(await engine.acquire('k', request())).toMatchObject({ status: 'lead', stale: { payload: 'old' } });
    expect(await engine.acquire('k', request())).toMatchObject({ status: 'wait', stale: { payload: 'old' } });
    clock.advance(100);
    expect(await engine.acquire('k', request())).toEqual({ status: 'lead', stale: undefined });
  });

  test('an entry that is fresh for ever has its grace when it is expired by hand', async () => {
    const { engine, clock } = await rig();
    await engine.write('k', write('old', { life: { ttl: Infinity, grace: 100 } }), undefined);
    clock.advance(5_000);
    expect(await engine.expire('k')).toBe(true);
    expect(await engine.expire('k')).toBe(false);
    clock.advance(99);
    expect(await engine.acquire('k', request())).toMatchObject({ stale: { payload: 'old' } });
    clock.advance(1);
    expect(await engine.acquire('k2', request())).toEqual({ status: 'lead', stale: undefined });
    expect(await engine.read('k')).toBeUndefined();
  });
});

describe('the end of a lease', () => {
  test('G4: it ends after its time, although a stale entry keeps its record', async () => {
    const { engine, clock } = await rig();
    await engine.write('k', write('old', { life: { ttl: 10, grace: 1_000 } }), undefined);
    clock.advance(10);
    const token = id();
    await engine.acquire('k', request({ token, leaseMs: 50 }));
    clock.advance(50);
    expect(await engine.extend('k', token, 50)).toBe(false);
    expect(await engine.commit('k', token, write('late'))).toBe('overtaken');
    expect(await engine.acquire('k', request())).toMatchObject({ status: 'lead', stale: { payload: 'old' } });
  });

  test('G4: expire ends it, although there was no entry', async () => {
    const { engine } = await rig();
    const token = id();
    await engine.acquire('k', request({ token }));
    expect(await engine.expire('k')).toBe(false);
    expect(await engine.commit('k', token, write('asked for before'))).toBe('overtaken');
    expect(await engine.read('k')).toBeUndefined();
  });

  test('G3: a load with tags may take as long as its lease is extended', async () => {
    const { engine, clock } = await rig();
    const token = id();
    await engine.acquire('k', request({ token, leaseMs: 2_000, tags: ['t'] }));
    for (let second = 0; second < 600; second += 1) {
      clock.advance(1_000);
      expect(await engine.extend('k', token, 2_000)).toBe(true);
    }
    expect(await engine.commit('k', token, write('slow', { tags: ['t'] }))).toBe('stored');
    await engine.invalidateTags(['t']);
    expect(await engine.read('k')).toBeUndefined();
  });

  test('an extended lease stands longer', async () => {
    const { engine, clock } = await rig();
    const token = id();
    await engine.acquire('k', request({ token, leaseMs: 50 }));
    clock.advance(40);
    expect(await engine.extend('k', token, 50)).toBe(true);
    clock.advance(40);
    expect(await engine.commit('k', token, write('loaded'))).toBe('stored');
    expect(await engine.extend('k', token, 50)).toBe(false);
  });

  test.each<[string, (engine: Awaited<ReturnType<typeof rig>>['engine']) => unknown]>([
    ['a write', (engine) => engine.write('k', write('new'), undefined)],
    ['a write with terms', (engine) => engine.write('k', write('new', { terms: ['x'] }), undefined)],
    ['a conditional write', (engine) => engine.write('k', write('new'), 'absent')],
    [
      'a counter',
      (engine) => engine.count('k', { delta: 1, version: id(), life: { ttl: 1, grace: 0 }, renew: false }),
    ],
    ['a delete of nothing', (engine) => engine.remove('k')],
    ['a take of nothing', (engine) => engine.take('k')],
    ['an invalidation of a captured tag', (engine) => engine.invalidateTags(['known'])],
    ['a clear', (engine) => engine.clear()],
    ['a removal by pattern', (engine) => engine.removeByPattern(parseGlob('k*'))],
  ])('G4: %s overtakes the load, in another process too', async (_, overtake) => {
    const { engine, another } = await rig();
    const token = id();
    await engine.acquire('k', request({ token, tags: ['known'] }));
    await overtake(another());
    expect(await engine.commit('k', token, write('loaded', { tags: ['known'] }))).toBe('overtaken');
    expect((await engine.read('k'))?.payload).not.toBe('loaded');
  });

  test.each<[string, (engine: Awaited<ReturnType<typeof rig>>['engine']) => unknown]>([
    ['an invalidation of a tag that the loader told', (engine) => engine.invalidateTags(['learnt'])],
    ['a removal by a term that the value turned out to have', (engine) => engine.removeByTerm('x')],
  ])('G4: %s overtakes the load', async (_, overtake) => {
    const { engine, another } = await rig();
    const token = id();
    await engine.acquire('k', request({ token }));
    await overtake(another());
    const loaded = write('loaded', { tags: ['learnt'], terms: ['x'] });
    expect(await engine.commit('k', token, loaded)).toBe('overtaken');
    expect(await engine.read('k')).toBeUndefined();
    expect(await engine.lookUp('x')).toEqual([]);
  });

  test('removals of other tags, terms and keys overtake nothing', async () => {
    const { engine, another } = await rig();
    const token = id();
    await engine.acquire('k', request({ token }));
    await another().invalidateTags(['other']);
    await another().removeByTerm('y');
    await another().removeByPattern(parseGlob('other*'));
    const loaded = write('loaded', { tags: ['learnt'], terms: ['x'] });
    expect(await engine.commit('k', token, loaded)).toBe('stored');
  });

  test('more removals than the journal holds overtake every load with tags that nobody knew', async () => {
    const { engine } = await rig();
    const [plain, learning] = [id(), id()];
    await engine.acquire('plain', request({ token: plain }));
    await engine.acquire('learning', request({ token: learning }));
    for (let n = 0; n < 200; n += 1) await engine.invalidateTags([`other${n}`]);
    expect(await engine.commit('plain', plain, write(1))).toBe('stored');
    expect(await engine.commit('learning', learning, write(1, { tags: ['learnt'] }))).toBe('overtaken');
  });

  test('a holder that lost its lease can neither release nor extend that of the next', async () => {
    const { engine, clock } = await rig();
    const [first, second] = [id(), id()];
    await engine.acquire('k', request({ token: first, leaseMs: 10 }));
    clock.advance(10);
    await engine.acquire('k', request({ token: second }));
    await engine.release('k', first, 'too late');
    expect(await engine.extend('k', first, 100)).toBe(false);
    expect(await engine.commit('k', first, write('first'))).toBe('overtaken');
    expect(await engine.commit('k', second, write('second'))).toBe('stored');
    expect(await engine.get('k')).toBe('second');
  });

  test('a released lease leaves nothing but the stale entry', async () => {
    const { engine, store } = await rig();
    const token = id();
    await engine.acquire('k', request({ token }));
    await engine.release('k', token, undefined);
    expect(await keysIn(store)).toEqual(['test:s:#', 'test:s:*']);
  });
});

describe('waiting', () => {
  const timing = { firstPollMs: 10, longestPollMs: 40 };
  const never = new AbortController().signal;

  test('G3: a waiter is given what another process stored', async () => {
    const { engine, another, clock } = await rig({ timing });
    const token = id();
    await engine.acquire('k', request({ token, leaseMs: 1_000 }));
    const { settled } = await waiting(another(), 'k');
    const outcome = settled(never);
    await clock.pass(100);
    await engine.commit('k', token, write('loaded'));
    await clock.pass(50);
    expect(await outcome).toMatchObject({ status: 'stored', entry: { payload: 'loaded' } });
    expect(clock.pending).toBe(0);
  });

  test('G3: a waiter hears why the load failed', async () => {
    const { engine, another, clock } = await rig({ timing });
    const token = id();
    await engine.acquire('k', request({ token }));
    const { settled } = await waiting(another(), 'k');
    const outcome = settled(never);
    await engine.release('k', token, 'no such user');
    await clock.pass(50);
    expect(await outcome).toEqual({ status: 'failed', message: 'no such user' });
  });

  test('G3: the failure that was awaited is told even when somebody else leads already', async () => {
    const { engine, another } = await rig();
    const token = id();
    await engine.acquire('k', request({ token }));
    await engine.release('k', token, 'no such user');
    await engine.acquire('k', request());
    expect(await another().acquire('k', request({ awaited: token }))).toEqual({
      status: 'failed',
      message: 'no such user',
    });
    expect(await another().acquire('k', request())).toMatchObject({ status: 'wait' });
  });

  test('G3: a waiter is released at the end of the lease when its holder died', async () => {
    const { engine, another, clock } = await rig({ timing });
    await engine.acquire('k', request({ leaseMs: 100 }));
    const { settled } = await waiting(another(), 'k');
    const outcome = settled(never);
    await clock.pass(101);
    expect(await outcome).toEqual({ status: 'released', lapsed: true });
  });

  test('a waiter is released when its load was overtaken and when the store is gone', async () => {
    const { engine, another, clock, store } = await rig({ timing });
    await engine.acquire('k', request());
    let isGone = false;
    const failing = intercepted(store, ({ run }) => {
      if (isGone) throw new Error('gone');
      return run();
    });
    const first = (await waiting(another(), 'k')).settled(never);
    const second = (await waiting(another({ store: failing }), 'k')).settled(never);
    isGone = true;
    await engine.remove('k');
    await clock.pass(50);
    expect(await first).toEqual({ status: 'released' });
    expect(await second).toEqual({ status: 'released' });
  });

  test('G13: an aborted waiter stops its timer', async () => {
    const { engine, another, clock } = await rig({ timing });
    await engine.acquire('k', request());
    const { settled } = await waiting(another(), 'k');
    const controller = new AbortController();
    void settled(controller.signal);
    await settle();
    expect(clock.pending).toBe(1);
    controller.abort();
    expect(clock.pending).toBe(0);
  });
});

describe('races that a test can hold still', () => {
  test('G4: a removal by term between the announcement of an entry and its write refuses the write', async () => {
    const { engine, another, store } = await rig();
    const beforeEntry = gate();
    const token = id();
    await engine.acquire('k', request({ token }));
    let puts = 0;
    const held = intercepted(store, async ({ primitive, key, run }) => {
      // The first write of the record is the announcement, the second the entry.
      if (primitive === 'put' && key === 'test:e:k' && ++puts === 2) await beforeEntry.pass();
      return run();
    });
    const committed = another({ store: held }).commit('k', token, write('loaded', { terms: ['x'] }));
    await beforeEntry.arrivals();
    expect(await engine.removeByTerm('x')).toBe(0);
    beforeEntry.open();
    expect(await committed).toBe('overtaken');
    expect(await engine.read('k')).toBeUndefined();
  });

  test('a writer that is announced and stopped half-way cannot make an entry that no index lists', async () => {
    const { engine, another, store, clock } = await rig({ timing: { intentMs: 100 } });
    const beforeEntry = gate();
    let puts = 0;
    const held = intercepted(store, async ({ primitive, key, run }) => {
      if (primitive === 'put' && key === 'test:e:k' && ++puts === 2) await beforeEntry.pass();
      return run();
    });
    await engine.write('k', write('old'), undefined);
    const written = another({ store: held }).write('k', write('new', { terms: ['x'] }), 'present');
    await beforeEntry.arrivals();
    clock.advance(100);
    for (let look = 0; look < 2; look += 1) expect(await engine.lookUp('x')).toEqual([]);
    expect(await keysIn(store)).not.toContain('test:i:x');
    beforeEntry.open();
    expect(await written).toMatchObject({ status: 'written' });
    expect(await engine.lookUp('x')).toMatchObject([['k', { payload: 'new' }]]);
  });
});
