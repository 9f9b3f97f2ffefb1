import {
  createManager,
  type Cache,
  type Condition,
  type Contender,
  type EngineProvider,
  type Written,
} from '@cache/core';
import { fakeClock, intercept, seededRandom, settle, simpleStore, type FakeClock } from '@cache/core/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { recordEngine, recordEngineTraits } from '../../src/record/record-engine.ts';

/** Engines over one store. */
function recordEngines(): EngineProvider {
  const store = simpleStore();
  return {
    kind: 'engine',
    name: 'contended',
    traits: recordEngineTraits(store.traits),
    async open(context) {
      return recordEngine(await store.open(context), store.traits, context);
    },
  };
}

/** What the engine says to the writes of an update, in their order; then it does them. */
type Answer = 'conflict' | 'claimed';

describe('an update that others contend for', () => {
  let clock: FakeClock;
  let answers: Answer[];
  let conditions: Condition[];
  let cache: Cache<number>;
  let values: Cache<number>;

  beforeEach(async () => {
    clock = fakeClock();
    answers = [];
    conditions = [];
    const provider = intercept(recordEngines(), ({ method, args }, run) => {
      const condition = args[2] as Condition | undefined;
      if (method !== 'write' || typeof condition !== 'object') return run();
      conditions.push(condition);
      return refused(answers.shift(), String(args[0])) ?? run();
    });
    const manager = (random: number) =>
      createManager({ providers: [provider], clock, random: () => random, defaults: { jitter: 0 } });
    cache = manager(0.5).cache<number>('numbers');
    values = manager(0.5).cache<number>('numbers');
    await cache.set('k', 0);
  });

  /** Somebody else has written in between, or has priority. */
  const refused = (answer: Answer | undefined, key: string): Promise<Written> | undefined => {
    if (answer === undefined) return undefined;
    return (async () => {
      if (answer === 'conflict') await values.set(key, 10 * (answers.length + 1));
      return { status: 'refused', current: await current(key), claimed: answer === 'claimed' };
    })();
  };
  const current = async (key: string) => {
    const entry = await values.getEntry(key);
    if (entry === undefined) return undefined;
    const { value, tags, version, createdAt } = entry;
    const times = { createdAt, freshUntil: Infinity, keptUntil: Infinity };
    return { payload: value, version, ...times, loadMs: 0, tags, terms: [], size: 0 };
  };
  const contenders = (): (Contender | undefined)[] =>
    conditions.map((condition) => (typeof condition === 'object' ? condition.contender : undefined));

  test('asks for priority after two conflicts, in one name for all its attempts', async () => {
    answers = ['conflict', 'conflict', 'conflict', 'conflict'];
    expect(await cache.update('k', (n) => (n ?? 0) + 1)).toBe(11);
    const id = expect.stringMatching(/^.{16}$/) as string;
    expect(contenders().map((contender) => contender?.claims)).toEqual([false, false, true, true, true]);
    expect(new Set(contenders().map((contender) => contender?.id))).toEqual(new Set([id]));
    expect(await cache.get('k')).toBe(11);
  });

  test('G5: lets whoever has priority go first, and asks again without running the updaters again', async () => {
    answers = ['claimed', 'claimed'];
    let runs = 0;
    const update = cache.update('k', (n) => {
      runs += 1;
      return (n ?? 0) + 1;
    });
    await settle();
    expect(conditions).toHaveLength(1);
    await clock.pass(1.9);
    expect(conditions).toHaveLength(1);
    await clock.pass(0.1);
    expect(conditions).toHaveLength(2);
    await clock.pass(2);
    expect(await update).toBe(1);
    expect(runs).toBe(1);
    expect(contenders().map((contender) => contender?.claims)).toEqual([false, false, false]);
  });

  test('G5: loses nothing when the write of whoever had priority refuses its own', async () => {
    answers = ['claimed', 'conflict'];
    const update = cache.update('k', (n) => (n ?? 0) + 1);
    await clock.pass(2);
    expect(await update).toBe(11);
  });

  test('a compareAndSet is nobody who can wait, and is held up by nobody', async () => {
    const { version } = await values.set('k', 1);
    expect(await cache.compareAndSet('k', version, 2)).not.toBe(false);
    expect(contenders()).toEqual([undefined]);
  });

  test('stops waiting when everybody has left, or the cache is closed', async () => {
    answers = ['claimed', 'claimed'];
    const caller = new AbortController();
    const left = expect(cache.update('k', () => 7, { signal: caller.signal })).rejects.toBe('gone');
    await settle();
    caller.abort('gone');
    await left;
    await clock.pass(3);
    expect(conditions).toHaveLength(1);
    const closed = expect(cache.update('k', () => 7)).rejects.toMatchObject({ code: 'CLOSED' });
    await settle();
    await cache.close();
    await closed;
    await clock.pass(3);
    expect(conditions).toHaveLength(2);
    expect(clock.pending).toBe(0);
    expect(await values.get('k')).toBe(0);
  });
});

/** An engine that gives priority as its contract says. */
function givesPriority(provider: EngineProvider, clock: FakeClock): EngineProvider {
  let priority: { readonly id: string; readonly until: number } | undefined;
  return intercept(provider, async ({ method, args }, run) => {
    const condition = args[2] as Condition | undefined;
    const contender = typeof condition === 'object' ? condition.contender : undefined;
    if (method !== 'write' || contender === undefined) return run();
    const isTaken = priority !== undefined && priority.until > clock.now();
    if (isTaken && priority?.id !== contender.id)
      return { status: 'refused', current: undefined, claimed: true } satisfies Written;
    const written = (await run()) as Written;
    if (written.status === 'written') priority = undefined;
    else if (contender.claims && !isTaken) priority = { id: contender.id, until: clock.now() + 100 };
    return written;
  });
}

test('G5: of processes that give each other priority none loses an update, or waits for ever', async () => {
  const clock = fakeClock();
  const provider = givesPriority(recordEngines(), clock);
  const random = seededRandom(1);
  const caches = Array.from({ length: 4 }, () =>
    createManager({ providers: [provider], clock, random }).cache<number>('numbers'),
  );
  let most = 0;
  for (const cache of caches) cache.on('update', ({ attempt }) => void (most = Math.max(most, attempt)));
  let done = 0;
  const updates = caches.map(async (cache) => {
    for (let n = 0; n < 50; n += 1) await cache.update('k', (value) => (value ?? 0) + 1);
    done += 1;
  });
  for (let step = 0; step < 5_000 && done < caches.length; step += 1) await clock.pass(1);
  await Promise.all(updates);
  expect(await caches[0]?.get('k')).toBe(200);
  expect(most).toBeGreaterThan(2);
});
