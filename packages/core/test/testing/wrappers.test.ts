import { expect, test } from 'vitest';
import type { Engine, EngineTraits, Write } from '../../src/engine.ts';
import { isCacheError } from '../../src/errors.ts';
import { createManager } from '../../src/manager.ts';
import type { EngineProvider, OpenContext } from '../../src/provider.ts';
import { chaos, randomWeather } from '../../src/testing/chaos.ts';
import { fakeClock } from '../../src/testing/fake-clock.ts';
import { intercept } from '../../src/testing/intercept.ts';
import { nullProvider } from '../../src/testing/null-provider.ts';
import { seededRandom } from '../../src/testing/seeded-random.ts';
import { simpleStore } from '../../src/testing/simple-store.ts';
import { spy } from '../../src/testing/spy.ts';
import { settle } from '../../src/testing/turns.ts';

const clock = fakeClock();
const context: OpenContext = {
  cache: 'c',
  space: 'c:',
  routeOf: undefined,
  deadline: Infinity,
  clock,
  random: seededRandom(1),
  report: () => undefined,
};
const write: Write = {
  payload: 1,
  version: 'v',
  life: { ttl: 1_000, grace: 0 },
  tags: [],
  terms: [],
  loadMs: 0,
  size: 0,
  limit: undefined,
};
const request = { leaseMs: 1_000, tags: [], awaited: undefined };

async function nullEngine(): Promise<Engine> {
  return nullProvider().open(context);
}

test('an intercepted call may be seen, changed and answered; other members pass', async () => {
  const seen: string[] = [];
  const provider = intercept(
    nullProvider(),
    ({ space, method, args }, run) => {
      seen.push(`${space}${method}(${String(args[0])})`);
      if (method === 'get') return 'answered';
      return method === 'acquire' ? run('other', ...args.slice(1)) : run();
    },
    { synchronous: false },
  );
  expect([provider.name, provider.kind, provider.traits.synchronous, provider.traits.scope]).toEqual([
    'null',
    'engine',
    false,
    'process',
  ]);
  const engine = await provider.open(context);
  expect(engine.get('k')).toBe('answered');
  expect(engine.acquire('k', { token: 'a', ...request })).toMatchObject({ status: 'lead' });
  expect(engine.extend('other', 'a', 1)).toBe(true);
  expect(seen).toEqual(['c:get(k)', 'c:acquire(k)', 'c:extend(other)']);
});

test('a spy writes calls down, and forgets them when asked to', async () => {
  const { provider, calls, forget } = spy(simpleStore());
  const store = await provider.open(context);
  await store.put('k', { version: 'v', data: 1 }, { expiresAt: Infinity });
  await store.get('k');
  expect(calls().map(({ method, args }) => [method, args[0]])).toEqual([
    ['put', 'k'],
    ['get', 'k'],
  ]);
  expect(calls('get')).toHaveLength(1);
  forget();
  expect(calls()).toEqual([]);
});

test('chaos fails, loses and hangs calls as it is told, and counts as a network', async () => {
  let fault: 'fail' | 'lose' | 'hang' | undefined = 'fail';
  const { provider, calls } = spy(simpleStore());
  const wild = chaos(provider, () => ({ fault }), clock);
  expect(wild.traits.scope).toBe('shared');
  const store = wild.kind === 'store' ? await wild.open(context) : undefined;
  const put = async () => store?.put('k', { version: 'v', data: 1 }, { expiresAt: Infinity });
  const codeOf = async (call: Promise<unknown>): Promise<unknown> =>
    call.catch((error: unknown) => isCacheError(error) && error.code);

  expect(await codeOf(put())).toBe('UNAVAILABLE');
  expect(calls('put')).toHaveLength(0);
  fault = 'lose';
  expect(await codeOf(put())).toBe('UNKNOWN_OUTCOME');
  expect(calls('put')).toHaveLength(1);
  expect(await codeOf(Promise.resolve(store?.get('k')))).toBe('UNAVAILABLE');
  fault = 'hang';
  let settled = false;
  void put().finally(() => (settled = true));
  await settle();
  expect([settled, calls('put').length]).toEqual([false, 1]);
  await store?.close();
  fault = undefined;
  expect(await store?.get('k')).toMatchObject({ data: 1 });
});

test('chaos delays a call before its effect and again before its answer', async () => {
  const { provider, calls } = spy(simpleStore());
  const wild = chaos(provider, () => ({ delay: 10 }), clock);
  const store = wild.kind === 'store' ? await wild.open(context) : undefined;
  let answered = false;
  void Promise.resolve(store?.get('k')).then(() => (answered = true));
  await clock.pass(9);
  expect(calls('get')).toHaveLength(0);
  await clock.pass(1);
  expect([calls('get').length, answered]).toEqual([1, false]);
  await clock.pass(10);
  expect(answered).toBe(true);
});

test('weather at random is the same for the same seed, and as likely as it is told to be', () => {
  const forecast = (seed: number) => {
    const weather = randomWeather({ random: seededRandom(seed), delay: 5, fail: 0.1, lose: 0.2, hang: 0.3 });
    return Array.from({ length: 1_000 }, () => weather({ space: '', method: 'get', args: [] }));
  };
  const once = forecast(7);
  expect(forecast(7)).toEqual(once);
  expect(forecast(8)).not.toEqual(once);
  const share = (fault: string): number => once.filter((each) => each?.fault === fault).length / 1_000;
  expect(share('fail')).toBeCloseTo(0.1, 1);
  expect(share('lose')).toBeCloseTo(0.2, 1);
  expect(share('hang')).toBeCloseTo(0.3, 1);
  expect(new Set(once.map((each) => each?.delay))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
});

test('the null provider forgets everything and still lets one loader run for a key', async () => {
  const manager = createManager({ providers: [nullProvider()], clock });
  const cache = manager.cache<number>('c');
  await cache.set('k', 1, { tags: ['t'] });
  expect(await cache.get('k')).toBeUndefined();
  expect(await cache.setIfNotExists('k', 1)).toBe(true);
  expect(await cache.setIfExists('k', 1)).toBe(false);
  expect(await cache.update('k', (n) => (n ?? 0) + 1)).toBe(1);
  expect(await cache.increment('k', 5)).toBe(5);
  expect((await cache.getByIndex('any', 'term')).size).toBe(0);
  let running = 0;
  let most = 0;
  const load = async (): Promise<number> => {
    running += 1;
    most = Math.max(most, running);
    await settle();
    running -= 1;
    return 7;
  };
  expect(await Promise.all([1, 2, 3].map(() => cache.getOrSet('k', load)))).toEqual([7, 7, 7]);
  expect(most).toBe(1);
  expect((await cache.stats()).entries).toBe(0);
  await manager.close();
});

test('the null provider ends leases as a provider must', async () => {
  const engine = await nullEngine();
  const ends: readonly (() => unknown)[] = [
    () => engine.write('k', write, undefined),
    () => engine.remove('k'),
    () => engine.take('k'),
    () => engine.count('k', { delta: 1, version: 'v', life: { ttl: 1_000, grace: 0 }, renew: false }),
    () => engine.expire('k'),
    () => engine.clear(),
    () => engine.invalidateTags(['t']),
    () => engine.removeByTerm('i=t'),
    () => engine.removeByPattern({ glob: '*', prefix: '', matches: () => true }),
  ];
  for (const [at, end] of ends.entries()) {
    expect(engine.acquire('k', { token: `a${at}`, ...request })).toMatchObject({ status: 'lead' });
    await end();
    expect(engine.commit('k', `a${at}`, write)).toBe('overtaken');
  }
  expect(engine.acquire('k', { token: 'b', ...request })).toMatchObject({ status: 'lead' });
  expect(engine.commit('k', 'b', write)).toBe('stored');
});

test('traits that a wrapper changes are those of the wrapped provider otherwise', () => {
  const traits: EngineTraits = nullProvider().traits;
  const provider: EngineProvider = intercept(nullProvider(), (_, run) => run(), { durable: true });
  expect(provider.traits).toEqual({ ...traits, durable: true });
});
