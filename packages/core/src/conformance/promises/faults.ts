/** Faults: a provider that is away, or does not answer. */
import type { CacheErrorCode } from '../../errors.ts';
import type { Provider } from '../../provider.ts';
import type { Weather } from '../../testing/chaos.ts';
import { intercept } from '../../testing/intercept.ts';
import { demand, equal, rejection } from '../assert.ts';
import type { Case, Group } from '../group.ts';
import type { KitCache } from '../harness.ts';
import { holdLoad } from '../held-load.ts';
import { hasCode, stormy } from '../storm.ts';
import { breakerCases } from './circuit-breaker.ts';

type Numbers = KitCache<number>;

/** Operations that must not pretend to have happened. */
const WRITES: Readonly<Record<string, (cache: Numbers) => Promise<unknown>>> = {
  set: (cache) => cache.set('k', 2),
  setIfNotExists: (cache) => cache.setIfNotExists('n', 2),
  setIfExists: (cache) => cache.setIfExists('k', 2),
  compareAndSet: (cache) => cache.compareAndSet('k', 'v', 2),
  delete: (cache) => cache.delete('k'),
  getAndDelete: (cache) => cache.getAndDelete('k'),
  touch: (cache) => cache.touch('k'),
  expire: (cache) => cache.expire('k'),
  update: (cache) => cache.update('k', (n) => (n ?? 0) + 1),
  increment: (cache) => cache.increment('k'),
  decrement: (cache) => cache.decrement('k'),
  setMany: (cache) => cache.setMany([['k', 2]]),
  deleteMany: (cache) => cache.deleteMany(['k']),
  invalidateTags: (cache) => cache.invalidateTags(['t']),
  clear: (cache) => cache.clear(),
  'getByIndex, which must not look like an empty group,': (cache) => cache.getByIndex('all', 'term'),
  deleteByIndex: (cache) => cache.deleteByIndex('all', 'term'),
  deleteByPattern: (cache) => cache.deleteByPattern('*'),
  keys: async (cache) => {
    for await (const key of cache.keys()) demand(key === 'k', `keys gave '${key}'`);
  },
};

const READS: Readonly<
  Record<
    string,
    {
      readonly call: (cache: Numbers, onFailure?: 'open' | 'throw') => Promise<unknown>;
      readonly miss: unknown;
    }
  >
> = {
  get: { call: (cache, onFailure) => cache.get('k', { onFailure }), miss: undefined },
  getEntry: { call: (cache, onFailure) => cache.getEntry('k', { onFailure }), miss: undefined },
  getMetadata: { call: (cache, onFailure) => cache.getMetadata('k', { onFailure }), miss: undefined },
  has: { call: (cache, onFailure) => cache.has('k', { onFailure }), miss: false },
  getMany: { call: (cache, onFailure) => cache.getMany(['k', 'l'], { onFailure }), miss: new Map() },
  getOrSet: { call: (cache, onFailure) => cache.getOrSet('k', () => 7, { onFailure }), miss: 7 },
};

/** How a provider is in trouble, and what a write may say of it. */
const TROUBLES: Readonly<
  Record<string, { readonly weather: Weather; readonly codes: readonly CacheErrorCode[] }>
> = {
  'is away': { weather: { fault: 'fail' }, codes: ['UNAVAILABLE'] },
  'does not answer': {
    weather: { fault: 'hang' },
    codes: ['UNKNOWN_OUTCOME', 'DEADLINE_EXCEEDED', 'UNAVAILABLE'],
  },
};

export const faults: Group = {
  name: 'faults',
  guarantee:
    'With a provider that is away or silent, reads fail open within the deadline, writes reject with a typed error, and nothing hangs; one that stays so is left alone.',
  cases: [
    ...Object.entries(TROUBLES).flatMap(([trouble, how]) => casesOf(trouble, how)),
    ...breakerCases,
    {
      name: 'G10: an answer that does not come within the deadline is told, with the operation that waited for it',
      async run(h) {
        const { cache, storm } = stormy(h);
        const told: unknown[] = [];
        cache.on('late', (payload) => void told.push(payload));
        await cache.set('k', 1);
        storm({ fault: 'hang' });
        const calls = Promise.allSettled([cache.set('k', 2), cache.getMetadata('k')]);
        await h.passUntil(calls);
        equal(
          told,
          [
            { operation: 'set', key: 'k' },
            { operation: 'getMetadata', key: 'k' },
          ],
          'what was told',
        );
      },
    },
    {
      name: 'G10: a load that fails while the provider is away rejects with its own error',
      async run(h) {
        const { cache, storm } = stormy(h);
        const own = new Error('of the loader');
        const load = await holdLoad(cache, 'k');
        storm({ fault: 'fail' });
        load.fail(own);
        await h.passUntil(load.result);
        demand((await rejection(load.result, 'the call')) === own, 'the call rejected with another error');
        const next = rejection(
          cache.getOrSet('l', () => Promise.reject(own)),
          'a load without the provider',
        );
        await h.passUntil(next);
        demand((await next) === own, 'a load without the provider rejected with another error');
      },
    },
    {
      name: 'G10: a provider that fails with an error of its own kind fails the call with it, and hangs nobody',
      async run(h) {
        const odd = new Error('out of disk');
        let broken = false;
        const process = h.peer((provider) => failing(provider, () => (broken ? odd : undefined)));
        const cache = process.cache<number>();
        await cache.set('k', 1);
        broken = true;
        for (const call of [
          () => cache.set('k', 2),
          () => cache.delete('k'),
          () => cache.increment('k'),
          () => cache.update('k', () => 2),
        ]) {
          const rejected = rejection(call(), 'a write');
          await h.passUntil(rejected);
          await rejected;
        }
        broken = false;
        equal(await cache.get('k'), 1, 'get');
      },
    },
    {
      name: 'G10: a provider that cannot be opened rejects what needs it, and the next attempt is made anew',
      async run(h) {
        let broken = true;
        const process = h.peer(
          (provider) =>
            new Proxy(provider, {
              get: (target, property) =>
                property === 'open' && broken
                  ? () => Promise.reject(new Error('cannot be opened'))
                  : (Reflect.get(target, property, target) as unknown),
            }),
        );
        const cache = process.cache<number>();
        await rejection(cache.ready(), 'ready');
        await rejection(cache.set('k', 1), 'set');
        broken = false;
        await cache.set('k', 1);
        equal(await cache.get('k'), 1, 'get');
      },
    },
  ],
};

/** What must hold in one kind of trouble. */
function casesOf(trouble: string, { weather, codes }: (typeof TROUBLES)[string]): readonly Case[] {
  return [
    ...Object.entries(READS).map(([operation, { call, miss }]): Case => ({
      name: `G10: when the provider ${trouble}, ${operation} fails open within the deadline, and says so`,
      async run(h) {
        const { cache, storm } = stormy(h);
        await cache.set('k', 1);
        const errors = h.watch(cache, 'error');
        storm(weather);
        const answer = call(cache);
        const started = h.clock.now();
        await h.passUntil(answer);
        equal(await answer, miss, operation);
        demand(
          !h.exactTime || h.clock.now() - started <= 20 * h.unit,
          `it took ${h.clock.now() - started} ms`,
        );
        demand(errors.arrived > 0, 'no error was told');
        storm({});
        demand((await cache.stats()).errors > 0, 'no error was counted');
      },
    })),
    ...Object.entries(READS).map(([operation, { call }]): Case => ({
      name: `G10: when the provider ${trouble}, ${operation} with onFailure 'throw' rejects`,
      async run(h) {
        const { cache, storm } = stormy(h);
        const strict = stormy(h, { onFailure: 'throw' });
        await cache.set('k', 1);
        await strict.cache.get('k');
        storm(weather);
        strict.storm(weather);
        for (const rejected of [call(cache, 'throw'), call(strict.cache)].map((answer) =>
          rejection(answer, operation),
        )) {
          await h.passUntil(rejected);
          hasCode(await rejected, [...codes, 'PARTIAL_FAILURE'], operation);
        }
        const open = call(strict.cache, 'open');
        await h.passUntil(open);
        await open;
      },
    })),
    ...Object.entries(WRITES).map(([operation, call]): Case => ({
      name: `G10: when the provider ${trouble}, ${operation} rejects with a typed error within the deadline`,
      needs: ({ indexes, scans }) =>
        /Index|Pattern|keys/.test(operation) && !(indexes && scans)
          ? "the provider lacks the trait 'indexes' or 'scans'"
          : undefined,
      async run(h) {
        const { cache, storm } = stormy(h);
        await cache.set('k', 1, { tags: ['t'] });
        storm(weather);
        const rejected = rejection(call(cache), operation);
        await h.passUntil(rejected);
        hasCode(await rejected, [...codes, 'PARTIAL_FAILURE'], operation);
        storm({});
        // Nothing was executed, so nothing has changed.
        equal(await cache.get('k'), 1, 'get when the provider is back');
      },
    })),
    {
      name: `G10: when the provider ${trouble}, callers of this process still share a load, and its outcome`,
      async run(h) {
        const { cache, storm } = stormy(h);
        await cache.has('k');
        storm(weather);
        let runs = 0;
        const { promise, resolve } = Promise.withResolvers<number>();
        const calls = Array.from({ length: 5 }, () =>
          cache.getOrSet('k', () => {
            runs += 1;
            return promise;
          }),
        );
        for (let step = 0; step < 40; step += 1) await h.pass(h.unit / 4);
        resolve(5);
        await h.passUntil(Promise.all(calls));
        equal(await Promise.all(calls), [5, 5, 5, 5, 5], 'what the calls got');
        equal(runs, 1, 'runs of the loader');
      },
    },
    {
      name: `G10: a provider that ${trouble} when a load is stored costs nobody the value`,
      async run(h) {
        const { cache, storm } = stormy(h);
        const joined = h.watch(cache, 'join');
        const load = await holdLoad(cache, 'k');
        const other = cache.getOrSet('k', () => 8);
        await joined.arrivals();
        storm(weather);
        load.finish(7);
        await h.passUntil(Promise.all([load.result, other]));
        equal(await load.result, 7, 'the call that began');
        demand([7, 8].includes(await other), 'the call that joined got neither its own nor the shared value');
      },
    },
    {
      name: `G10: health tells that the provider ${trouble}, and does not reject`,
      async run(h) {
        const { cache, storm } = stormy(h);
        const strict = stormy(h, { onFailure: 'throw' });
        equal((await cache.health()).status, 'ok', 'the status before');
        await strict.cache.get('k');
        storm(weather);
        strict.storm(weather);
        const reports = [cache.health(), strict.cache.health()];
        await h.passUntil(Promise.all(reports));
        const [open, closed] = await Promise.all(reports);
        equal(open?.status, 'degraded', 'the status of a cache whose reads fail open');
        equal(closed?.status, 'down', 'the status of a cache whose calls fail');
        demand(open?.error !== undefined, 'the error is not told');
      },
    },
    {
      name: `G10: when a provider that ${trouble} is back, everything goes on`,
      async run(h) {
        const { cache, storm } = stormy(h);
        await cache.set('k', 1);
        storm(weather);
        const during = [
          cache.get('k'),
          cache.getOrSet('k', () => 7),
          rejection(cache.increment('k'), 'increment'),
        ];
        await h.passUntil(Promise.all(during));
        await Promise.all(during);
        storm({});
        equal(await cache.get('k'), 1, 'get');
        equal(await cache.increment('k'), 2, 'increment');
        equal(await cache.getOrSet('l', () => 3), 3, 'getOrSet');
        equal(await cache.get('l'), 3, 'get of what was loaded');
      },
    },
  ];
}

/** The same provider, whose calls fail with what `why` gives. */
function failing(provider: Provider, why: () => Error | undefined): Provider {
  return intercept<Provider>(provider, (_, run) => {
    const error = why();
    if (error !== undefined) throw error;
    return run();
  });
}
