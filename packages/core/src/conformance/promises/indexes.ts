/** Indexes: entries found by attribute, and never one that is not there. */
import { demand, equal, refuses, rejectsWith, sameEntries } from '../assert.ts';
import type { Case, Group } from '../group.ts';
import type { Harness, KitCache } from '../harness.ts';

interface User {
  readonly team: string;
  readonly roles?: readonly string[];
  readonly n?: number;
}

type Users = KitCache<User>;

const indexes = {
  team: (user: User) => user.team,
  role: (user: User) => user.roles,
};

const users = (h: Harness, process: Pick<Harness, 'cache'> = h): Users => process.cache<User>({ indexes });

/** Every way in which an entry leaves the term it had. */
const LEAVINGS: Readonly<Record<string, (cache: Users, h: Harness) => Promise<unknown>>> = {
  'it is deleted': (cache) => cache.delete('a'),
  'it is taken': (cache) => cache.getAndDelete('a'),
  'it is deleted in a batch': (cache) => cache.deleteMany(['a']),
  'it is deleted by pattern': async (cache, h) =>
    h.traits.scans ? cache.deleteByPattern('a*') : cache.delete('a'),
  'it expires': async (cache, h) => {
    await cache.touch('a', h.unit);
    await h.runOut(h.unit);
  },
  'it is made stale': (cache) => cache.expire('a'),
  'its tag is invalidated': (cache) => cache.invalidateTags(['t']),
  'the cache is cleared and the others come back': async (cache) => {
    await cache.clear();
    await cache.set('b', { team: 'red' });
  },
  'a set gives it another term': (cache) => cache.set('a', { team: 'blue' }),
  'an update gives it another term': (cache) => cache.update('a', () => ({ team: 'blue' })),
  'a compareAndSet gives it another term': async (cache) =>
    cache.compareAndSet('a', (await cache.getMetadata('a'))?.version ?? '', { team: 'blue' }),
  'it comes back with another term': async (cache) => {
    await cache.delete('a');
    await cache.getOrSet('a', () => ({ team: 'blue' }));
  },
};

/** Every way in which an entry comes under a term. */
const COMINGS: Readonly<Record<string, (cache: Users) => Promise<unknown>>> = {
  set: (cache) => cache.set('a', { team: 'red' }),
  setIfNotExists: (cache) => cache.setIfNotExists('a', { team: 'red' }),
  setMany: (cache) => cache.setMany([['a', { team: 'red' }]]),
  getOrSet: (cache) => cache.getOrSet('a', () => ({ team: 'red' })),
  getOrSetMany: (cache) => cache.getOrSetMany(['a'], () => new Map([['a', { team: 'red' }]])),
  update: (cache) => cache.update('a', () => ({ team: 'red' })),
  'update from another term': async (cache) => {
    await cache.set('a', { team: 'blue' });
    return cache.update('a', () => ({ team: 'red' }));
  },
  warm: (cache) => cache.warm([['a', { team: 'red' }]]),
};

export const indexesGroup: Group = {
  name: 'indexes',
  guarantee:
    'Entry and membership change together: a look-up gives every fresh entry that has the term, and none that is gone, expired, invalid or has lost it.',
  needs: ({ indexes: able }) => (able ? undefined : "the provider lacks the trait 'indexes'"),
  refusal: [
    {
      name: 'G7: a provider without the trait refuses indexes by its name',
      async run(h) {
        const cache = h.cache<User>();
        const calls: readonly (() => Promise<unknown>)[] = [
          () => cache.getByIndex('team', 'red'),
          () => cache.deleteByIndex('team', 'red'),
          () => cache.addIndex('manual', '*', 'term'),
          () => cache.removeIndex('manual', '*', 'term'),
          async () => {
            const declared = h.peer().cache<User>({ indexes }, 'declared');
            await declared.ready();
          },
        ];
        for (const call of calls) {
          const error = await rejectsWith('UNSUPPORTED', Promise.resolve().then(call), 'a use of indexes');
          demand(error.message.includes('indexes'), 'the message does not name the trait');
        }
      },
    },
  ],
  cases: [
    ...Object.entries(COMINGS).map(([how, come]): Case => ({
      name: `G7: an entry is found by its terms after ${how}, in every process`,
      async run(h) {
        const cache = users(h);
        await come(cache);
        sameEntries(await cache.getByIndex('team', 'red'), { a: { team: 'red' } }, 'getByIndex');
        sameEntries(
          await users(h, h.peer()).getByIndex('team', 'red'),
          { a: { team: 'red' } },
          'getByIndex in another process',
        );
        sameEntries(await cache.getByIndex('team', 'blue'), {}, 'getByIndex of another term');
      },
    })),
    ...Object.entries(LEAVINGS).map(([how, leave]): Case => ({
      name: `G7: an entry is not found by a term any more when ${how}`,
      async run(h) {
        const cache = users(h);
        await cache.set('a', { team: 'red' }, { tags: ['t'] });
        await cache.set('b', { team: 'red' });
        await leave(cache, h);
        sameEntries(await cache.getByIndex('team', 'red'), { b: { team: 'red' } }, 'getByIndex');
        equal(await cache.deleteByIndex('team', 'red'), 1, 'deleteByIndex, of fresh entries');
        const left = await cache.get('a');
        demand(left === undefined || left.team === 'blue', 'the entry is still what it was');
      },
    })),
    {
      name: 'G7: an entry has several terms of several indexes, and each finds it',
      async run(h) {
        const cache = users(h);
        await cache.set('a', { team: 'red', roles: ['admin', 'dev', 'admin'] });
        await cache.set('b', { team: 'red', roles: [] });
        await cache.set('c', { team: 'admin' });
        equal([...(await cache.getByIndex('role', 'admin')).keys()], ['a'], "role 'admin'");
        equal([...(await cache.getByIndex('role', 'dev')).keys()], ['a'], "role 'dev'");
        equal([...(await cache.getByIndex('team', 'admin')).keys()], ['c'], "team 'admin'");
        equal([...(await cache.getByIndex('team', 'red')).keys()].toSorted(), ['a', 'b'], "team 'red'");
        const { indexes: told } = (await cache.getMetadata('a')) ?? {};
        equal(
          [told?.['team'], told?.['role']?.toSorted()],
          [['red'], ['admin', 'dev']],
          'the terms in the metadata',
        );
      },
    },
    {
      name: 'G7: an update that leaves the terms keeps them, with and without a new life',
      async run(h) {
        const cache = users(h);
        await cache.set('a', { team: 'red', n: 1 }, { ttl: 4 * h.unit });
        await cache.update('a', (user) => ({ team: 'red', n: (user?.n ?? 0) + 1 }));
        sameEntries(await cache.getByIndex('team', 'red'), { a: { team: 'red', n: 2 } }, 'getByIndex');
        await cache.touch('a', 40 * h.unit);
        await h.runOut(5 * h.unit);
        sameEntries(
          await cache.getByIndex('team', 'red'),
          { a: { team: 'red', n: 2 } },
          'getByIndex after the first life',
        );
        await cache.set('a', { team: 'red', n: 3 }, { ttl: 400 * h.unit });
        await h.runOut(41 * h.unit);
        sameEntries(
          await cache.getByIndex('team', 'red'),
          { a: { team: 'red', n: 3 } },
          'getByIndex after the second life',
        );
      },
    },
    {
      name: 'G7: deleteByIndex removes the entries under its term, and only those',
      async run(h) {
        const cache = users(h);
        await cache.set('a', { team: 'red' });
        await cache.set('b', { team: 'red' });
        await cache.set('c', { team: 'red%' });
        await cache.set('d', { team: 'Red' });
        await cache.set('e', { team: 'blue', roles: ['red'] });
        equal(await cache.deleteByIndex('team', 'red'), 2, 'deleteByIndex');
        equal(await cache.deleteByIndex('team', 'red'), 0, 'deleteByIndex again');
        equal([...(await cache.getMany(['a', 'b', 'c', 'd', 'e'])).keys()], ['c', 'd', 'e'], 'what is left');
      },
    },
    {
      name: 'G7: deleteByIndex removes and counts all under its term, however many they are',
      async run(h) {
        const cache = users(h);
        const keys = Array.from({ length: 300 }, (_, n) => `k${n}`);
        await cache.setMany(keys.map((key) => [key, { team: 'red' }]));
        equal(await cache.deleteByIndex('team', 'red'), keys.length, 'deleteByIndex');
        equal((await cache.getMany(keys)).size, 0, 'entries that are left');
        equal((await cache.getByIndex('team', 'red')).size, 0, 'entries under the term');
      },
    },
    {
      name: 'G7: names and terms that look alike do not meet',
      async run(h) {
        const name = (of: (user: User) => string) => of;
        const cache = h.cache<User>({
          indexes: {
            a: name((user) => user.team),
            'a=b': name((user) => user.team),
            'a%3Db': name(() => 'other'),
            __proto__x: name(() => 'proto'),
          },
        });
        await cache.set('k', { team: 'c' });
        equal((await cache.getByIndex('a', 'b=c')).size, 0, "index 'a', term 'b=c'");
        equal((await cache.getByIndex('a=b', 'c')).size, 1, "index 'a=b', term 'c'");
        equal((await cache.getByIndex('a%3Db', 'c')).size, 0, "index 'a%3Db', term 'c'");
        equal((await cache.getByIndex('a%3Db', 'other')).size, 1, "index 'a%3Db', term 'other'");
        for (const team of ['a:b', 'a*', '=', ' ', '\u0000', '🔑', '__proto__']) {
          await cache.set('k', { team });
          equal((await cache.getByIndex('a', team)).size, 1, `term ${JSON.stringify(team)}`);
        }
      },
    },
    {
      name: 'G7: addIndex takes in the keys that match at that moment, and no later ones',
      needs: ({ scans }) => (scans ? undefined : "the provider lacks the trait 'scans'"),
      async run(h) {
        const cache = users(h);
        await cache.set('user:1', { team: 'red' });
        await cache.set('user:2', { team: 'blue' });
        await cache.set('other:1', { team: 'red' });
        equal(await cache.addIndex('seen', 'user:*', 'today'), 2, 'addIndex');
        await cache.set('user:3', { team: 'red' });
        equal(
          [...(await cache.getByIndex('seen', 'today')).keys()].toSorted(),
          ['user:1', 'user:2'],
          'getByIndex',
        );
        sameEntries(
          await cache.getByIndex('team', 'blue'),
          { 'user:2': { team: 'blue' } },
          'the declared index of a key that was taken in',
        );
        equal(await cache.removeIndex('seen', '*:1', 'today'), 1, 'removeIndex');
        equal(
          [...(await cache.getByIndex('seen', 'today')).keys()],
          ['user:2'],
          'getByIndex after removeIndex',
        );
        await cache.update('user:2', () => ({ team: 'green' }));
        equal(
          [...(await cache.getByIndex('seen', 'today')).keys()],
          ['user:2'],
          'getByIndex after an update',
        );
        await cache.set('user:2', { team: 'green' });
        equal((await cache.getByIndex('seen', 'today')).size, 0, 'getByIndex after a set');
      },
    },
    {
      name: 'G7: a manual index cannot have the name of a declared one',
      async run(h) {
        const cache = users(h);
        await refuses(() => cache.addIndex('team', '*', 'red'), 'addIndex', 'team');
        await refuses(() => cache.removeIndex('team', '*', 'red'), 'removeIndex', 'team');
      },
    },
    {
      name: 'G7: while entries change hands a look-up never gives one that does not have the term',
      async run(h) {
        const cache = users(h);
        const other = users(h, h.peer());
        const keys = ['a', 'b', 'c', 'd'];
        for (let round = 0; round < 10; round += 1) {
          const changes = keys.flatMap((key, n) => [
            cache.set(key, { team: n % 2 === 0 ? 'red' : 'blue', n: round }),
            other.update(key, (user) => ({ team: user?.team === 'red' ? 'blue' : 'red', n: round })),
            ...(n === round % 4 ? [other.delete(key)] : []),
          ]);
          const looks = [cache, other].flatMap((each) => [
            each.getByIndex('team', 'red'),
            each.getByIndex('team', 'blue'),
          ]);
          await h.passUntil(Promise.all([...changes, ...looks]));
          for (const [at, found] of (await Promise.all(looks)).entries()) {
            for (const [key, user] of found)
              equal(user.team, at % 2 === 0 ? 'red' : 'blue', `the team of '${key}' in a look-up`);
          }
          await Promise.all(changes);
          const [red, blue] = [await cache.getByIndex('team', 'red'), await cache.getByIndex('team', 'blue')];
          const all = await cache.getMany(keys);
          sameEntries(
            new Map([...red, ...blue]),
            Object.fromEntries(all),
            'both terms together, when all is quiet',
          );
          for (const [key, user] of all)
            equal((user.team === 'red' ? red : blue).has(key), true, `'${key}' under its term`);
        }
      },
    },
    {
      name: 'G7: as soon as an entry can be read it can be looked up, and as soon as it is gone it cannot',
      async run(h) {
        const cache = users(h);
        const other = users(h, h.peer());
        await other.ready();
        const changes: readonly (readonly [change: () => Promise<unknown>, team: string | undefined])[] = [
          [() => cache.set('a', { team: 'red' }), 'red'],
          [() => cache.update('a', () => ({ team: 'blue' })), 'blue'],
          [() => cache.setMany([['a', { team: 'red' }]]), 'red'],
          [() => cache.delete('a'), undefined],
          [() => cache.getOrSet('a', () => ({ team: 'blue' })), 'blue'],
          [() => cache.clear(), undefined],
        ];
        for (const [at, [change, team]] of changes.entries()) {
          const changing = change();
          changing.catch(() => undefined);
          // Looks often, so as to be there in the moment between two steps that should be one.
          for (let look = 1; (await other.get('a'))?.team !== team; look += 1) {
            if (look % 20 === 0) await h.settle();
          }
          for (const each of ['red', 'blue']) {
            const expected = each === team ? { a: { team } } : {};
            sameEntries(
              await other.getByIndex('team', each),
              expected,
              `team '${each}', when change ${at} can be read`,
            );
          }
          await changing;
        }
      },
    },
    {
      name: 'G7: an extractor that throws rejects the write, and nothing is written',
      async run(h) {
        const cache = h.cache<User>({
          indexes: {
            team: (user) => {
              if (user.team === 'bad') throw new Error('no such team');
              return user.team;
            },
          },
        });
        await cache.set('k', { team: 'good' });
        const failures: readonly (() => Promise<unknown>)[] = [
          () => cache.set('k', { team: 'bad' }),
          () => cache.update('k', () => ({ team: 'bad' })),
          () => cache.getOrSet('new', () => ({ team: 'bad' })),
        ];
        for (const call of failures) {
          const failed = await call().then(
            () => false,
            () => true,
          );
          demand(failed, 'a write whose extractor throws was accepted');
        }
        equal(await cache.get('k'), { team: 'good' }, 'the entry');
        equal(await cache.has('new'), false, 'the key that was loaded');
        sameEntries(await cache.getByIndex('team', 'good'), { k: { team: 'good' } }, 'getByIndex');
      },
    },
    {
      name: 'G7: what is no term is refused',
      async run(h) {
        const cache = users(h);
        for (const term of ['', 1, null, undefined, '\uD800', 'x'.repeat(513)]) {
          await refuses(
            () => cache.set('k', { team: 'red', roles: [term as string] }),
            `a term ${JSON.stringify(term)}`,
          );
          await refuses(
            () => cache.getByIndex('team', term as string),
            `getByIndex of ${JSON.stringify(term)}`,
          );
        }
        await cache.set('k', { team: 'x'.repeat(512) });
        equal((await cache.getByIndex('team', 'x'.repeat(512))).size, 1, 'a term of 512 bytes');
      },
    },
  ],
};
