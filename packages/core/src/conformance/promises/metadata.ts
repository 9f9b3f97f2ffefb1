/** Metadata and statistics: what a cache tells of its entries and of itself is true. */
import { demand, equal } from '../assert.ts';
import type { Group } from '../group.ts';

export const metadata: Group = {
  name: 'metadata',
  guarantee:
    'What a cache tells of an entry is true of it at one instant, and its counters count what happened.',
  cases: [
    {
      name: 'G2: getMetadata and getEntry tell the same of an entry',
      async run(h) {
        const cache = h.cache<string>(
          h.traits.indexes ? { indexes: { first: (text: string) => text[0] } } : {},
        );
        const before = h.exactTime ? h.clock.now() : 0;
        const { version } = await cache.set('k', 'value', { ttl: '5m', tags: ['a', 'b'] });
        await h.pass(h.unit);
        const told = await cache.getMetadata('k');
        demand(told !== undefined, 'getMetadata found nothing');
        equal(told.key, 'k', 'key');
        equal(told.version, version, 'version');
        equal(told.ttl, 300_000, 'ttl');
        equal(told.expiresAt - told.createdAt, 300_000, 'the time from createdAt to expiresAt');
        equal(told.tags.toSorted(), ['a', 'b'], 'tags');
        equal(told.loadTime, 0, 'loadTime of a value that was written');
        equal(told.indexes, h.traits.indexes ? { first: ['v'] } : {}, 'indexes');
        if (h.exactTime) equal(told.createdAt, before, 'createdAt');
        const { value, ...rest } = (await cache.getEntry('k')) ?? {};
        equal(value, 'value', 'the value of getEntry');
        equal(rest, told, 'the metadata of getEntry');
      },
    },
    {
      name: 'G2: createdAt is when the entry was written, and each write begins anew',
      async run(h) {
        const cache = h.cache<string>();
        await cache.set('k', 'a');
        const first = await cache.getMetadata('k');
        await h.pass(h.unit);
        await cache.set('k', 'b');
        const second = await cache.getMetadata('k');
        demand(first !== undefined && second !== undefined, 'getMetadata found nothing');
        const between = second.createdAt - first.createdAt;
        demand(h.exactTime ? between === h.unit : between >= h.unit / 2, `createdAt moved by ${between} ms`);
      },
    },
    {
      name: 'G2: after touch expiresAt says when the new life ends, and the ttl is counted from the creation',
      async run(h) {
        const cache = h.cache<string>();
        await cache.set('k', 'v', { ttl: 10 * h.unit });
        await h.pass(h.unit);
        await cache.touch('k', 20 * h.unit);
        const told = await cache.getMetadata('k');
        demand(told !== undefined, 'getMetadata found nothing');
        equal(told.ttl, told.expiresAt - told.createdAt, 'ttl');
        if (h.exactTime) equal(told.expiresAt, h.clock.now() + 20 * h.unit, 'expiresAt');
      },
    },
    {
      name: 'G3: the time a loader took is told, of the entry and on average',
      async run(h) {
        const cache = h.cache<string>();
        await cache.getOrSet('k', async () => {
          await h.pass(2 * h.unit);
          return 'v';
        });
        const { loadTime = 0 } = (await cache.getMetadata('k')) ?? {};
        demand(h.exactTime ? loadTime === 2 * h.unit : loadTime >= h.unit, `loadTime is ${loadTime}`);
        const { averageLoadTime } = await cache.stats();
        demand(
          h.exactTime ? averageLoadTime === 2 * h.unit : averageLoadTime >= h.unit,
          `averageLoadTime is ${averageLoadTime}`,
        );
      },
    },
    {
      name: 'G2: the size of an entry is told where the provider holds or bounds bytes',
      async run(h) {
        const cache = h.cache<string>();
        await cache.set('small', 'x');
        await cache.set('large', 'x'.repeat(10_000));
        const [small = -1, large = -1] = [
          (await cache.getMetadata('small'))?.size,
          (await cache.getMetadata('large'))?.size,
        ];
        if (h.traits.sized || h.traits.holds === 'bytes') {
          demand(small > 0 && large > small + 5_000, `the sizes are ${small} and ${large}`);
        } else {
          equal([small, large], [0, 0], 'the sizes');
        }
      },
    },
    {
      name: 'G2: hits and misses are counted, and their rate',
      async run(h) {
        const cache = h.cache<string>();
        equal((await cache.stats()).hitRate, 0, 'the hit rate before the first read');
        await cache.set('k', 'v');
        await cache.get('k');
        await cache.get('k');
        await cache.getMany(['k', 'absent']);
        await cache.get('absent');
        const { hits, misses, hitRate, errors } = await cache.stats();
        equal(
          { hits, misses, hitRate, errors },
          { hits: 3, misses: 2, hitRate: 0.6, errors: 0 },
          'the statistics',
        );
      },
    },
    {
      name: 'G2: the entries held are counted',
      async run(h) {
        const cache = h.cache<string>();
        equal((await cache.stats()).entries, 0, 'entries of a new cache');
        await cache.setMany([
          ['a', '1'],
          ['b', '2'],
          ['c', '3'],
        ]);
        await cache.delete('a');
        equal((await cache.stats()).entries, 2, 'entries');
      },
    },
    {
      name: 'G2: health says ok, and which cache and provider it is of',
      async run(h) {
        const cache = h.cache<string>();
        const health = await cache.health();
        equal(health.status, 'ok', 'status');
        equal(health.cache, cache.name, 'cache');
        demand(health.provider.length > 0, 'no provider is named');
        demand(health.latency >= 0 && Number.isFinite(health.latency), `latency is ${health.latency}`);
      },
    },
  ],
};
