/** Namespaces: caches below a cache, whose keys meet no other's. */
import { demand, equal, refuses, sameEntries, sameTexts } from '../assert.ts';
import type { Group } from '../group.ts';
import { holdLoad } from '../held-load.ts';

/** Names that naive joining of texts would make meet. */
const NAMES = [
  'a',
  'b',
  'A',
  'a:',
  'a:b',
  'a.b',
  'a/b',
  'a%3Ab',
  ':',
  '.',
  '..',
  '__proto__',
  'constructor',
  ' ',
  '*',
  '{a}',
  'é',
  '🔑',
  '\u0000',
  'x'.repeat(512),
];

export const namespaces: Group = {
  name: 'namespaces',
  guarantee:
    'A namespace is a cache of its own: no key, tag, index, pattern or clear of another reaches it, whatever the names are.',
  cases: [
    {
      name: "G2: 'a' with the key 'b:c', 'a:b' with the key 'c', and their like, never meet",
      async run(h) {
        const cache = h.cache<string>();
        const places: (readonly [path: readonly string[], key: string])[] = [
          [[], 'a:b:c'],
          [['a'], 'b:c'],
          [['a:b'], 'c'],
          [['a', 'b'], 'c'],
          [['a.b'], 'c'],
          [['a'], 'b.c'],
          [['a:'], 'b:c'],
          [['a'], ':b:c'],
          [['a', 'b:'], 'c'],
          [['a/b'], 'c'],
          [['a%3Ab'], 'c'],
          ...NAMES.map((name) => [[name], 'k'] as const),
          ...NAMES.map((name) => [[], name] as const),
          ...NAMES.map((name) => [['n', name], 'k'] as const),
        ];
        const at = (path: readonly string[]): typeof cache =>
          path.reduce((place, name) => place.namespace(name), cache);
        for (const [path, key] of places)
          equal(
            await at(path).setIfNotExists(key, `${path.join('>')}|${key}`),
            true,
            `setIfNotExists of '${key}' in ${JSON.stringify(path)}`,
          );
        for (const [path, key] of places)
          equal(
            await at(path).get(key),
            `${path.join('>')}|${key}`,
            `get('${key}') in ${JSON.stringify(path)}`,
          );
      },
    },
    {
      name: 'G2: two caches of one manager never meet either',
      async run(h) {
        const one = h.cache<string>({}, 'a');
        const two = h.cache<string>({}, 'a:b');
        const three = h.cache<string>({}, 'a.b');
        await one.set('b:k', 'one');
        await two.set('k', 'two');
        await three.set('k', 'three');
        await one.namespace('b').set('k', 'four');
        equal(
          [await one.get('b:k'), await two.get('k'), await three.get('k'), await one.namespace('b').get('k')],
          ['one', 'two', 'three', 'four'],
          'the values',
        );
        await two.clear();
        equal(
          [await one.get('b:k'), await two.get('k'), await three.get('k'), await one.namespace('b').get('k')],
          ['one', undefined, 'three', 'four'],
          'the values after clear',
        );
      },
    },
    {
      name: 'G2: the same name gives the same cache, with the options of the one above',
      async run(h) {
        const cache = h.cache<string>({ ttl: '5m', tags: ['all'] });
        const below = cache.namespace('n');
        demand(cache.namespace('n') === below, 'the same name gave another cache');
        demand(cache.namespace('m') !== below, 'another name gave the same cache');
        await below.set('k', 'v');
        equal((await below.getMetadata('k'))?.ttl, 300_000, 'the ttl');
        equal((await below.getMetadata('k'))?.tags, ['all'], 'the tags');
        await h
          .peer()
          .cache<string>({ ttl: '5m', tags: ['all'] })
          .namespace('n')
          .invalidateTags(['all']);
        equal(await below.get('k'), undefined, 'get after another process invalidated');
      },
    },
    {
      name: 'G8: clear, tags, patterns and indexes stay within their namespace, in both directions',
      async run(h) {
        const cache = h.cache<string>(h.traits.indexes ? { indexes: { self: (text: string) => text } } : {});
        const below = cache.namespace('n');
        const all = [cache, below, cache.namespace('m'), below.namespace('o')];
        const fill = async (): Promise<void> => {
          for (const each of all) await each.set('k', 'v', { tags: ['t'] });
        };
        const removals: readonly ((each: typeof cache) => Promise<unknown>)[] = [
          (each) => each.clear(),
          (each) => each.invalidateTags(['t']),
          ...(h.traits.scans ? [(each: typeof cache) => each.deleteByPattern('*')] : []),
          ...(h.traits.indexes ? [(each: typeof cache) => each.deleteByIndex('self', 'v')] : []),
          (each) => each.delete('k'),
        ];
        for (const [at, remove] of removals.entries()) {
          for (const target of all) {
            await fill();
            await remove(target);
            for (const each of all)
              equal(await each.get('k'), each === target ? undefined : 'v', `get after removal ${at}`);
          }
        }
      },
    },
    {
      name: 'G7: walks and look-ups see their own namespace only',
      async run(h) {
        const cache = h.cache<string>(h.traits.indexes ? { indexes: { self: (text: string) => text } } : {});
        const below = cache.namespace('n');
        await cache.set('above', 'v');
        await below.set('below', 'v');
        if (h.traits.indexes) {
          sameEntries(await cache.getByIndex('self', 'v'), { above: 'v' }, 'getByIndex above');
          sameEntries(await below.getByIndex('self', 'v'), { below: 'v' }, 'getByIndex below');
        }
        if (!h.traits.scans) return;
        for (const [place, key] of [
          [cache, 'above'],
          [below, 'below'],
        ] as const) {
          const keys: string[] = [];
          for await (const each of place.keys()) keys.push(each);
          sameTexts(keys, [key], `keys(), where '${key}' is`);
        }
      },
    },
    {
      name: 'G4: what happens in a namespace overtakes no load of another',
      async run(h) {
        const cache = h.cache<string>();
        const below = cache.namespace('n');
        const load = await holdLoad(cache, 'k', { tags: ['t'] });
        await below.set('k', 'other');
        await below.delete('k');
        await below.invalidateTags(['t']);
        await below.clear();
        load.finish('loaded');
        await load.result;
        equal(await cache.get('k'), 'loaded', 'get');
      },
    },
    {
      name: 'G13: middleware counts for namespaces, statistics are their own',
      async run(h) {
        const cache = h.cache<string>();
        const below = cache.namespace('n');
        const seen: string[] = [];
        cache.use((operation, next) => {
          seen.push(operation.name);
          return next();
        });
        await below.set('k', 'v');
        await cache.namespace('later').get('k');
        equal(seen, ['set', 'get'], 'the operations that the middleware saw');
        await below.get('k');
        equal([(await cache.stats()).hits, (await below.stats()).hits], [0, 1], 'hits above and below');
      },
    },
    {
      name: 'G2: what cannot be a name is refused',
      async run(h) {
        const cache = h.cache<string>();
        for (const name of ['', '\uD800', 'x'.repeat(513), null, undefined, 1, {}]) {
          await refuses(() => cache.namespace(name as string), `namespace(${JSON.stringify(name)})`);
        }
      },
    },
  ],
};
