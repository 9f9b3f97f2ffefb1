import { describe, expect, test } from 'vitest';
import { parseGlob } from '../../src/glob.ts';
import { recordEngineTraits } from '../../src/record/record-engine.ts';
import type { FoundRecord, PutOptions, Store } from '../../src/store.ts';
import { fakeClock } from '../../src/testing/fake-clock.ts';
import { simpleStore } from '../../src/testing/simple-store.ts';
import { simulatedTime } from '../../src/testing/simulated-time.ts';
import { id, intercepted, request, rig, write } from './rig.ts';

describe('traits', () => {
  test('what five primitives cannot do is declared', () => {
    const store = simpleStore().traits;
    expect(recordEngineTraits({ ...store, scans: false, durable: true, scope: 'host' })).toEqual({
      holds: 'values',
      scope: 'host',
      durable: true,
      expiryPrecisionMs: 0,
      scans: false,
      synchronous: false,
      indexes: true,
      limits: false,
      sized: false,
      orderedInvalidation: false,
    });
  });

  test('a limit is refused, not forgotten', async () => {
    const { engine } = await rig();
    const limited = write(1, { limit: { term: 'x', max: 1, onExceeded: 'refuse' } });
    await expect(engine.write('k', limited, undefined)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      trait: 'limits',
    });
    await expect(engine.commit('k', id(), limited)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      trait: 'limits',
    });
  });

  test('without a scan patterns are refused', async () => {
    const { engine } = await rig({ traits: { scans: false } });
    const walk = async (): Promise<unknown> => {
      for await (const page of engine.scan(parseGlob('*'))) return page;
      return undefined;
    };
    await expect(walk()).rejects.toMatchObject({ code: 'UNSUPPORTED', trait: 'scans' });
    await expect(engine.removeByPattern(parseGlob('*'))).rejects.toMatchObject({ trait: 'scans' });
    expect(await engine.stats()).toMatchObject({ entries: 0 });
  });

  test('the end of what a write rests on is told to stores that can judge it, and to no other', async () => {
    for (const judgesBefore of [true, false]) {
      const { another, store, clock } = await rig();
      const puts: PutOptions[] = [];
      const watched: Store = {
        ...store,
        put(key, record, options) {
          if (key === 'test:e:k') puts.push(options);
          return store.put(key, record, options);
        },
      };
      const { engine } = await rig({
        provider: { ...simpleStore(), open: () => watched },
        traits: { judgesBefore },
      });
      await another().write('k', write(1, { life: { ttl: 100, grace: 0 } }), undefined);
      await engine.write('k', write(2), 'present');
      expect(puts.at(-1)?.before).toBe(judgesBefore ? clock.now() + 100 : undefined);
    }
  });
});

describe('time', () => {
  /** A store that tells its own time, which is an hour ahead of the machine’s. */
  const HOUR = 3_600_000;
  const ahead = async (): Promise<
    Awaited<ReturnType<typeof rig>> & { readonly theirs: ReturnType<typeof fakeClock> }
  > => {
    const machine = await rig();
    const theirs = fakeClock(machine.clock.now() + HOUR);
    const records = await simpleStore().open({
      cache: '',
      space: '',
      routeOf: undefined,
      deadline: Infinity,
      clock: theirs,
      random: Math.random,
      report: () => {},
    });
    const telling = intercepted(records, async ({ primitive, run }) => {
      const answer = await run();
      if (primitive !== 'get' || answer === undefined) return answer;
      return { ...(answer as FoundRecord), readAt: theirs.now() };
    });
    const another: typeof machine.another = (change) => machine.another({ store: telling, ...change });
    return { ...machine, store: telling, engine: another(), another, theirs };
  };

  test('G9: lives are counted by a store that tells its time', async () => {
    const { engine, clock, theirs } = await ahead();
    await engine.write('k', write(1, { life: { ttl: 1_000, grace: 0 } }), undefined);
    const entry = await engine.read('k');
    expect(entry?.freshUntil).toBe(theirs.now() + 1_000);
    expect(entry?.createdAt).toBe(theirs.now());
    for (const each of [clock, theirs]) each.advance(999);
    expect(await engine.get('k')).toBe(1);
    for (const each of [clock, theirs]) each.advance(1);
    expect(await engine.read('k')).toBeUndefined();
  });

  test('a lease is counted by it too', async () => {
    const { engine, another, clock, theirs } = await ahead();
    const token = id();
    await engine.acquire('k', request({ token, leaseMs: 100 }));
    for (const each of [clock, theirs]) each.advance(99);
    expect(await another().acquire('k', request())).toMatchObject({ status: 'wait', holder: token });
    for (const each of [clock, theirs]) each.advance(1);
    expect(await another().acquire('k', request())).toMatchObject({ status: 'lead' });
  });

  test('G9: where clocks differ, no process serves an entry after its end', async () => {
    const { engine, another, clock } = await rig({ traits: { clockSkewMs: 50 } });
    const slow = another({ clock: fakeClock(clock.now() - 50) });
    await engine.write('k', write(1, { life: { ttl: 1_000, grace: 0 } }), undefined);
    expect(await slow.get('k')).toBe(1);
    const late = another({ clock: fakeClock(clock.now() + 1_000 - 50) });
    expect(await late.read('k')).toBeUndefined();
  });

  test('G3: where clocks differ, no process takes over a lease before its end', async () => {
    const { engine, another, clock } = await rig({ traits: { clockSkewMs: 50 } });
    await engine.acquire('k', request({ leaseMs: 100 }));
    const fast = another({ clock: fakeClock(clock.now() + 99 + 50) });
    expect(await fast.acquire('k', request())).toMatchObject({ status: 'wait' });
  });
});

describe('a store that holds bytes', () => {
  const traits = { holds: 'bytes' as const };

  test('records come back from bytes, numbers and payloads included', async () => {
    const { engine, another, store } = await rig({ traits });
    const payload = new Uint8Array([1, 2, 3]);
    const written = write(payload, {
      tags: ['t'],
      terms: ['x'],
      life: { ttl: Infinity, grace: 5 },
      loadMs: 3,
      size: 3,
    });
    await engine.write('k', written, undefined);
    expect((await store.get('test:e:k'))?.data).toBeInstanceOf(Uint8Array);
    expect(await another().read('k')).toMatchObject({
      payload,
      version: written.version,
      tags: ['t'],
      terms: ['x'],
    });
    expect(await another().lookUp('x')).toMatchObject([['k', { payload }]]);
    await engine.count('n', { delta: 41, version: id(), life: { ttl: 9, grace: 0 }, renew: false });
    expect(
      await another().count('n', { delta: 1, version: id(), life: { ttl: 9, grace: 0 }, renew: false }),
    ).toEqual({
      status: 'counted',
      value: 42,
    });
  });

  test('damaged bytes are a typed failure, and can be overwritten', async () => {
    const { engine, store } = await rig({ traits });
    await store.put('test:e:k', { version: 'v', data: new Uint8Array([255, 1, 2]) }, { expiresAt: Infinity });
    await expect(engine.read('k')).rejects.toMatchObject({ code: 'CODEC_FAILED', cache: 'test' });
    await engine.write('k', write(1), undefined);
    expect(await engine.get('k')).toBe(1);
  });
});

describe('round trips of an engine at rest', () => {
  const life = { ttl: 60_000, grace: 0 };
  const tagged = { life, tags: ['t'] };
  test.each<[string, number, (engine: Awaited<ReturnType<typeof rig>>['engine']) => unknown]>([
    ['a hit', 2, (engine) => engine.get('k')],
    ['a hit with a tag', 2, (engine) => engine.get('tagged')],
    ['a miss', 2, (engine) => engine.get('none')],
    ['a write', 2, (engine) => engine.write('k', write(1, { life }), undefined)],
    ['a write with a tag', 2, (engine) => engine.write('k', write(1, tagged), undefined)],
    ['a conditional write', 3, (engine) => engine.write('k', write(1, { life }), 'present')],
    ['a delete', 3, (engine) => engine.remove('k')],
    ['a touch', 3, (engine) => engine.touch('k', life)],
    ['a new term', 6, (engine) => engine.write('k', write(1, { life, terms: ['x'] }), undefined)],
    ['a clear', 1, (engine) => engine.clear()],
    ['a tag', 3, (engine) => engine.invalidateTags(['t'])],
    [
      'a load',
      7,
      async (engine) => {
        const token = id();
        await engine.acquire('none', request({ token }));
        await engine.commit('none', token, write(1, { life }));
      },
    ],
  ])('%s: %i', async (_, trips, call) => {
    const { engine, another, store } = await rig();
    await engine.write('k', write(0, { life }), undefined);
    await engine.write('tagged', write(0, tagged), undefined);
    // The first load of a space makes its journal.
    const token = id();
    await engine.acquire('none', request({ token }));
    await engine.release('none', token, undefined);
    const time = simulatedTime();
    const slow = intercepted(store, async ({ run }) => {
      await time.sleep(1);
      return run();
    });
    await time.run(Promise.resolve(call(another({ store: slow }))));
    expect(time.now()).toBe(trips);
  });
});
