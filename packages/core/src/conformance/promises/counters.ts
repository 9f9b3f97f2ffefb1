/** Counters: whole numbers that many change at once. */
import { equal, refuses, rejectsWith, sameEntries } from '../assert.ts';
import type { Group } from '../group.ts';
import { show } from '../show.ts';

const MAX = Number.MAX_SAFE_INTEGER;

export const counters: Group = {
  name: 'counters',
  guarantee:
    'No increment is lost or counted twice; a counter never leaves the safe integers, and what is no counter is not made one.',
  cases: [
    {
      name: 'G2: counting starts at 0 and goes up and down',
      async run(h) {
        const cache = h.cache<number>();
        equal(await cache.increment('k'), 1, 'increment of an absent key');
        equal(await cache.increment('k', 41), 42, 'increment by 41');
        equal(await cache.decrement('k'), 41, 'decrement');
        equal(await cache.decrement('k', 50), -9, 'decrement by 50');
        equal(await cache.increment('k', 9), 0, 'increment to 0');
        equal(await cache.increment('k', 0), 0, 'increment by 0');
        equal(await cache.decrement('new'), -1, 'decrement of an absent key');
        equal(await cache.get('k'), 0, 'get');
      },
    },
    {
      name: 'G2: of concurrent increments in several processes none is lost',
      async run(h) {
        const caches = [h.cache<number>(), h.peer().cache<number>()];
        // Once from nothing, once from the counter that is there.
        for (const start of [0, 200]) {
          const counts = caches.flatMap((cache) => Array.from({ length: 100 }, () => cache.increment('k')));
          await h.passUntil(Promise.all(counts));
          const sums = await Promise.all(counts);
          equal(
            sums.toSorted((a, b) => a - b),
            Array.from({ length: 200 }, (_, n) => start + n + 1),
            `the sums from ${start} on`,
          );
          equal(await caches[0]?.get('k'), start + 200, 'get');
        }
      },
    },
    {
      name: 'G2: increments, decrements and updates of one key at once are all counted',
      async run(h) {
        const cache = h.cache<number>();
        const other = h.peer().cache<number>();
        const work = Array.from({ length: 50 }, (_, n) => [
          cache.increment('k', 3),
          other.decrement('k'),
          (n % 2 === 0 ? cache : other).update('k', (value) => (value ?? 0) + 10),
        ]).flat();
        await h.passUntil(Promise.all(work));
        await Promise.all(work);
        equal(await cache.get('k'), 50 * (3 - 1 + 10), 'get');
      },
    },
    {
      name: 'G2: a number that was set, loaded or updated is a counter, and a counter is a number',
      async run(h) {
        const cache = h.cache<number>();
        await cache.set('set', 5);
        equal(await cache.increment('set'), 6, 'after set');
        await cache.getOrSet('loaded', () => 5);
        equal(await cache.increment('loaded'), 6, 'after a load');
        await cache.update('updated', () => 5);
        equal(await cache.increment('updated'), 6, 'after update');
        equal(await cache.update('updated', (n) => (n ?? 0) * 2), 12, 'update after increment');
        equal(await cache.getOrSet('updated', () => -1), 12, 'getOrSet after increment');
        equal(await cache.getAndDelete('updated'), 12, 'getAndDelete after increment');
      },
    },
    {
      name: 'G2: a counter that would leave the safe integers says so and stays as it was',
      async run(h) {
        const cache = h.cache<number>();
        await cache.set('top', MAX);
        await rejectsWith('COUNTER_OVERFLOW', cache.increment('top'), 'increment above the safe integers');
        equal(await cache.get('top'), MAX, 'the counter');
        equal(await cache.decrement('top'), MAX - 1, 'decrement');
        equal(await cache.increment('top'), MAX, 'increment to the last safe integer');
        await cache.set('bottom', -MAX);
        await rejectsWith('COUNTER_OVERFLOW', cache.decrement('bottom'), 'decrement below the safe integers');
        await rejectsWith(
          'COUNTER_OVERFLOW',
          cache.decrement('bottom', MAX),
          'decrement far below the safe integers',
        );
        equal(await cache.get('bottom'), -MAX, 'the counter');
        equal(await cache.increment('bottom', MAX), 0, 'increment by the largest safe integer');
      },
    },
    {
      name: 'G2: what is no safe integer is no counter, and stays as it was',
      async run(h) {
        const cache = h.cache<unknown>();
        const counter = h.cache<unknown>() as unknown as ReturnType<typeof h.cache<number>>;
        for (const value of [
          '1',
          1.5,
          Number.NaN,
          Infinity,
          -0.5,
          2 ** 53,
          null,
          true,
          1n,
          [1],
          { n: 1 },
          new Date(1),
        ]) {
          await cache.set('k', value);
          await rejectsWith('NOT_A_COUNTER', counter.increment('k'), `increment of ${show(value)}`);
          equal(await cache.get('k'), value, 'the value');
        }
      },
    },
    {
      name: 'G2: -0 is no counter, with tags or without, and no count gives it',
      async run(h) {
        const caches = [h.cache<number>({}, 'plain'), h.cache<number>({ tags: ['t'] }, 'tagged')];
        for (const cache of caches) {
          await cache.set('k', -0);
          await rejectsWith('NOT_A_COUNTER', cache.increment('k'), `increment of -0 in ${cache.name}`);
          equal(await cache.get('k'), -0, 'get');
          equal(await cache.decrement('new', 0), 0, 'decrement of an absent key by 0');
          equal(await cache.get('new'), 0, 'get of the new counter');
          await cache.set('one', 1);
          equal(await cache.decrement('one'), 0, 'decrement to 0');
          equal(await cache.increment('one'), 1, 'increment of the 0 that was counted to');
        }
      },
    },
    {
      name: 'G2: a delta that is no safe integer is refused',
      async run(h) {
        const cache = h.cache<number>();
        await cache.set('k', 1);
        for (const delta of [0.5, Number.NaN, Infinity, 2 ** 53, '1', null, 1n]) {
          await refuses(() => cache.increment('k', delta as number), `increment by ${show(delta)}`);
          await refuses(() => cache.decrement('k', delta as number), `decrement by ${show(delta)}`);
        }
        equal(await cache.get('k'), 1, 'the counter');
      },
    },
    {
      name: 'G2: a counter keeps its remaining life, unless a new one is given',
      async run(h) {
        const cache = h.cache<number>({ ttl: 50 * h.unit });
        await cache.increment('k', 1, { ttl: 4 * h.unit });
        const first = (await cache.getMetadata('k'))?.expiresAt;
        await h.pass(h.unit);
        await cache.increment('k');
        equal((await cache.getMetadata('k'))?.expiresAt, first, 'expiresAt after an increment without a ttl');
        await cache.increment('k', 1, { ttl: 9 * h.unit });
        equal((await cache.getMetadata('k'))?.ttl, 9 * h.unit, 'the ttl after an increment with one');
        await cache.increment('new');
        equal((await cache.getMetadata('new'))?.ttl, 50 * h.unit, 'the ttl of a new counter');
      },
    },
    {
      name: 'G2: a counter keeps its tags',
      async run(h) {
        const cache = h.cache<number>();
        await cache.set('k', 1, { tags: ['t'] });
        await cache.increment('k');
        equal((await cache.getMetadata('k'))?.tags, ['t'], 'the tags after increment');
        await cache.invalidateTags(['t']);
        equal(await cache.increment('k'), 1, 'increment after its tag was invalidated');
      },
    },
    {
      name: "G2: a counter has the cache's tags from its first increment",
      async run(h) {
        const cache = h.cache<number>({ tags: ['t'] });
        equal(await cache.increment('k'), 1, 'increment');
        equal(await cache.increment('k'), 2, 'increment again');
        equal((await cache.getMetadata('k'))?.tags, ['t'], 'the tags');
        await cache.invalidateTags(['t']);
        equal(await cache.get('k'), undefined, 'get after the tag was invalidated');
      },
    },
    {
      name: 'G7: a counter has its terms from its first increment, and those of its sum',
      needs: ({ indexes }) => (indexes ? undefined : "the provider lacks the trait 'indexes'"),
      async run(h) {
        const cache = h.cache<number>({ indexes: { parity: (n) => (n % 2 === 0 ? 'even' : 'odd') } });
        await cache.increment('k');
        sameEntries(await cache.getByIndex('parity', 'odd'), { k: 1 }, 'the odd ones');
        await cache.increment('k');
        sameEntries(await cache.getByIndex('parity', 'odd'), {}, 'the odd ones after another increment');
        sameEntries(await cache.getByIndex('parity', 'even'), { k: 2 }, 'the even ones');
      },
    },
    {
      name: 'G9: jitter never applies to counters, tagged and indexed ones included',
      async run(h) {
        const indexes = h.traits.indexes ? { all: () => 'term' } : {};
        const caches = [
          h.cache<number>({ jitter: 1, ttl: 1_000_000 }, 'plain'),
          h.cache<number>({ jitter: 1, ttl: 1_000_000, tags: ['t'] }, 'tagged'),
          h.cache<number>({ jitter: 1, ttl: 1_000_000, indexes }, 'indexed'),
        ];
        for (const cache of caches) {
          await cache.increment('k');
          equal((await cache.getMetadata('k'))?.ttl, 1_000_000, `the ttl of a new counter of ${cache.name}`);
          await cache.increment('k', 1, { ttl: 2_000_000 });
          equal(
            (await cache.getMetadata('k'))?.ttl,
            2_000_000,
            `the ttl of a renewed counter of ${cache.name}`,
          );
        }
      },
    },
  ],
};
