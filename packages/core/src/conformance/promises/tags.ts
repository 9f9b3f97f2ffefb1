/** Tags: whole groups of entries made invalid at once. */
import { entry } from '../../api.ts';
import { equal, refuses, sameEntries } from '../assert.ts';
import type { Case, Group } from '../group.ts';
import type { KitCache } from '../harness.ts';

/** Every way to store a value with tags. */
const WRITES: Readonly<
  Record<string, (cache: KitCache<string>, tags: readonly string[]) => Promise<unknown>>
> = {
  set: (cache, tags) => cache.set('k', 'v', { tags }),
  setIfNotExists: (cache, tags) => cache.setIfNotExists('k', 'v', { tags }),
  setIfExists: async (cache, tags) => {
    await cache.set('k', 'first');
    return cache.setIfExists('k', 'v', { tags });
  },
  compareAndSet: async (cache, tags) => {
    const { version } = await cache.set('k', 'first');
    return cache.compareAndSet('k', version, 'v', { tags });
  },
  setMany: (cache, tags) => cache.setMany([['k', 'v']], { tags }),
  warm: (cache, tags) => cache.warm([['k', 'v']], { tags }),
  getOrSet: (cache, tags) => cache.getOrSet('k', () => 'v', { tags }),
  'a loader that chooses': (cache, tags) =>
    cache.getOrSet('k', () => entry('v', { tags }), { tags: ['replaced'] }),
  getOrSetMany: (cache, tags) => cache.getOrSetMany(['k'], () => new Map([['k', 'v']]), { tags }),
  update: (cache, tags) => cache.update('k', () => 'v', { tags }),
  'an updater that chooses': async (cache, tags) => {
    await cache.set('k', 'first', { tags: ['replaced'] });
    return cache.update('k', () => entry('v', { tags }), { tags: ['replaced'] });
  },
};

export const tags: Group = {
  name: 'tags',
  guarantee:
    'Invalidating a tag makes every entry that carries it absent, in every process, and no other; what is written afterwards is not touched.',
  cases: [
    ...Object.entries(WRITES).map(([how, write]): Case => ({
      name: `G8: what ${how} stored with tags is absent when one of them is invalidated`,
      async run(h) {
        const cache = h.cache<string>();
        const other = h.peer().cache<string>();
        await write(cache, ['a', 'b']);
        equal((await cache.getMetadata('k'))?.tags.toSorted(), ['a', 'b'], 'the tags in the metadata');
        await other.invalidateTags(['c', 'replaced']);
        equal(await cache.get('k'), 'v', 'get after another tag was invalidated');
        await other.invalidateTags(['x', 'b']);
        equal(await cache.get('k'), undefined, 'get');
        equal(await other.get('k'), undefined, 'get in the process that invalidated');
      },
    })),
    {
      name: 'G8: invalidating a tag touches the entries that carry it, and no other',
      async run(h) {
        const cache = h.cache<number>();
        await cache.set('a', 1, { tags: ['t'] });
        await cache.set('b', 2, { tags: ['t', 'u'] });
        await cache.set('c', 3, { tags: ['u'] });
        await cache.set('d', 4);
        await cache.set('t', 5, { tags: ['T', 't ', 't:t'] });
        await cache.invalidateTags(['t']);
        sameEntries(await cache.getMany(['a', 'b', 'c', 'd', 't']), { c: 3, d: 4, t: 5 }, 'getMany');
      },
    },
    {
      name: 'G8: what a tag made absent is absent for every kind of read, and is loaded anew',
      async run(h) {
        const cache = h.cache<string>();
        await cache.set('k', 'old', { tags: ['t'] });
        await h.peer().cache<string>().invalidateTags(['t']);
        equal(await cache.get('k'), undefined, 'get');
        equal(await cache.getEntry('k'), undefined, 'getEntry');
        equal(await cache.has('k'), false, 'has');
        sameEntries(await cache.getMany(['k']), {}, 'getMany');
        equal(await cache.setIfExists('k', 'new'), false, 'setIfExists');
        equal(await cache.touch('k', '1h'), false, 'touch');
        equal(await cache.getOrSet('k', () => 'new', { tags: ['t'] }), 'new', 'getOrSet');
        equal(await cache.get('k'), 'new', 'get of what was loaded');
      },
    },
    {
      name: 'G8: an entry that is written after the invalidation of its tag is there, however often that is repeated',
      async run(h) {
        const cache = h.cache<number>();
        const other = h.peer().cache<number>();
        for (let round = 0; round < 5; round += 1) {
          await (round % 2 === 0 ? cache : other).set('k', round, { tags: ['t'] });
          equal(await cache.get('k'), round, `get in round ${round}`);
          equal(await other.get('k'), round, `get of another process in round ${round}`);
          await (round % 2 === 0 ? other : cache).invalidateTags(['t']);
          equal(await cache.get('k'), undefined, `get after invalidation ${round}`);
        }
      },
    },
    {
      name: 'G8: a tag that was never used can be invalidated, before and after',
      async run(h) {
        const cache = h.cache<string>();
        await cache.invalidateTags(['t']);
        await cache.invalidateTags([]);
        await cache.set('k', 'v', { tags: ['t'] });
        equal(await cache.get('k'), 'v', 'get of what was written afterwards');
      },
    },
    {
      name: 'G8: touch, reads and refused writes leave an entry its tags',
      async run(h) {
        const cache = h.cache<string>();
        await cache.set('k', 'v', { tags: ['t'] });
        await cache.touch('k', '2h');
        await cache.get('k');
        await cache.setIfNotExists('k', 'no');
        await cache.compareAndSet('k', 'no such version', 'no');
        equal((await cache.getMetadata('k'))?.tags, ['t'], 'the tags in the metadata');
        await cache.invalidateTags(['t']);
        equal(await cache.get('k'), undefined, 'get');
      },
    },
    {
      name: 'G8: a write without tags takes those of the entry before it away',
      async run(h) {
        const cache = h.cache<string>();
        await cache.set('k', 'v', { tags: ['t'] });
        await cache.set('k', 'w');
        equal((await cache.getMetadata('k'))?.tags, [], 'the tags in the metadata');
        await cache.invalidateTags(['t']);
        equal(await cache.get('k'), 'w', 'get');
      },
    },
    {
      name: 'G8: what was invalidated does not come back, by touch, update, condition or time',
      async run(h) {
        const cache = h.cache<string>();
        const { version } = await cache.set('k', 'v', { tags: ['t'], ttl: 'forever' });
        await cache.invalidateTags(['t']);
        equal(await cache.touch('k', 'forever'), false, 'touch');
        equal(await cache.compareAndSet('k', version, 'no'), false, 'compareAndSet');
        equal(await cache.update('k', () => undefined), undefined, 'update');
        await h.pass(h.exactTime ? 366 * 86_400_000 : h.unit);
        equal(await cache.get('k'), undefined, 'get a year later');
        await cache.set('k', 'w', { tags: ['t'] });
        equal(await cache.get('k'), 'w', 'get of what was written then');
      },
    },
    {
      name: 'G8: entries that live long keep their tags, and those are not forgotten',
      async run(h) {
        const cache = h.cache<string>();
        await cache.set('long', 'v', { tags: ['t'], ttl: 'forever' });
        await cache.set('short', 'v', { tags: ['t'], ttl: h.unit });
        await h.pass(h.exactTime ? 90 * 86_400_000 : 2 * h.unit);
        equal(await cache.get('long'), 'v', 'get of the one that lives long');
        await cache.set('new', 'v', { tags: ['t'] });
        equal(await cache.get('long'), 'v', 'get after the tag was used again');
        await cache.invalidateTags(['t']);
        sameEntries(await cache.getMany(['long', 'new']), {}, 'getMany after the invalidation');
      },
    },
    {
      name: "G8: the cache's own tags are on every entry",
      async run(h) {
        const cache = h.cache<string>({ tags: ['all'] });
        await cache.set('a', '1', { tags: ['t'] });
        await cache.getOrSet('b', () => '2');
        await cache.update('c', () => '3');
        await cache.setMany([['d', '4']]);
        equal((await cache.getMetadata('a'))?.tags.toSorted(), ['all', 't'], 'the tags in the metadata');
        await cache.invalidateTags(['all']);
        sameEntries(await cache.getMany(['a', 'b', 'c', 'd']), {}, 'getMany');
      },
    },
    {
      name: 'G8: clear makes everything absent, what was written afterwards excepted',
      async run(h) {
        const cache = h.cache<string>();
        const other = h.peer().cache<string>();
        for (let round = 0; round < 3; round += 1) {
          await cache.set('a', '1', { tags: ['t'], ttl: 'forever' });
          await other.set('b', '2');
          await other.clear();
          sameEntries(await cache.getMany(['a', 'b']), {}, 'getMany after clear');
          await cache.set('c', '3', { tags: ['t'] });
          equal(await other.get('c'), '3', 'get of what was written afterwards');
        }
      },
    },
    {
      name: 'G8: 64 tags of 512 bytes are possible, more are refused, and what is no tag too',
      async run(h) {
        const cache = h.cache<string>();
        const many = Array.from({ length: 64 }, (_, n) => String(n).padEnd(512, 'x'));
        await cache.set('k', 'v', { tags: many });
        await cache.set('twice', 'v', { tags: ['t', 't'] });
        equal((await cache.getMetadata('twice'))?.tags, ['t'], 'a tag that was given twice');
        await refuses(() => cache.set('n', 'v', { tags: [...many, 'one more'] }), '65 tags');
        for (const tag of ['', '\uD800', 'x'.repeat(513), null, 1]) {
          await refuses(
            () => cache.set('n', 'v', { tags: [tag as string] }),
            `the tag ${JSON.stringify(tag)}`,
          );
          await refuses(
            () => cache.invalidateTags([tag as string]),
            `invalidateTags of ${JSON.stringify(tag)}`,
          );
        }
        await refuses(
          () => cache.set('n', 'v', { tags: 'text' as unknown as string[] }),
          'a text in place of tags',
        );
        await refuses(() => cache.invalidateTags('text'), 'invalidateTags of a text');
        equal(await cache.has('n'), false, 'whether a refused write stored something');
        await cache.invalidateTags([many[63] as string]);
        equal(await cache.get('k'), undefined, 'get after the last of 64 tags was invalidated');
      },
    },
  ],
};
