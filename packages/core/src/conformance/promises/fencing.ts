/** Fencing: a load that was overtaken is neither stored nor served to those who came later. */
import { entry, type LoadOptions, type Loaded } from '../../api.ts';
import { demand, equal } from '../assert.ts';
import { idOf, leaseOf, writeOf } from '../engine-requests.ts';
import type { Case, Group } from '../group.ts';
import type { Harness, KitCache } from '../harness.ts';
import { holdLoad } from '../held-load.ts';

interface Thing {
  readonly text: string;
  readonly group: string;
}

type Things = KitCache<Thing>;

const OLD: Thing = { text: 'old', group: 'g' };
const NEW: Thing = { text: 'new', group: 'g' };
const WRITTEN: Thing = { text: 'written', group: 'g' };

/** What overtakes a load of `k`, and what it leaves there. */
interface Overtaking {
  readonly how: string;
  readonly leaves: Thing | undefined;
  readonly needs?: Case['needs'];
  /** How the load gets its tag: told by the call that began it, or only by its loader. */
  readonly tag?: 'declared' | 'learnt';
  /** Whether it is known at once that the load is overtaken, so that the next one need not wait for it. */
  readonly endsLease?: boolean;
  readonly run: (cache: Things) => Promise<unknown>;
}

const needsScans: Case['needs'] = ({ scans }) => (scans ? undefined : "the provider lacks the trait 'scans'");
const needsIndexes: Case['needs'] = ({ indexes }) =>
  indexes ? undefined : "the provider lacks the trait 'indexes'";

const OVERTAKING: readonly Overtaking[] = [
  { how: 'delete', leaves: undefined, endsLease: true, run: (cache) => cache.delete('k') },
  { how: 'getAndDelete', leaves: undefined, endsLease: true, run: (cache) => cache.getAndDelete('k') },
  { how: 'deleteMany', leaves: undefined, endsLease: true, run: (cache) => cache.deleteMany(['other', 'k']) },
  { how: 'clear', leaves: undefined, endsLease: true, run: (cache) => cache.clear() },
  {
    how: 'deleteByIndex',
    leaves: undefined,
    needs: needsIndexes,
    run: (cache) => cache.deleteByIndex('group', 'g'),
  },
  {
    how: 'deleteByPattern',
    leaves: undefined,
    needs: needsScans,
    run: (cache) => cache.deleteByPattern('k*'),
  },
  {
    how: 'invalidateTags, the tag told with the call,',
    leaves: undefined,
    tag: 'declared',
    endsLease: true,
    run: (cache) => cache.invalidateTags(['u', 't']),
  },
  {
    how: 'invalidateTags, the tag told by the loader,',
    leaves: undefined,
    tag: 'learnt',
    run: (cache) => cache.invalidateTags(['u', 't']),
  },
  { how: 'set', leaves: WRITTEN, run: (cache) => cache.set('k', WRITTEN) },
  { how: 'setMany', leaves: WRITTEN, run: (cache) => cache.setMany([['k', WRITTEN]]) },
  { how: 'setIfNotExists', leaves: WRITTEN, run: (cache) => cache.setIfNotExists('k', WRITTEN) },
  { how: 'update', leaves: WRITTEN, run: (cache) => cache.update('k', () => WRITTEN) },
  { how: 'warm', leaves: WRITTEN, run: (cache) => cache.warm([['k', WRITTEN]]) },
  {
    how: 'a write and a delete',
    leaves: undefined,
    async run(cache) {
      await cache.set('k', WRITTEN);
      await cache.delete('k');
    },
  },
];

/** How `k` stood before the load. */
const FORMERLY: Readonly<Record<string, (cache: Things, h: Harness) => Promise<unknown>>> = {
  'had no entry': () => Promise.resolve(),
  'had an entry': async (cache, h) => {
    await cache.set('k', { text: 'former', group: 'g' }, { ttl: h.unit, tags: ['t'] });
    await h.runOut(h.unit);
  },
};

export const fencing: Group = {
  name: 'fencing',
  guarantee:
    'A load that was overtaken by a write, a removal or an invalidation is never stored and never served to a call that began afterwards; its own callers get its value, or load again.',
  cases: [
    ...OVERTAKING.flatMap((overtaking) =>
      Object.entries(FORMERLY).flatMap(([formerly, prepare]) =>
        (['this', 'another'] as const).map((where) => overtaken(overtaking, formerly, prepare, where)),
      ),
    ),
    ...OVERTAKING.filter(({ endsLease }) => endsLease).map(({ how, run }): Case => ({
      name: `G4: a call that comes after ${how} does not wait for the load that was overtaken`,
      async run(h) {
        const cache = things(h, h);
        const load = await holdLoad(cache, 'k', { tags: ['t'] });
        await run(cache);
        equal(await cache.getOrSet('k', () => NEW, { tags: ['t'] }), NEW, 'the call that came later');
        load.finish(OLD);
        equal(await load.result, OLD, 'the call whose load was overtaken');
        equal(await cache.get('k'), NEW, 'get');
      },
    })),
    {
      name: 'G4: callers who had joined before get the value, or load again; none hangs or fails',
      async run(h) {
        const cache = things(h, h);
        const joined = h.watch(cache, 'join');
        const load = await holdLoad(cache, 'k');
        const callers = Array.from({ length: 5 }, () => cache.getOrSet('k', () => NEW));
        await joined.arrivals(5);
        await cache.delete('k');
        load.finish(OLD);
        equal(await load.result, OLD, 'the call that began the load');
        for (const value of await Promise.all(callers)) {
          demand(value?.text === 'old' || value?.text === 'new', `a caller got ${value?.text}`);
        }
        demand((await cache.get('k'))?.text !== 'old', 'the overtaken value was stored');
      },
    },
    {
      name: 'G4: callers who waited in another process load again; none hangs or fails',
      async run(h) {
        const cache = things(h, h);
        const other = things(h, h.peer());
        const joined = h.watch(other, 'join');
        const load = await holdLoad(cache, 'k');
        const callers = Array.from({ length: 5 }, () => other.getOrSet('k', () => NEW));
        await joined.arrivals(5);
        await cache.delete('k');
        await h.passUntil(Promise.all(callers));
        load.finish(OLD);
        for (const value of await Promise.all(callers))
          demand(value.text === 'new', `a caller got '${value.text}'`);
        equal(await load.result, OLD, 'the call that began the load');
        equal(await cache.get('k'), NEW, 'get');
      },
    },
    {
      name: 'G4: a write overtakes a load in a cache without indexes and tags, too',
      async run(h) {
        const cache = h.cache<string>();
        const load = await holdLoad(cache, 'k');
        await h.peer().cache<string>().set('k', 'written');
        load.finish('old');
        equal(await load.result, 'old', 'the call whose load was overtaken');
        equal(await cache.get('k'), 'written', 'get');
      },
    },
    {
      name: 'G4: what happens to other keys overtakes no load',
      async run(h) {
        const cache = things(h, h);
        const load = await holdLoad(cache, 'k', { tags: ['t'] });
        await cache.set('k2', WRITTEN, { tags: ['t'] });
        await cache.delete('k2');
        await cache.deleteMany(['K', 'k ']);
        load.finish(OLD);
        await load.result;
        equal(await cache.get('k'), OLD, 'get');
      },
    },
    {
      name: 'G4: what was refused overtakes no load, and neither do reads',
      async run(h) {
        const cache = things(h, h);
        const load = await holdLoad(cache, 'k');
        equal(await cache.setIfExists('k', WRITTEN), false, 'setIfExists');
        equal(await cache.compareAndSet('k', 'no such version', WRITTEN), false, 'compareAndSet');
        equal(await cache.touch('k', '1h'), false, 'touch');
        equal(await cache.update('k', () => undefined), undefined, 'update that leaves it');
        await cache.get('k');
        await cache.has('k');
        await cache.getMany(['k']);
        load.finish(OLD);
        await load.result;
        equal(await cache.get('k'), OLD, 'get');
      },
    },
    {
      name: 'G4: what happened before the load overtakes nothing',
      async run(h) {
        const cache = things(h, h);
        await cache.set('k', WRITTEN, { tags: ['t'] });
        await cache.invalidateTags(['t']);
        await cache.clear();
        if (h.traits.indexes) await cache.deleteByIndex('group', 'g');
        if (h.traits.scans) await cache.deleteByPattern('*');
        await cache.delete('k');
        equal(await cache.getOrSet('k', () => OLD, { tags: ['t'] }), OLD, 'getOrSet');
        equal(await cache.get('k'), OLD, 'get');
      },
    },
    {
      name: 'G4: an invalidation between two runs of one loader overtakes the first alone',
      async run(h) {
        const cache = things(h, h);
        const first = await holdLoad(cache, 'k', { tags: ['t'] });
        await cache.invalidateTags(['t']);
        const second = await holdLoad(cache, 'k', { tags: ['t'] });
        second.finish(NEW);
        equal(await second.result, NEW, 'the second load');
        first.finish(OLD);
        equal(await first.result, OLD, 'the first load');
        equal(await cache.get('k'), NEW, 'get');
      },
    },
    {
      name: 'G4: the loads of a batch are overtaken one by one',
      async run(h) {
        const cache = things(h, h);
        const missing = h.watch(cache, 'load');
        const begun = Promise.withResolvers<void>();
        const held = Promise.withResolvers<ReadonlyMap<string, Loaded<Thing>>>();
        const many = cache.getOrSetMany(['a', 'b', 'c'], () => {
          begun.resolve();
          return held.promise;
        });
        await begun.promise;
        await cache.delete('a');
        await cache.set('b', WRITTEN);
        held.resolve(new Map(['a', 'b', 'c'].map((key) => [key, OLD])));
        for (const [key, outcome] of await many)
          equal(outcome, { status: 'loaded', value: OLD }, `the outcome of '${key}'`);
        await missing.arrivals(3);
        equal(await cache.get('a'), undefined, "get('a'), deleted during the load");
        equal(await cache.get('b'), WRITTEN, "get('b'), written during the load");
        equal(await cache.get('c'), OLD, "get('c')");
      },
    },
    {
      name: 'G4: an overtaken load is told and counted as one',
      async run(h) {
        const cache = things(h, h);
        const outcomes: string[] = [];
        cache.on('load', ({ outcome }) => void outcomes.push(outcome));
        const load = await holdLoad(cache, 'k');
        await cache.set('k', WRITTEN);
        load.finish(OLD);
        await load.result;
        equal(outcomes, ['overtaken'], 'the outcomes that were told');
        equal((await cache.stats()).overtaken, 1, 'overtaken in the statistics');
      },
    },
    {
      name: 'G4: an updater that was overtaken by a delete does not bring the entry back as it was',
      async run(h) {
        const cache = h.cache<readonly string[]>();
        const other = h.peer().cache<readonly string[]>();
        await cache.set('k', ['before']);
        const runs: (readonly string[] | undefined)[] = [];
        await cache.update('k', async (current) => {
          runs.push(current);
          if (runs.length === 1) await other.delete('k');
          return [...(current ?? []), 'added'];
        });
        equal(runs.at(-1), undefined, 'what the updater got at last');
        equal(await cache.get('k'), ['added'], 'get');
      },
    },
    {
      name: 'G4: a lease that was overtaken refuses the commit and changes nothing',
      async run(h) {
        const engine = await h.engine();
        const write = (version: string) => writeOf(version, { tags: ['t'] });
        const ends: Readonly<Record<string, () => unknown>> = {
          write: () => engine.write('k', { ...write('w'), tags: [] }, undefined),
          remove: () => engine.remove('k'),
          take: () => engine.take('k'),
          count: () =>
            engine.count('k', {
              delta: 1,
              version: idOf('c'),
              life: { ttl: Infinity, grace: 0 },
              renew: false,
            }),
          clear: () => engine.clear(),
          invalidateTags: () => engine.invalidateTags(['t']),
        };
        for (const [how, end] of Object.entries(ends)) {
          await engine.remove('k');
          const acquired = await engine.acquire('k', leaseOf(how, { tags: ['t'] }));
          equal(acquired.status, 'lead', `acquire before ${how}`);
          await end();
          const before = await engine.read('k');
          equal(await engine.commit('k', idOf(how), write('too late')), 'overtaken', `commit after ${how}`);
          equal(
            (await engine.read('k'))?.version,
            before?.version,
            `the entry after ${how} and the refused commit`,
          );
          equal(await engine.extend('k', idOf(how), 1_000_000), false, `extend after ${how}`);
        }
      },
    },
    {
      name: 'G4: a commit is stored once',
      async run(h) {
        const engine = await h.engine();
        await engine.acquire('k', leaseOf('a'));
        equal(await engine.commit('k', idOf('b'), writeOf('x')), 'overtaken', 'a commit with another token');
        equal(await engine.commit('k', idOf('a'), writeOf('y')), 'stored', 'the commit of the holder');
        equal((await engine.read('k'))?.version, idOf('y'), 'the version that was stored');
      },
    },
  ],
};

/** One load of `k` that is overtaken while its loader runs, with a caller who comes in between. */
function overtaken(
  { how, leaves, needs, tag, run }: Overtaking,
  formerly: string,
  prepare: (cache: Things, h: Harness) => Promise<unknown>,
  where: 'this' | 'another',
): Case {
  return {
    name: `G4: ${how} in ${where} process overtakes a load of a key that ${formerly}`,
    ...(needs === undefined ? {} : { needs }),
    async run(h) {
      const cache = things(h, h);
      const elsewhere = where === 'this' ? cache : things(h, h.peer());
      await prepare(cache, h);
      const options: LoadOptions = tag === 'learnt' ? {} : { tags: ['t'] };
      const loaded = (value: Thing): Loaded<Thing> =>
        tag === 'learnt' ? entry(value, { tags: ['t'] }) : value;
      const load = await holdLoad(cache, 'k', options);
      await run(elsewhere);
      const late = [cache, elsewhere].map((each) =>
        each.getOrSet<Loaded<Thing>>('k', () => loaded(NEW), options),
      );
      load.finish(loaded(OLD));
      equal(await load.result, OLD, 'the call whose load was overtaken');
      await h.passUntil(Promise.all(late));
      for (const value of await Promise.all(late)) equal(value, leaves ?? NEW, 'a call that came after it');
      equal(await cache.get('k'), leaves ?? NEW, 'get');
      equal(await elsewhere.get('k'), leaves ?? NEW, 'get where it was overtaken');
    },
  };
}

/** The cache of the cases in `process`, with an index where the provider has them. */
function things(h: Harness, process: Pick<Harness, 'cache'>): Things {
  return process.cache<Thing>(h.traits.indexes ? { indexes: { group: (value) => value.group } } : {});
}
