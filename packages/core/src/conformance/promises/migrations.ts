/** Migrations: entries of older schema versions come back in today's form, and are stored in it once. */
import type { CacheEvents } from '../../events.ts';
import { chaos } from '../../testing/chaos.ts';
import { gate } from '../../testing/gate.ts';
import { demand, equal, rejection, rejectsWith, sameEntries } from '../assert.ts';
import type { Group } from '../group.ts';
import type { Harness, KitCache } from '../harness.ts';
import { ANN, OLD, PERSON, PERSON_LATER, before, split, today, type Old, type Person } from '../releases.ts';
import { releaseCases } from './two-releases.ts';

/** Every way on which a reader meets an entry. */
const READS: Readonly<Record<string, (cache: KitCache<Person>) => Promise<unknown>>> = {
  get: (cache) => cache.get('k'),
  getEntry: async (cache) => (await cache.getEntry('k'))?.value,
  getMany: async (cache) => (await cache.getMany(['k'])).get('k'),
  getOrSet: (cache) => cache.getOrSet('k', () => ({ first: 'loaded', last: '' })),
  getOrSetMany: async (cache) => {
    const outcome = (await cache.getOrSetMany(['k'], () => new Map())).get('k');
    return outcome?.status === 'hit' ? outcome.value : outcome;
  },
};

export const migrations: Group = {
  name: 'migrations',
  guarantee:
    "An entry of an older schema version is given in today's form and stored in it once; one of a newer version is a miss.",
  needs: ({ holds }) =>
    holds === 'bytes' ? undefined : 'the provider holds values: no entry outlives the release that wrote it',
  cases: [
    ...Object.entries(READS).map(([what, read]) => ({
      name: `G14: ${what} gives an older entry in today's form, and stores it once`,
      async run(h: Harness) {
        await before(h).set('k', OLD);
        const { options, runs } = today();
        const cache = h.cache<Person>(options);
        const stored = h.watch(cache, 'migrate');
        equal(await read(cache), ANN, what);
        await stored.arrivals();
        equal(await read(cache), ANN, `${what}, again`);
        equal(await read(h.peer().cache<Person>(options)), ANN, `${what} in another process`);
        equal(runs(), 1, 'how often migrate has run');
      },
    })),
    {
      name: "G14: an entry without a version is migrated from 0, and a look-up by an index gives today's form",
      async run(h) {
        const index = h.traits.indexes ? { all: (): string => 'term' } : {};
        await h.peer().cache<Old>({ indexes: index }).set('k', OLD);
        const seen: unknown[] = [];
        const { options } = today((old, ...where) => (seen.push([old, ...where]), split(old)));
        const cache = h.cache<Person>({ ...options, indexes: index });
        const told: CacheEvents['migrate'][] = [];
        cache.on('migrate', (event) => void told.push(event));
        const stored = h.watch(cache, 'migrate');
        if (h.traits.indexes) sameEntries(await cache.getByIndex('all', 'term'), { k: ANN }, 'getByIndex');
        else equal(await cache.get('k'), ANN, 'get');
        await stored.arrivals();
        equal(seen, [[OLD, 0, 'k']], 'what migrate was given');
        equal(told, [{ key: 'k', fromVersion: 0 }], 'what was told');
      },
    },
    {
      name: 'G14: what is stored in place of an older entry keeps its life, its tags and its terms',
      async run(h) {
        const { indexes } = h.traits;
        const old = before(h, indexes ? { indexes: { last: ({ name }) => name.split(' ')[1] } } : {});
        await old.set('k', OLD, { ttl: 40 * h.unit, tags: ['a', 'b'] });
        if (indexes) await old.addIndex('by hand', 'k', 'term');
        const metadata = await old.getMetadata('k');
        await h.pass(h.unit);
        const cache = h.cache<Person>({
          ...today().options,
          ttl: 500 * h.unit,
          ...(indexes && { indexes: { last: ({ last }: Person) => last } }),
        });
        const entry = await cache.getEntry('k');
        equal(entry?.expiresAt, metadata?.expiresAt, 'expiresAt');
        equal(entry?.tags.toSorted(), ['a', 'b'], 'the tags');
        demand(entry?.version !== metadata?.version, 'the version is still that of the old entry');
        if (indexes) {
          sameEntries(await cache.getByIndex('last', 'Lee'), { k: ANN }, 'getByIndex');
          sameEntries(await cache.getByIndex('by hand', 'term'), { k: ANN }, 'getByIndex by hand');
        }
        equal(
          typeof (await cache.compareAndSet('k', entry?.version ?? '', ANN)),
          'string',
          'compareAndSet on the version that getEntry gave',
        );
        await cache.invalidateTags(['b']);
        equal(await cache.get('k'), ANN, 'get of what compareAndSet wrote');
      },
    },
    {
      name: 'G9: a migration does not lengthen a life',
      async run(h) {
        await before(h).set('k', OLD, { ttl: 3 * h.unit });
        const cache = h.cache<Person>({ ...today().options, ttl: 500 * h.unit });
        const stored = h.watch(cache, 'migrate');
        await h.pass(h.unit);
        equal(await cache.get('k'), ANN, 'get');
        await stored.arrivals();
        await h.runOut(2 * h.unit);
        equal(await cache.get('k'), undefined, 'get when the life of the old entry has passed');
      },
    },
    {
      name: 'G14: those who read an older entry at the same time share one migration',
      async run(h) {
        await before(h).set('k', OLD);
        const door = gate();
        const { options, runs } = today(async (old) => {
          await door.pass();
          return split(old);
        });
        const cache = h.cache<Person>({ ...options, schema: PERSON_LATER });
        const stored = h.watch(cache, 'migrate');
        const readers = Array.from({ length: 20 }, () => cache.get('k'));
        await door.arrivals();
        door.open();
        for (const value of await Promise.all(readers)) equal(value, ANN, 'what a reader got');
        await stored.arrivals();
        equal([runs(), stored.arrived], [1, 1], 'how often it was migrated, and stored');
      },
    },
    {
      name: 'G4: a migration does not overwrite what was written or removed while it ran',
      async run(h) {
        const old = before(h);
        const door = gate();
        const slow = today(async (given) => {
          await door.pass();
          return split(given);
        });
        const cache = h.cache<Person>(slow.options);
        await old.setMany([
          ['written', OLD],
          ['removed', OLD],
        ]);
        const readers = ['written', 'removed'].map((key) => cache.get(key));
        await door.arrivals(2);
        const other = h.peer().cache<Person>(slow.options);
        await other.set('written', { first: 'Bob', last: '' });
        await other.delete('removed');
        door.open();
        await Promise.all(readers);
        // A write of the same process to another key is behind those that the migrations sent.
        await cache.set('fence', ANN);
        await h.settle();
        equal(await cache.get('written'), { first: 'Bob', last: '' }, 'get of what was written');
        equal(await cache.get('removed'), undefined, 'get of what was removed');
      },
    },
    {
      name: 'G10: a migrated value that cannot be stored is given all the same',
      async run(h) {
        await before(h).set('k', OLD);
        let isFull = true;
        const process = h.peer((provider) =>
          chaos(
            provider,
            ({ method }) =>
              isFull && (method === 'write' || method === 'put') ? { fault: 'fail' } : undefined,
            h.clock,
          ),
        );
        const { options } = today();
        const cache = process.cache<Person>({ ...options, onFailure: 'throw' });
        const failed = h.watch(cache, 'error');
        const stored = h.watch(cache, 'migrate');
        equal(await cache.get('k'), ANN, 'get');
        await failed.arrivals();
        equal(stored.arrived, 0, 'how often it was stored');
        isFull = false;
        equal(await cache.get('k'), ANN, 'get, again');
        await stored.arrivals();
      },
    },
    {
      name: 'G14: a migration that fails, or whose value does not fit, is a miss',
      async run(h) {
        const broken = new Error('cannot migrate');
        await before(h).setMany([
          ['throws', OLD],
          ['unfit', OLD],
          ['nothing', OLD],
        ]);
        const cache = h.cache<Person>(
          today((_old, _from, key) => {
            if (key === 'throws') throw broken;
            return key === 'unfit' ? ({ first: 'Ann' } as Person) : undefined;
          }).options,
        );
        const told: (readonly [string, string])[] = [];
        cache.on('invalid', ({ key, reason }) => void told.push([key, reason]));
        const errors: unknown[] = [];
        cache.on('error', ({ error }) => void errors.push(error));
        for (const key of ['throws', 'unfit', 'nothing'])
          equal(await cache.get(key), undefined, `get of ${key}`);
        equal(
          told,
          [
            ['unfit', 'schema'],
            ['nothing', 'unmigrated'],
          ],
          'what was told',
        );
        demand(errors.length === 1 && errors[0] === broken, 'what migrate threw was not told');
        demand(
          (await rejection(cache.get('throws', { onFailure: 'throw' }), 'get')) === broken,
          'get that must not fail open rejects with another error',
        );
        await rejectsWith(
          'SCHEMA_MISMATCH',
          cache.update('unfit', () => ANN),
          'update of what does not fit',
        );
      },
    },
    {
      name: 'G5: an update begins with the migrated value, and writes it once',
      async run(h) {
        await before(h).set('k', OLD, { ttl: 40 * h.unit, tags: ['t'] });
        const { options } = today();
        const cache = h.cache<Person>(options);
        const attempts: number[] = [];
        const updated = await cache.update('k', (person, { attempt }) => {
          attempts.push(attempt);
          return person && { ...person, first: 'Eve' };
        });
        equal(updated, { first: 'Eve', last: 'Lee' }, 'update');
        equal(attempts, [1], 'its attempts');
        equal((await cache.getMetadata('k'))?.tags, ['t'], 'the tags');
        equal(await cache.getAndDelete('k'), { first: 'Eve', last: 'Lee' }, 'getAndDelete');
        await before(h).set('k', OLD);
        equal(await cache.getAndDelete('k'), ANN, 'getAndDelete of an older entry');
        equal(await cache.has('k'), false, 'has');
      },
    },
    {
      name: 'G5: an update of an entry for which there is no migration begins anew, in its place',
      async run(h) {
        const old = before(h);
        await old.set('k', OLD, { tags: ['old'] });
        const cache = h.cache<Person>({ schemaVersion: 2, ttl: 7 * h.unit });
        equal(await cache.get('k'), undefined, 'get');
        equal(await cache.update('k', (person) => person ?? ANN), ANN, 'update');
        const { tags, ttl } = (await cache.getMetadata('k')) ?? {};
        equal([tags, ttl], [[], 7 * h.unit], 'the tags and the ttl of the new entry');
      },
    },
    ...releaseCases,
    {
      name: 'G14: a whole number, which tells no version, is of today unless the schema says otherwise',
      async run(h) {
        await (before(h) as unknown as KitCache<number>).set('k', 7);
        const seen: number[] = [];
        const migrate = (old: unknown, from: number): Person => {
          seen.push(from);
          return { first: String(old), last: '' };
        };
        equal(
          await (h.peer().cache<Person>({ schemaVersion: 2, migrate }) as KitCache<unknown>).get('k'),
          7,
          'get without a schema',
        );
        const cache = h.cache<Person>({ schemaVersion: 2, schema: PERSON, migrate });
        equal(await cache.get('k'), { first: '7', last: '' }, 'get');
        equal(seen, [0], 'the versions that were migrated');
      },
    },
  ],
};
