/** Close: it ends everything that waits, and leaves nothing behind. */
import { isCacheError } from '../../errors.ts';
import { chaos } from '../../testing/chaos.ts';
import type { Provider } from '../../provider.ts';
import { gate } from '../../testing/gate.ts';
import { intercept } from '../../testing/intercept.ts';
import { demand, equal, rejection, rejectsWith } from '../assert.ts';
import type { Case, Group } from '../group.ts';
import type { Harness, KitCache } from '../harness.ts';
import { holdLoad } from '../held-load.ts';

type Things = KitCache<number>;

const CALLS: Readonly<Record<string, (cache: Things) => Promise<unknown>>> = {
  get: (cache) => cache.get('k'),
  getEntry: (cache) => cache.getEntry('k'),
  getMetadata: (cache) => cache.getMetadata('k'),
  has: (cache) => cache.has('k'),
  set: (cache) => cache.set('k', 2),
  setIfNotExists: (cache) => cache.setIfNotExists('k', 2),
  setIfExists: (cache) => cache.setIfExists('k', 2),
  compareAndSet: (cache) => cache.compareAndSet('k', 'v', 2),
  delete: (cache) => cache.delete('k'),
  getAndDelete: (cache) => cache.getAndDelete('k'),
  touch: (cache) => cache.touch('k'),
  expire: (cache) => cache.expire('k'),
  getOrSet: (cache) => cache.getOrSet('k', () => 2),
  update: (cache) => cache.update('k', () => 2),
  increment: (cache) => cache.increment('k'),
  decrement: (cache) => cache.decrement('k'),
  getMany: (cache) => cache.getMany(['k']),
  setMany: (cache) => cache.setMany([['k', 2]]),
  deleteMany: (cache) => cache.deleteMany(['k']),
  getOrSetMany: (cache) => cache.getOrSetMany(['k'], () => new Map()),
  invalidateTags: (cache) => cache.invalidateTags(['t']),
  getByIndex: (cache) => cache.getByIndex('i', 't'),
  deleteByIndex: (cache) => cache.deleteByIndex('i', 't'),
  addIndex: (cache) => cache.addIndex('i', '*', 't'),
  removeIndex: (cache) => cache.removeIndex('i', '*', 't'),
  deleteByPattern: (cache) => cache.deleteByPattern('*'),
  keys: async (cache) => {
    for await (const key of cache.keys()) demand(key === 'k', `keys gave '${key}'`);
  },
  clear: (cache) => cache.clear(),
  warm: (cache) => cache.warm([['k', 2]]),
  stats: (cache) => cache.stats(),
  ready: (cache) => cache.ready(),
};

/** Every way to close a cache. */
const CLOSINGS: Readonly<Record<string, (h: Harness, cache: Things) => Promise<void>>> = {
  'the cache': (_, cache) => cache.close(),
  'the cache by `await using`': (_, cache) => cache[Symbol.asyncDispose](),
  'the manager': (h) => h.close(),
};

export const close: Group = {
  name: 'close',
  guarantee:
    'Closing rejects what waits with CLOSED, aborts loaders, is bounded in time, and leaves no timer, listener or waiter; entries stay.',
  cases: [
    ...Object.entries(CLOSINGS).map(([what, end]): Case => ({
      name: `G13: after closing ${what} every operation rejects with CLOSED`,
      async run(h) {
        const cache = h.cache<number>();
        const unused = h.cache<number>({}, 'unused');
        await cache.set('k', 1);
        const below = cache.namespace('n');
        await below.set('k', 1);
        await end(h, cache);
        for (const [operation, call] of Object.entries(CALLS))
          await rejectsWith('CLOSED', call(cache), operation);
        await rejectsWith('CLOSED', below.get('k'), 'get of a namespace');
        if (what === 'the manager')
          await rejectsWith('CLOSED', unused.get('k'), 'get of a cache that was never used');
        equal((await cache.health()).status, 'down', 'health');
        await end(h, cache);
      },
    })),
    {
      name: 'G13: closing rejects callers who wait for a load, and the loader hears of it',
      async run(h) {
        const cache = h.cache<number>();
        const joined = h.watch(cache, 'join');
        const load = await holdLoad(cache, 'k');
        const others = [1, 2, 3].map((n) =>
          rejection(
            cache.getOrSet('k', () => n),
            `caller ${n}`,
          ),
        );
        await joined.arrivals(3);
        await cache.close();
        for (const error of [
          await rejection(load.result, 'the caller who began'),
          ...(await Promise.all(others)),
        ]) {
          demand(isCacheError(error, 'CLOSED'), 'a waiting caller was not rejected with CLOSED');
        }
        equal(load.signal.aborted, true, "the loader's signal");
        load.finish(1);
        await h.settle();
        equal(await h.peer().cache<number>().get('k'), undefined, 'get of what the loader gave later');
      },
    },
    {
      name: 'G13: closing rejects callers who wait for a load of another process',
      async run(h) {
        const leader = h.peer().cache<number>();
        const cache = h.cache<number>();
        const joined = h.watch(cache, 'join');
        const load = await holdLoad(leader, 'k');
        const waiting = rejection(
          cache.getOrSet('k', () => 2),
          'the waiting caller',
        );
        await joined.arrivals();
        await cache.close();
        demand(isCacheError(await waiting, 'CLOSED'), 'the waiting caller was not rejected with CLOSED');
        equal(load.signal.aborted, false, 'the signal of the loader, which others wait for');
        load.finish(1);
        equal(await load.result, 1, 'the caller who began');
        equal(await leader.get('k'), 1, 'get');
      },
    },
    {
      name: 'G13: closing rejects updates that wait',
      async run(h) {
        const cache = h.cache<number>();
        const door = gate();
        const running = rejection(
          cache.update('k', async () => {
            await door.pass();
            return 1;
          }),
          'the update that runs',
        );
        await door.arrivals();
        const waiting = [1, 2].map((n) =>
          rejection(
            cache.update('k', () => n),
            `update ${n}`,
          ),
        );
        await h.settle();
        await cache.close();
        for (const error of await Promise.all(waiting))
          demand(isCacheError(error, 'CLOSED'), 'a waiting update was not rejected with CLOSED');
        demand(isCacheError(await running, 'CLOSED'), 'the running update was not rejected with CLOSED');
        door.open();
        await h.settle();
        equal(await h.peer().cache<number>().get('k'), undefined, 'get of what the updater gave later');
      },
    },
    {
      name: 'G13: closing rejects callers who queue for a place among the loaders',
      async run(h) {
        const cache = h.cache<number>({ loaders: 1 });
        const load = await holdLoad(cache, 'first');
        let ran = false;
        const queued = rejection(
          cache.getOrSet('second', () => {
            ran = true;
            return 2;
          }),
          'the queueing caller',
        );
        await h.settle();
        await cache.close();
        demand(isCacheError(await queued, 'CLOSED'), 'the queueing caller was not rejected with CLOSED');
        load.finish(1);
        await h.settle();
        equal(ran, false, 'whether the queueing loader ran');
      },
    },
    {
      name: 'G13: entries stay where the provider keeps them when a cache is closed',
      async run(h) {
        const other = h.peer().cache<number>();
        const first = h.peer();
        await first.cache<number>().set('k', 1, { tags: ['t'] });
        await first.close();
        equal(await other.get('k'), 1, 'get in another process');
        equal(await h.cache<number>().get('k'), 1, 'get in a process that opens it later');
        await other.invalidateTags(['t']);
        equal(await h.cache<number>().get('k'), undefined, 'get after its tag was invalidated');
      },
    },
    {
      name: 'G13: a cache that is closed and opened again goes on',
      async run(h) {
        // Somebody stays: entries that live in the process may go with the last cache that uses them.
        const stays = h.peer().cache<number>();
        await stays.ready();
        for (let n = 0; n < 5; n += 1) {
          const process = h.peer();
          const cache = process.cache<number>();
          equal(await cache.increment('k'), n + 1, `increment in process ${n}`);
          await process.close();
        }
      },
    },
    {
      name: 'G13: many short lives of caches leave nothing behind',
      async run(h) {
        for (let n = 0; n < 50; n += 1) {
          const process = h.peer();
          const cache = process.cache<number>({ ttl: '5m' });
          cache.on('hit', () => undefined);
          await cache.set('k', n);
          await cache.getOrSet('l', () => n);
          const held = await holdLoad(cache, `held ${n}`);
          await process.close();
          await rejectsWith('CLOSED', held.result, 'the load that was under way');
        }
        // The harness counts the timers that are left.
      },
    },
    {
      name: 'G10: close is bounded when the provider does not answer',
      async run(h) {
        let silent = false;
        const process = h.peer((provider) =>
          chaos(provider, () => (silent ? { fault: 'hang' } : undefined), h.clock),
        );
        const cache = process.cache<number>({ deadline: 2 * h.unit });
        await cache.set('k', 1);
        const held = await holdLoad(cache, 'held');
        silent = true;
        const waiting = [cache.set('k', 2), cache.increment('n'), cache.update('u', () => 1)].map((call) =>
          rejection(call, 'a waiting call'),
        );
        await h.settle();
        const closing = process.close();
        await h.passUntil(closing);
        await closing;
        await rejection(held.result, 'the load');
        await h.passUntil(Promise.all(waiting));
        await Promise.all(waiting);
      },
    },
    {
      name: 'G13: what the provider answers after the cache was closed begins nothing any more',
      async run(h) {
        let isHeld = false;
        const door = gate();
        const process = h.peer((provider) =>
          intercept<Provider>(
            provider,
            async (call, run) => {
              if (isHeld && call.method !== 'close') await door.pass();
              return run();
            },
            provider.kind === 'engine' ? { synchronous: false } : {},
          ),
        );
        const cache = process.cache<number>();
        await cache.has('k');
        isHeld = true;
        let ran = 0;
        const count = (): number => (ran += 1);
        const calls = [
          cache.getOrSet('a', count),
          cache.update('b', count),
          cache.getOrSetMany(['c'], () => new Map([['c', count()]])),
        ];
        const outcomes = Promise.allSettled(calls);
        await door.arrivals(3);
        await process.close();
        door.open();
        await outcomes;
        await h.settle();
        equal(ran, 0, 'loaders and updaters that ran');
        equal((await h.peer().cache<number>().getMany(['a', 'b', 'c'])).size, 0, 'entries that were stored');
      },
    },
    {
      name: 'G13: a cache can be closed before it was used, and while it opens',
      async run(h) {
        const unused = h.cache<number>({}, 'unused');
        await unused.close();
        const opening = h.cache<number>({}, 'opening');
        const call = opening.get('k').catch((error: unknown) => error);
        await opening.close();
        const answer = await call;
        demand(answer === undefined || isCacheError(answer, 'CLOSED'), `the call gave ${String(answer)}`);
      },
    },
  ],
};
