/** Isolation: no mutable state crosses the boundary, in either direction. */
import { entry } from '../../api.ts';
import { demand, equal } from '../assert.ts';
import type { Case, Group } from '../group.ts';
import type { KitCache } from '../harness.ts';
import { holdLoad } from '../held-load.ts';

interface Thing {
  name: string;
  list: number[];
  nested: { flag: boolean };
  map: Map<string, { n: number }>;
  set: Set<string>;
  at: Date;
  bytes: Uint8Array;
}

type Things = KitCache<Thing>;

const thing = (name = 'thing'): Thing => ({
  name,
  list: [1, 2, 3],
  nested: { flag: true },
  map: new Map([['a', { n: 1 }]]),
  set: new Set(['x']),
  at: new Date(0),
  bytes: Uint8Array.of(1, 2, 3),
});

/** Every way to change a value. A frozen value refuses; that is as good. */
const VANDALISM: readonly ((value: Thing) => unknown)[] = [
  (value) => (value.name = 'spoilt'),
  (value) => value.list.push(4),
  (value) => (value.list.length = 0),
  (value) => (value.nested.flag = false),
  (value) => (value.map.get('a') as { n: number }).n++,
  (value) => value.map.set('b', { n: 2 }),
  (value) => value.set.add('y'),
  (value) => value.at.setTime(1),
  (value) => value.bytes.fill(9),
  (value) => Object.defineProperty(value, 'extra', { value: 1, enumerable: true, configurable: true }),
  (value) => Reflect.deleteProperty(value, 'nested'),
  (value) => new Uint8Array(value.bytes.buffer).fill(8),
];

function spoil(value: Thing): void {
  for (const damage of VANDALISM) {
    try {
      damage(value);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

/** Every way to be handed a stored value of `k`. */
const READS: Readonly<Record<string, (cache: Things) => Promise<Thing | undefined>>> = {
  get: (cache) => cache.get('k'),
  getEntry: async (cache) => (await cache.getEntry('k'))?.value,
  getMany: async (cache) => (await cache.getMany(['k', 'other'])).get('k'),
  getByIndex: async (cache) => (await cache.getByIndex('name', 'thing')).get('k'),
  'a hit of getOrSet': (cache) => cache.getOrSet('k', () => thing('loaded')),
  'a hit of getOrSetMany': async (cache) => {
    const outcome = (await cache.getOrSetMany(['k'], () => new Map())).get('k');
    return outcome?.status === 'hit' ? outcome.value : undefined;
  },
  'update that leaves the value': (cache) => cache.update('k', () => undefined),
};

/** Every way to hand the cache a value for `k`. */
const WRITES: Readonly<Record<string, (cache: Things, value: Thing) => Promise<unknown>>> = {
  set: (cache, value) => cache.set('k', value),
  setIfNotExists: (cache, value) => cache.setIfNotExists('k', value),
  setIfExists: async (cache, value) => {
    await cache.set('k', thing('first'));
    return cache.setIfExists('k', value);
  },
  compareAndSet: async (cache, value) => {
    const { version } = await cache.set('k', thing('first'));
    return cache.compareAndSet('k', version, value);
  },
  setMany: (cache, value) => cache.setMany([['k', value]]),
  warm: (cache, value) => cache.warm([['k', value]]),
  'the loader of getOrSet': (cache, value) => cache.getOrSet('k', () => value),
  'the loader of getOrSet, with options': (cache, value) =>
    cache.getOrSet('k', () => entry(value, { ttl: '1h' })),
  'the loader of getOrSetMany': (cache, value) => cache.getOrSetMany(['k'], () => new Map([['k', value]])),
  update: (cache, value) => cache.update('k', () => value),
};

const indexed = { indexes: { name: (value: Thing) => value.name } };

export const isolation: Group = {
  name: 'isolation',
  guarantee:
    'What a caller does to a value it gave or got changes nothing for the cache, for other callers, or for other processes.',
  cases: [
    ...Object.entries(WRITES).map(([how, write]): Case => ({
      name: `G6: changing a value after ${how} does not change the entry`,
      async run(h) {
        const cache = h.cache<Thing>(h.traits.indexes ? indexed : {});
        const given = thing();
        await write(cache, given);
        spoil(given);
        equal(await cache.get('k'), thing(), 'get');
      },
    })),
    ...Object.entries(WRITES).map(([how, write]): Case => ({
      name: `G6: ${how} leaves the given value as it was, and the caller may change it`,
      async run(h) {
        const cache = h.cache<Thing>(h.traits.indexes ? indexed : {});
        const given = thing();
        await write(cache, given);
        equal(given, thing(), 'the given value');
        demand(!isFrozenAnywhere(given), 'the given value was frozen');
      },
    })),
    ...Object.entries(READS).map(([how, read]): Case => ({
      name: `G6: changing what ${how} gave does not change the entry`,
      needs: ({ indexes }) =>
        indexes || how !== 'getByIndex' ? undefined : "the provider lacks the trait 'indexes'",
      async run(h) {
        const cache = h.cache<Thing>(h.traits.indexes ? indexed : {});
        const other = h.peer().cache<Thing>(h.traits.indexes ? indexed : {});
        await cache.set('k', thing());
        // Twice: the second read may be served from what the first one left behind.
        for (const round of [1, 2]) {
          const got = await read(cache);
          demand(got !== undefined, `${how} found nothing in round ${round}`);
          equal(got, thing(), `what ${how} gave in round ${round}`);
          spoil(got);
          equal(await cache.get('k'), thing(), `get after round ${round}`);
          equal(await other.get('k'), thing(), `get of another process after round ${round}`);
        }
      },
    })),
    {
      name: 'G6: a value that getAndDelete gave is nobody else’s',
      async run(h) {
        const cache = h.cache<Thing>();
        const given = thing();
        await cache.set('k', given);
        const earlier = await cache.get('k');
        const got = await cache.getAndDelete('k');
        demand(got !== undefined, 'getAndDelete found nothing');
        spoil(got);
        equal(earlier, thing(), 'what an earlier read gave');
        equal(given, thing(), 'what was given');
      },
    },
    {
      name: 'G6: callers who share one load do not share its value',
      async run(h) {
        const cache = h.cache<Thing>();
        const joined = h.watch(cache, 'join');
        const load = await holdLoad(cache, 'k');
        const others = [1, 2, 3].map(() => cache.getOrSet('k', () => thing('not loaded')));
        await joined.arrivals(3);
        const loaded = thing();
        load.finish(loaded);
        const values = await Promise.all([load.result, ...others]);
        for (const [at, value] of values.entries()) {
          demand(value !== undefined, `caller ${at} got nothing`);
          equal(value, thing(), `caller ${at}`);
          spoil(value);
        }
        equal(loaded, thing(), "the loader's own object");
        spoil(loaded);
        equal(await cache.get('k'), thing(), 'get');
      },
    },
    {
      name: 'G6: an updater gets a copy of its own, which it may change',
      async run(h) {
        const cache = h.cache<Thing>();
        await cache.set('k', thing());
        const before = await cache.get('k');
        let kept: Thing | undefined;
        await cache.update('k', (current) => {
          demand(current !== undefined, 'the updater got nothing');
          demand(!isFrozenAnywhere(current), 'the updater got a frozen value');
          kept = current;
          current.list.push(4);
          return current;
        });
        equal((await cache.get('k'))?.list, [1, 2, 3, 4], 'get after the update');
        equal(before, thing(), 'what was read before');
        demand(kept !== undefined, 'the updater did not run');
        spoil(kept);
        equal((await cache.get('k'))?.list, [1, 2, 3, 4], 'get after the updater’s copy was changed');
      },
    },
    {
      name: 'G6: an updater that changes its copy and then throws, or gives nothing, changes nothing',
      async run(h) {
        const cache = h.cache<Thing>();
        await cache.set('k', thing());
        await cache
          .update('k', (current) => {
            if (current !== undefined) spoil(current);
            throw new Error('no');
          })
          .catch(() => undefined);
        equal(await cache.get('k'), thing(), 'get after the updater that threw');
        const left = await cache.update('k', (current) => {
          if (current !== undefined) spoil(current);
          return undefined;
        });
        equal(left, thing(), 'what the update that gave nothing resolves with');
        equal(await cache.get('k'), thing(), 'get after it');
      },
    },
    {
      name: 'G6: updates of one key at once do not see each other’s objects',
      async run(h) {
        const cache = h.cache<Thing>();
        await cache.set('k', thing());
        const seen = new Set<Thing>();
        const results = await Promise.all(
          Array.from({ length: 20 }, (_, n) =>
            cache.update('k', (current) => {
              const own = current ?? thing();
              demand(!seen.has(own), 'two updaters got one object');
              seen.add(own);
              own.list.push(n);
              return own;
            }),
          ),
        );
        for (const result of results) spoil(result);
        equal((await cache.get('k'))?.list.length, 23, 'the length of the list after 20 updates');
      },
    },
    {
      name: 'G6: the entries of a batch do not share what their values shared',
      async run(h) {
        const cache = h.cache<{ common: number[] }>();
        const common = [1];
        await cache.setMany([
          ['a', { common }],
          ['b', { common }],
        ]);
        const got = (await cache.getMany(['a', 'b'])).get('a');
        try {
          got?.common.push(2);
        } catch (error) {
          demand(error instanceof TypeError, 'changing a value failed otherwise than by being frozen');
        }
        equal(await cache.get('b'), { common: [1] }, 'the other entry');
      },
    },
    {
      name: 'G6: the lists that come with metadata belong to the caller',
      async run(h) {
        const cache = h.cache<Thing>(h.traits.indexes ? indexed : {});
        await cache.set('k', thing(), { tags: ['t'] });
        const metadata = await cache.getMetadata('k');
        demand(metadata !== undefined, 'getMetadata found nothing');
        try {
          (metadata.tags as string[]).push('spoilt');
          (metadata as { version: string }).version = 'spoilt';
        } catch (error) {
          demand(error instanceof TypeError, 'changing metadata failed otherwise than by being frozen');
        }
        equal((await cache.getMetadata('k'))?.tags, ['t'], 'the tags read again');
        equal(await cache.has('k'), true, 'has');
      },
    },
    {
      name: 'G6: reads of a frozen cache give a value that refuses every change',
      async run(h) {
        const cache = h.cache<{ list: number[]; nested: { flag: boolean } }>();
        await cache.set('k', { list: [1], nested: { flag: true } });
        const got = await cache.get('k');
        demand(got !== undefined, 'get found nothing');
        const frozen = Object.isFrozen(got) && Object.isFrozen(got.list) && Object.isFrozen(got.nested);
        equal(frozen, h.isolation === 'frozen', 'whether what get gave is deeply frozen');
      },
    },
  ],
};

function isFrozenAnywhere(value: Thing): boolean {
  return [value, value.list, value.nested, value.map.get('a')].some((part) => Object.isFrozen(part));
}
