/** Absence: what is not there is not there for any operation, however it went. */
import { demand, equal, refuses } from '../assert.ts';
import type { Case, Group } from '../group.ts';
import type { Harness, KitCache } from '../harness.ts';

type Things = KitCache<string>;

/** The ways in which a fresh entry of `key` stops being one. */
const ENDINGS: Readonly<Record<string, (cache: Things, h: Harness) => Promise<unknown>>> = {
  deleted: (cache) => cache.delete('k'),
  'taken by getAndDelete': (cache) => cache.getAndDelete('k'),
  'made stale by expire': (cache) => cache.expire('k'),
  expired: async (cache, h) => {
    await cache.touch('k', h.unit);
    await h.runOut(h.unit);
  },
  'invalidated by its tag': (cache) => cache.invalidateTags(['t']),
  cleared: (cache) => cache.clear(),
};

export const absence: Group = {
  name: 'absence',
  guarantee:
    'An entry that was never there, was removed, invalidated or cleared, or has expired is absent for every operation from that instant on, conditions included.',
  cases: [
    {
      name: 'G2: a key that was never written is absent for every operation',
      run: async (h) => absentForAll(h.cache<string>()),
    },
    ...Object.entries(ENDINGS).map(([how, end]): Case => ({
      name: `G2: an entry that was ${how} is absent for every operation`,
      async run(h) {
        const cache = h.cache<string>();
        await cache.set('k', 'old', { tags: ['t'] });
        const version = (await cache.getMetadata('k'))?.version;
        demand(version !== undefined, 'the entry was not there to begin with');
        await end(cache, h);
        await absentForAll(cache, version);
      },
    })),
    ...Object.entries(ENDINGS).map(([how, end]): Case => ({
      name: `G2: an entry that was ${how} is absent in other processes too`,
      async run(h) {
        const cache = h.cache<string>();
        const other = h.peer().cache<string>();
        await cache.set('k', 'old', { tags: ['t'] });
        equal(await other.get('k'), 'old', 'what the other process reads before');
        await end(cache, h);
        await absentForAll(other);
      },
    })),
    {
      name: 'G2: has says the same as get for an entry whose tag was invalidated',
      async run(h) {
        const cache = h.cache<string>();
        await cache.set('k', 'old', { tags: ['a', 'b'] });
        await cache.invalidateTags(['b']);
        equal(await cache.has('k'), false, 'has');
      },
    },
    ...[null, false, 0, '', Number.NaN].map((value): Case => ({
      name: `G2: ${value === '' ? 'the empty text' : String(value)} is a value, not an absence`,
      async run(h) {
        const cache = h.cache<unknown>();
        await cache.set('k', value);
        equal(await cache.get('k'), value, 'get');
        equal(await cache.has('k'), true, 'has');
        equal(await cache.getMany(['k']), new Map([['k', value]]), 'getMany');
        equal(await cache.setIfNotExists('k', 'other'), false, 'setIfNotExists');
        equal(await cache.getOrSet('k', () => 'loaded'), value, 'getOrSet');
        equal(await cache.update('k', () => undefined), value, 'update that leaves it');
        equal(await cache.delete('k'), true, 'delete');
      },
    })),
    {
      name: 'G2: undefined is never a value',
      async run(h) {
        const cache = h.cache<unknown>();
        await refuses(() => cache.set('k', undefined), 'set');
        await refuses(() => cache.setIfNotExists('k', undefined), 'setIfNotExists');
        await refuses(() => cache.setMany([['k', undefined]]), 'setMany');
        equal(await cache.has('k'), false, 'has');
      },
    },
    {
      name: "G2: a loader's undefined is returned and not stored",
      async run(h) {
        const cache = h.cache<string>();
        let runs = 0;
        const nothing = (): undefined => {
          runs += 1;
        };
        equal(await cache.getOrSet('k', nothing), undefined, 'the first call');
        equal(await cache.has('k'), false, 'has');
        equal(await cache.getOrSet('k', nothing), undefined, 'the second call');
        equal(runs, 2, 'runs of the loader');
        equal(
          await cache.getOrSet('k', () => 'something'),
          'something',
          'a call whose loader finds something',
        );
      },
    },
    {
      name: 'G2: a key that comes back is a new entry',
      async run(h) {
        const cache = h.cache<string>();
        const { version } = await cache.set('k', 'first');
        await cache.delete('k');
        await cache.set('k', 'second');
        equal(
          await cache.compareAndSet('k', version, 'third'),
          false,
          'compareAndSet with the version of the removed entry',
        );
        equal(await cache.get('k'), 'second', 'get');
      },
    },
  ],
};

/** Every operation on the absent key `k`, those that change nothing first. */
async function absentForAll(cache: Things, formerVersion = 'none'): Promise<void> {
  equal(await cache.get('k'), undefined, 'get');
  equal(await cache.getEntry('k'), undefined, 'getEntry');
  equal(await cache.getMetadata('k'), undefined, 'getMetadata');
  equal(await cache.has('k'), false, 'has');
  equal(await cache.getMany(['k']), new Map(), 'getMany');
  equal(await cache.setIfExists('k', 'no'), false, 'setIfExists');
  equal(await cache.compareAndSet('k', formerVersion, 'no'), false, 'compareAndSet');
  equal(await cache.touch('k', '1h'), false, 'touch');
  equal(await cache.expire('k'), false, 'expire');
  equal(await cache.delete('k'), false, 'delete');
  equal(await cache.deleteMany(['k']), 0, 'deleteMany');
  equal(await cache.getAndDelete('k'), undefined, 'getAndDelete');
  let seen: unknown = 'the updater did not run';
  equal(await cache.update('k', (current) => void (seen = current)), undefined, 'update that leaves it');
  equal(seen, undefined, 'what an updater gets');
  equal(await cache.setIfNotExists('k', 'new'), true, 'setIfNotExists');
  equal(await cache.get('k'), 'new', 'get after setIfNotExists');
}
