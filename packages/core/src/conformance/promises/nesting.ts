/** Nesting: loaders and updaters that use the cache themselves neither hang nor block each other. */
import { gate } from '../../testing/gate.ts';
import { demand, equal, rejectsWith } from '../assert.ts';
import type { Group } from '../group.ts';

export const nesting: Group = {
  name: 'nesting',
  guarantee:
    'A loader or updater that would wait for itself, directly or through others of its process, is refused with LOADER_CYCLE; nested calls without a cycle never block each other.',
  cases: [
    {
      name: 'G12: a loader that loads its own key is refused, and the key can be loaded afterwards',
      async run(h) {
        const cache = h.cache<string>();
        await rejectsWith(
          'LOADER_CYCLE',
          cache.getOrSet('k', () => cache.getOrSet('k', () => 'inner')),
          'getOrSet of its own key',
        );
        equal(await cache.getOrSet('k', () => 'free'), 'free', 'the next load');
      },
    },
    {
      name: 'G12: a loader may catch the refusal and go on',
      async run(h) {
        const cache = h.cache<string>();
        const value = await cache.getOrSet('k', async () => {
          await rejectsWith(
            'LOADER_CYCLE',
            cache.getOrSet('k', () => 'inner'),
            'getOrSet of its own key',
          );
          return 'went on';
        });
        equal(value, 'went on', 'what the call got');
        equal(await cache.get('k'), 'went on', 'get');
      },
    },
    {
      name: 'G12: two loaders that wait for each other: one is refused, none hangs',
      async run(h) {
        const cache = h.cache<string>();
        const both = gate();
        const load = (key: string, other: string): Promise<string> =>
          cache.getOrSet(key, async () => {
            const together = both.pass();
            if (both.arrived === 2) both.open();
            await together;
            return `${key} with ${await cache.getOrSet(other, () => `${other} alone`)}`;
          });
        const outcomes = await Promise.allSettled([load('a', 'b'), load('b', 'a')]);
        demand(
          outcomes.some((outcome) => outcome.status === 'rejected'),
          'neither was refused',
        );
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected')
            await rejectsWith('LOADER_CYCLE', Promise.reject(outcome.reason as Error), 'the refused one');
        }
        equal(
          await cache.getOrSet('a', () => 'again'),
          outcomes[0]?.status === 'fulfilled' ? outcomes[0].value : 'again',
          'the next load',
        );
      },
    },
    {
      name: 'G12: a cycle of three loaders, through two caches and a batch, is found',
      async run(h) {
        const cache = h.cache<string>();
        const other = h.cache<string>({}, 'others');
        const all = gate();
        const arrive = (): Promise<void> => {
          const together = all.pass();
          if (all.arrived === 3) all.open();
          return together;
        };
        const outcomes = await Promise.allSettled([
          cache.getOrSet('a', async () => {
            await arrive();
            return other.getOrSet('b', () => 'b alone');
          }),
          other.getOrSet('b', async () => {
            await arrive();
            const many = await cache.getOrSetMany(['c'], () => new Map([['c', 'c alone']]));
            const outcome = many.get('c');
            if (outcome?.status === 'failed') throw outcome.error;
            return 'b';
          }),
          cache.getOrSet('c', async () => {
            await arrive();
            return cache.getOrSet('a', () => 'a alone');
          }),
        ]);
        const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
        demand(refused.length > 0, 'none was refused');
        for (const { reason } of refused)
          await rejectsWith('LOADER_CYCLE', Promise.reject(reason as Error), 'a refused one');
      },
    },
    {
      name: 'G12: nested loads of different keys do not block each other',
      async run(h) {
        const cache = h.cache<number>();
        const load = (depth: number): Promise<number> =>
          cache.getOrSet(`k${depth}`, async () => (depth === 0 ? 0 : 1 + (await load(depth - 1))));
        equal(await load(20), 20, 'the outermost value');
        for (let depth = 0; depth <= 20; depth += 1)
          equal(await cache.get(`k${depth}`), depth, `the value at depth ${depth}`);
      },
    },
    {
      name: 'G12: loads nested deeper than loaders may run at once do not block each other',
      async run(h) {
        const cache = h.cache<number>({ loaders: 2 });
        const load = (tree: string, depth: number): Promise<number> =>
          cache.getOrSet(`${tree}${depth}`, async () =>
            depth === 0 ? 0 : 1 + (await load(tree, depth - 1)),
          );
        equal(
          await Promise.all(['a', 'b', 'c', 'd'].map((tree) => load(tree, 6))),
          [6, 6, 6, 6],
          'the outermost values',
        );
        // What hurried past the limit has given it back.
        const door = gate();
        const calls = Array.from({ length: 5 }, (_, n) =>
          cache.getOrSet(`after ${n}`, async () => {
            await door.pass();
            return n;
          }),
        );
        await door.arrivals(2);
        await h.settle();
        equal(door.arrived, 2, 'loaders that run at once afterwards');
        door.open();
        await Promise.all(calls);
      },
    },
    {
      name: 'G12: loaders that wait for a common key, whose loader has to queue, do not block each other',
      async run(h) {
        const cache = h.cache<string>({ loaders: 2 });
        const both = gate();
        const outer = (key: string): Promise<string> =>
          cache.getOrSet(key, async () => {
            const together = both.pass();
            if (both.arrived === 2) both.open();
            await together;
            return cache.getOrSet('common', () => 'common');
          });
        equal(await Promise.all([outer('a'), outer('b')]), ['common', 'common'], 'the outer values');
      },
    },
    {
      name: 'G12: a loader that waits for a load that queues for a place lets it go first',
      async run(h) {
        const cache = h.cache<string>({ loaders: 1 });
        const begun = gate();
        const outer = cache.getOrSet('outer', async () => {
          await begun.pass();
          return cache.getOrSet('queued', () => 'loaded twice');
        });
        await begun.arrivals();
        const queued = cache.getOrSet('queued', () => 'queued');
        await h.settle();
        begun.open();
        equal(await Promise.all([outer, queued]), ['queued', 'queued'], 'what the calls got');
      },
    },
    {
      name: 'G12: an updater that updates its own key is refused, and the key can be updated afterwards',
      async run(h) {
        const cache = h.cache<number>();
        await cache.set('k', 1);
        await rejectsWith(
          'LOADER_CYCLE',
          cache.update('k', async (n) => (n ?? 0) + (await cache.update('k', () => 10))),
          'update of its own key',
        );
        equal(await cache.get('k'), 1, 'get');
        equal(await cache.update('k', (n) => (n ?? 0) + 1), 2, 'the next update');
      },
    },
    {
      name: 'G12: a loader and an updater that wait for each other: one is refused, none hangs',
      async run(h) {
        const cache = h.cache<string>();
        const both = gate();
        const arrive = (): Promise<void> => {
          const together = both.pass();
          if (both.arrived === 2) both.open();
          return together;
        };
        const outcomes = await Promise.allSettled([
          cache.getOrSet('loaded', async () => {
            await arrive();
            return cache.update('updated', () => 'from the loader');
          }),
          cache.update('updated', async () => {
            await arrive();
            return cache.getOrSet('loaded', () => 'from the updater');
          }),
        ]);
        const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
        demand(refused.length > 0, 'none was refused');
        for (const { reason } of refused)
          await rejectsWith('LOADER_CYCLE', Promise.reject(reason as Error), 'a refused one');
      },
    },
    {
      name: 'G12: updaters of different keys may update each other’s keys one after the other',
      async run(h) {
        const cache = h.cache<number>();
        const total = await cache.update(
          'a',
          async () => 1 + (await cache.update('b', async () => 1 + (await cache.update('c', () => 1)))),
        );
        equal(total, 3, 'the outermost value');
        equal(
          await cache.getMany(['a', 'b', 'c']),
          new Map([
            ['a', 3],
            ['b', 2],
            ['c', 1],
          ]),
          'getMany',
        );
      },
    },
    {
      name: 'G12: a loader may do everything else with its own key',
      async run(h) {
        const cache = h.cache<string>();
        const value = await cache.getOrSet('k', async () => {
          equal(await cache.get('k'), undefined, 'get');
          equal(await cache.has('k'), false, 'has');
          equal(await cache.delete('k'), false, 'delete');
          await cache.set('k', 'set by the loader');
          return 'given by the loader';
        });
        equal(value, 'given by the loader', 'what the call got');
        equal(await cache.get('k'), 'set by the loader', 'get');
      },
    },
    {
      name: 'G12: the same key in another cache is another key',
      async run(h) {
        const cache = h.cache<string>();
        const other = h.cache<string>({}, 'others');
        const below = cache.namespace('below');
        const value = await cache.getOrSet('k', () =>
          other.getOrSet('k', () => below.getOrSet('k', () => 'innermost')),
        );
        equal(value, 'innermost', 'the outermost value');
      },
    },
  ],
};
