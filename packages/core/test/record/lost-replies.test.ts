import { describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine.ts';
import type { Store } from '../../src/store.ts';
import { id, intercepted, lostReply, refused, request, rig, write } from './rig.ts';

/** What becomes of the one write whose reply is lost. */
type Fate = 'applied' | 'not applied';

/** Loses the reply to the first write of the record `key` that comes after `arm` was called. */
function losing(store: Store, key: string, fate: Fate): { readonly store: Store; readonly arm: () => void } {
  let isArmed = false;
  return {
    arm: () => {
      isArmed = true;
    },
    store: intercepted(store, (call) => {
      if (!isArmed || call.primitive === 'get' || call.key !== key) return call.run();
      isArmed = false;
      if (fate === 'applied') call.run();
      throw lostReply();
    }),
  };
}

describe('a user’s write', () => {
  test('G11: a write that is found in the store has taken effect', async () => {
    const { another, store } = await rig();
    const lossy = losing(store, 'test:e:k', 'applied');
    lossy.arm();
    const engine = another({ store: lossy.store });
    expect(await engine.write('k', write('new'), undefined)).toMatchObject({ status: 'written' });
  });

  test.each<[string, (engine: Engine) => unknown]>([
    ['set', (engine) => engine.write('k', write('new'), undefined)],
    ['set if absent', (engine) => engine.write('k', write('new'), 'absent')],
    [
      'count',
      (engine) => engine.count('k', { delta: 1, version: id(), life: { ttl: 9, grace: 0 }, renew: false }),
    ],
  ])('G11: a %s that is not found has an unknown outcome, and is not sent again', async (_, call) => {
    const { another, store } = await rig();
    const lossy = losing(store, 'test:e:k', 'not applied');
    lossy.arm();
    const engine = another({ store: lossy.store });
    await expect(call(engine)).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' });
    expect(await engine.read('k')).toBeUndefined();
  });

  test.each<[string, (engine: Engine) => unknown]>([
    ['remove', (engine) => engine.remove('k')],
    ['take', (engine) => engine.take('k')],
  ])('G11: nobody can tell whether a %s whose reply was lost had found something', async (_, call) => {
    const { engine, another, store } = await rig();
    await engine.write('k', write('old'), undefined);
    const lossy = losing(store, 'test:e:k', 'applied');
    lossy.arm();
    await expect(call(another({ store: lossy.store }))).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' });
  });

  test('an announcement whose reply was lost is made again: it is not the write', async () => {
    const { another, store } = await rig();
    const lossy = losing(store, 'test:e:k', 'not applied');
    lossy.arm();
    const engine = another({ store: lossy.store });
    expect(await engine.write('k', write('new', { terms: ['x'] }), 'absent')).toMatchObject({
      status: 'written',
    });
    expect(await engine.lookUp('x')).toHaveLength(1);
  });
});

describe('a commit', () => {
  test.each<Fate>(['applied', 'not applied'])('G11: it is settled when its write was %s', async (fate) => {
    const { another, store } = await rig();
    const lossy = losing(store, 'test:e:k', fate);
    const engine = another({ store: lossy.store });
    const token = id();
    await engine.acquire('k', request({ token }));
    lossy.arm();
    expect(await engine.commit('k', token, write('loaded'))).toBe('stored');
    expect(await engine.get('k')).toBe('loaded');
  });

  test('G4: a write that is applied long after its reply was lost does not come after the commit has answered', async () => {
    const { engine, another, store } = await rig();
    let late: (() => unknown) | undefined;
    let isArmed = false;
    const lossy = intercepted(store, ({ primitive, key, run }) => {
      if (!isArmed || primitive !== 'put' || key !== 'test:e:k') return run();
      isArmed = false;
      late = run;
      throw lostReply();
    });
    const leader = another({ store: lossy });
    const token = id();
    await leader.acquire('k', request({ token }));
    isArmed = true;
    expect(await leader.commit('k', token, write('loaded'))).toBe('stored');
    expect(await engine.remove('k')).toBe(true);
    expect(late?.()).toBe(false);
    expect(await engine.read('k')).toBeUndefined();
  });

  test('G11: its outcome is unknown when somebody else has replaced the record in between', async () => {
    const { engine, another, store } = await rig();
    let overtake: (() => unknown) | undefined;
    const lossy = intercepted(store, async ({ primitive, key, run }) => {
      if (overtake === undefined || primitive !== 'put' || key !== 'test:e:k') return run();
      const next = overtake;
      overtake = undefined;
      await run();
      await next();
      throw lostReply();
    });
    const leader = another({ store: lossy });
    const token = id();
    await leader.acquire('k', request({ token }));
    overtake = () => engine.write('k', write('newer'), undefined);
    const committed = leader.commit('k', token, write('loaded'));
    await expect(committed).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' });
    expect(await engine.get('k')).toBe('newer');
  });
});

describe('how failures of a store are told', () => {
  const failing = (store: Store, which: 'get' | 'put', error: unknown): Store =>
    intercepted(store, ({ primitive, run }) => {
      if (primitive === which) throw error;
      return run();
    });

  test('what a store does not classify is an unavailable store for a read and an unknown outcome of a write', async () => {
    const { another, store } = await rig();
    const cause = new Error('socket hang up');
    const reading = another({ store: failing(store, 'get', cause) });
    await expect(reading.get('k')).rejects.toMatchObject({ code: 'UNAVAILABLE', cause });
    await expect(reading.ping()).rejects.toMatchObject({ code: 'UNAVAILABLE', cause });
    await another().write('k', write(1), undefined);
    const writing = another({ store: failing(store, 'put', cause) });
    await expect(writing.write('k', write(2), undefined)).rejects.toMatchObject({
      code: 'UNKNOWN_OUTCOME',
      cause,
    });
  });

  test('what was not executed is told so', async () => {
    const { another, store } = await rig();
    await another().write('k', write(1), undefined);
    const engine = another({ store: failing(store, 'put', refused()) });
    await expect(engine.write('k', write(2), undefined)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await engine.get('k')).toBe(1);
  });

  test('an invalidation that reached one of two tags has an unknown outcome', async () => {
    const { another, store } = await rig();
    const lossy = intercepted(store, ({ key, run }) => {
      if (key === 'test:s:t:two') throw refused();
      return run();
    });
    const engine = another({ store: lossy });
    await expect(engine.invalidateTags(['one', 'two'])).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' });
    await expect(engine.invalidateTags(['two'])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('a store that never lets a condition hold is given up, not asked for ever', async () => {
    const { another, store } = await rig();
    const stubborn = intercepted(store, ({ primitive, key, run }) =>
      primitive === 'put' && key === 'test:e:k' ? false : run(),
    );
    const engine = another({ store: stubborn });
    await expect(engine.write('k', write(1), 'absent')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
