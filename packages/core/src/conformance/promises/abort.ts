/** Abort: a caller may leave at any time, alone. */
import { chaos } from '../../testing/chaos.ts';
import { gate } from '../../testing/gate.ts';
import { demand, equal, rejection } from '../assert.ts';
import type { Case, Group } from '../group.ts';
import type { KitCache } from '../harness.ts';
import { holdLoad } from '../held-load.ts';
import { show } from '../show.ts';

const reason = new Error('the caller has left');

/** Every operation, with a signal. */
const CALLS: Readonly<Record<string, (cache: KitCache<number>, signal: AbortSignal) => Promise<unknown>>> = {
  get: (cache, signal) => cache.get('k', { signal }),
  getEntry: (cache, signal) => cache.getEntry('k', { signal }),
  getMetadata: (cache, signal) => cache.getMetadata('k', { signal }),
  has: (cache, signal) => cache.has('k', { signal }),
  set: (cache, signal) => cache.set('k', 2, { signal }),
  setIfNotExists: (cache, signal) => cache.setIfNotExists('n', 2, { signal }),
  setIfExists: (cache, signal) => cache.setIfExists('k', 2, { signal }),
  compareAndSet: (cache, signal) => cache.compareAndSet('k', 'v', 2, { signal }),
  delete: (cache, signal) => cache.delete('k', { signal }),
  getAndDelete: (cache, signal) => cache.getAndDelete('k', { signal }),
  touch: (cache, signal) => cache.touch('k', '2h', { signal }),
  expire: (cache, signal) => cache.expire('k', { signal }),
  getOrSet: (cache, signal) => cache.getOrSet('n', () => 2, { signal }),
  'getOrSet of a present key': (cache, signal) => cache.getOrSet('k', () => 2, { signal }),
  update: (cache, signal) => cache.update('k', () => 2, { signal }),
  increment: (cache, signal) => cache.increment('k', 1, { signal }),
  decrement: (cache, signal) => cache.decrement('k', 1, { signal }),
  getMany: (cache, signal) => cache.getMany(['k'], { signal }),
  setMany: (cache, signal) => cache.setMany([['k', 2]], { signal }),
  deleteMany: (cache, signal) => cache.deleteMany(['k'], { signal }),
  getOrSetMany: (cache, signal) => cache.getOrSetMany(['n'], () => new Map([['n', 2]]), { signal }),
  invalidateTags: (cache, signal) => cache.invalidateTags(['t'], { signal }),
  clear: (cache, signal) => cache.clear({ signal }),
  'warm with pairs': (cache, signal) => cache.warm([['k', 2]], { signal }),
  'warm with a loader': (cache, signal) => cache.warm(['n'], () => new Map([['n', 2]]), { signal }),
};

/** The operations that need a trait. */
const TRAIT_CALLS: Readonly<
  Record<string, (cache: KitCache<number>, signal: AbortSignal) => Promise<unknown>>
> = {
  getByIndex: (cache, signal) => cache.getByIndex('all', 'term', { signal }),
  deleteByIndex: (cache, signal) => cache.deleteByIndex('all', 'term', { signal }),
  addIndex: (cache, signal) => cache.addIndex('manual', '*', 'term', { signal }),
  removeIndex: (cache, signal) => cache.removeIndex('manual', '*', 'term', { signal }),
  deleteByPattern: (cache, signal) => cache.deleteByPattern('*', { signal }),
  keys: async (cache, signal) => {
    for await (const key of cache.keys('*', { signal })) demand(key === 'k', `keys gave '${key}'`);
  },
};

export const abort: Group = {
  name: 'abort',
  guarantee:
    "A caller whose signal fires leaves at once, with the signal's reason, and nobody else notices; a loader's signal fires when its last caller has left.",
  cases: [
    ...Object.entries({ ...CALLS, ...TRAIT_CALLS }).map(([how, call]): Case => ({
      name: `G3: ${how} with a signal that has fired rejects with its reason and does nothing`,
      needs: ({ indexes, scans }) =>
        how in CALLS || (indexes && scans) ? undefined : "the provider lacks the trait 'indexes' or 'scans'",
      async run(h) {
        const cache = h.cache<number>();
        await cache.set('k', 1, { tags: ['t'] });
        const before = await cache.getEntry('k');
        demand(
          (await rejection(call(cache, AbortSignal.abort(reason)), how)) === reason,
          'the call rejected with something else',
        );
        equal(await cache.getEntry('k'), before, 'the entry');
        equal(await cache.has('n'), false, 'whether another key was stored');
      },
    })),
    ...Object.entries(CALLS).map(([how, call]): Case => ({
      name: `G10: ${how} can be left while the provider does not answer`,
      async run(h) {
        let silent = false;
        const cache = h
          .peer((provider) => chaos(provider, () => (silent ? { fault: 'hang' } : undefined), h.clock))
          .cache<number>();
        await cache.set('k', 1);
        silent = true;
        const controller = new AbortController();
        const left = rejection(call(cache, controller.signal), how);
        await h.settle();
        controller.abort(reason);
        const error = await left;
        demand(error === reason, `the call rejected with ${show(error)}`);
      },
    })),
    {
      name: 'G3: of callers that share a load one leaves, the others get the value',
      async run(h) {
        const cache = h.cache<string>();
        const joined = h.watch(cache, 'join');
        const controller = new AbortController();
        const load = await holdLoad(cache, 'k');
        const leaving = cache.getOrSet('k', () => 'again', { signal: controller.signal });
        const staying = cache.getOrSet('k', () => 'again');
        await joined.arrivals(2);
        controller.abort(reason);
        demand(
          (await rejection(leaving, 'the caller who left')) === reason,
          'the caller who left got another error',
        );
        equal(load.signal.aborted, false, "the loader's signal");
        load.finish('loaded');
        equal([await load.result, await staying], ['loaded', 'loaded'], 'what the others got');
        equal(await cache.get('k'), 'loaded', 'get');
      },
    },
    {
      name: 'G3: the caller who began a load leaves, those who joined get the value',
      async run(h) {
        const cache = h.cache<string>();
        const joined = h.watch(cache, 'join');
        const controller = new AbortController();
        const load = await holdLoad(cache, 'k', { signal: controller.signal });
        const others = [1, 2, 3].map(() => cache.getOrSet('k', () => 'again'));
        await joined.arrivals(3);
        controller.abort(reason);
        demand(
          (await rejection(load.result, 'the caller who began')) === reason,
          'the caller who began got another error',
        );
        equal(load.signal.aborted, false, "the loader's signal");
        load.finish('loaded');
        equal(await Promise.all(others), ['loaded', 'loaded', 'loaded'], 'what the others got');
        equal(await cache.get('k'), 'loaded', 'get');
      },
    },
    {
      name: "G3: when the last caller has left the loader's signal fires, and the next caller loads again",
      async run(h) {
        const cache = h.cache<string>();
        const joined = h.watch(cache, 'join');
        const [one, two] = [new AbortController(), new AbortController()];
        const load = await holdLoad(cache, 'k', { signal: one.signal });
        const other = cache.getOrSet('k', () => 'again', { signal: two.signal });
        other.catch(() => undefined);
        await joined.arrivals();
        one.abort(reason);
        equal(load.signal.aborted, false, "the loader's signal while one is left");
        two.abort(reason);
        await rejection(other, 'the other caller');
        equal(load.signal.aborted, true, "the loader's signal when the last has left");
        const next = cache.getOrSet('k', () => 'new');
        await h.passUntil(next);
        equal(await next, 'new', 'the next caller');
        load.finish('too late');
        await h.settle();
        equal(await cache.get('k'), 'new', 'get');
      },
    },
    {
      name: 'G3: what a loader gives after everybody left is not stored',
      async run(h) {
        const cache = h.cache<string>();
        const controller = new AbortController();
        const load = await holdLoad(cache, 'k', { signal: controller.signal });
        controller.abort(reason);
        await rejection(load.result, 'the caller');
        load.finish('nobody wants it');
        await h.settle();
        equal(await cache.get('k'), undefined, 'get');
      },
    },
    {
      name: 'G3: a loader that fails after everybody left troubles nobody',
      async run(h) {
        const cache = h.cache<string>();
        const controller = new AbortController();
        const load = await holdLoad(cache, 'k', { signal: controller.signal });
        controller.abort(reason);
        await rejection(load.result, 'the caller');
        load.fail(new Error('nobody hears it'));
        await h.settle();
        equal(await cache.getOrSet('k', () => 'new'), 'new', 'the next caller');
      },
    },
    {
      name: 'G3: a caller who waits for a load in another process leaves alone',
      async run(h) {
        const cache = h.cache<string>();
        const other = h.peer().cache<string>();
        const joined = h.watch(other, 'join');
        const controller = new AbortController();
        const load = await holdLoad(cache, 'k');
        const leaving = other.getOrSet('k', () => 'again', { signal: controller.signal });
        const staying = other.getOrSet('k', () => 'again');
        await joined.arrivals(2);
        controller.abort(reason);
        demand(
          (await rejection(leaving, 'the caller who left')) === reason,
          'the caller who left got another error',
        );
        equal(load.signal.aborted, false, "the loader's signal");
        load.finish('loaded');
        await h.passUntil(staying);
        equal(await staying, 'loaded', 'what the other got');
      },
    },
    {
      name: 'G3: the loader of a batch is told when nobody wants any of its keys any more',
      async run(h) {
        const cache = h.cache<string>();
        const controller = new AbortController();
        const begun = gate();
        let signal: AbortSignal | undefined;
        const many = cache.getOrSetMany(
          ['a', 'b'],
          (_, context) => {
            signal = context.signal;
            void begun.pass();
            return new Promise(() => undefined);
          },
          { signal: controller.signal },
        );
        const outcome = many.then(
          () => undefined,
          () => undefined,
        );
        await begun.arrivals();
        equal(signal?.aborted, false, "the loader's signal before");
        controller.abort(reason);
        await outcome;
        equal(signal?.aborted, true, "the loader's signal when the caller has left");
      },
    },
    {
      name: 'G3: a caller who queues for a place among the loaders can leave the queue',
      async run(h) {
        const cache = h.cache<string>({ loaders: 1 });
        const controller = new AbortController();
        const load = await holdLoad(cache, 'first');
        let ran = false;
        const queued = cache.getOrSet(
          'second',
          () => {
            ran = true;
            return 'second';
          },
          { signal: controller.signal },
        );
        const left = rejection(queued, 'the caller who left');
        await h.settle();
        controller.abort(reason);
        demand((await left) === reason, 'the caller who left got another error');
        load.finish('loaded');
        await load.result;
        await h.settle();
        equal(ran, false, 'whether the loader that nobody wants ran');
        equal(await cache.getOrSet('second', () => 'new'), 'new', 'the next caller');
      },
    },
    {
      name: 'G5: a caller leaves an update that runs or waits, the updates of others are done',
      async run(h) {
        const cache = h.cache<number>();
        const controller = new AbortController();
        const door = gate();
        const first = cache.update('k', async (n) => {
          await door.pass();
          return (n ?? 0) + 1;
        });
        await door.arrivals();
        let ran = false;
        const leaving = cache.update(
          'k',
          (n) => {
            ran = true;
            return (n ?? 0) + 100;
          },
          { signal: controller.signal },
        );
        const left = rejection(leaving, 'the caller who left');
        const last = cache.update('k', (n) => (n ?? 0) + 10);
        await h.settle();
        controller.abort(reason);
        demand((await left) === reason, 'the caller who left got another error');
        door.open();
        await Promise.all([first, last]);
        equal(ran, false, 'whether the updater of the caller who left ran');
        equal(await cache.get('k'), 11, 'get');
      },
    },
    {
      name: 'G13: a signal that fires when the call is done changes nothing, and nothing listens to it any more',
      async run(h) {
        const cache = h.cache<number>();
        const { signal, listeners, abortNow } = countedSignal(reason);
        await cache.set('k', 1);
        for (const call of Object.values(CALLS)) await call(cache, signal).catch(() => undefined);
        equal(listeners(), 0, 'listeners left on the signal');
        await cache.set('k', 7);
        abortNow();
        equal(await cache.get('k'), 7, 'get');
      },
    },
  ],
};

/** A signal that tells how many listeners it has. */
function countedSignal(why: unknown): {
  readonly signal: AbortSignal;
  readonly listeners: () => number;
  readonly abortNow: () => void;
} {
  const controller = new AbortController();
  const { signal } = controller;
  const added = new Set<unknown>();
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
  Object.defineProperties(signal, {
    addEventListener: {
      value: (...args: Parameters<AbortSignal['addEventListener']>) => {
        added.add(args[1]);
        add(...args);
      },
    },
    removeEventListener: {
      value: (...args: Parameters<AbortSignal['removeEventListener']>) => {
        added.delete(args[1]);
        remove(...args);
      },
    },
  });
  return { signal, listeners: () => added.size, abortNow: () => controller.abort(why) };
}
