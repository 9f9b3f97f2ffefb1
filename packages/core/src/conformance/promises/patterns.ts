/** Patterns: keys found and removed by what they look like. */
import { demand, equal, refuses, rejectsWith, sameTexts } from '../assert.ts';
import type { Group } from '../group.ts';
import type { KitCache } from '../harness.ts';

const KEYS = [
  'user:1',
  'user:2',
  'user:10',
  'User:1',
  'user',
  'admin:1',
  'a*b',
  'a?b',
  'a[b',
  'a]b',
  'a\\b',
  'aXb',
  'ab',
  'é1',
  '🔑1',
  '{h}:1',
  '%3A',
  '-',
  '^',
];

/** What each glob matches among the keys above. */
const MATCHES: Readonly<Record<string, readonly string[]>> = {
  '*': KEYS,
  '**': KEYS,
  'user:*': ['user:1', 'user:2', 'user:10'],
  'user:?': ['user:1', 'user:2'],
  'user:[12]': ['user:1', 'user:2'],
  'user:[1-2]*': ['user:1', 'user:2', 'user:10'],
  'user:[^1]': ['user:2'],
  '[uU]ser:1': ['user:1', 'User:1'],
  '*:1': ['user:1', 'User:1', 'admin:1', '{h}:1'],
  '*1*': ['user:1', 'user:10', 'User:1', 'admin:1', 'é1', '🔑1', '{h}:1'],
  user: ['user'],
  'user*': ['user', 'user:1', 'user:2', 'user:10'],
  use: [],
  'ser*': [],
  'a\\*b': ['a*b'],
  'a\\?b': ['a?b'],
  'a\\[b': ['a[b'],
  'a\\]b': ['a]b'],
  'a]b': ['a]b'],
  'a\\\\b': ['a\\b'],
  'a?b': ['a*b', 'a?b', 'a[b', 'a]b', 'a\\b', 'aXb'],
  'a*b': ['a*b', 'a?b', 'a[b', 'a]b', 'a\\b', 'aXb', 'ab'],
  'a[*?]b': ['a*b', 'a?b'],
  'a[\\]\\\\]b': ['a]b', 'a\\b'],
  '?1': ['é1', '🔑1'],
  '{h}:?': ['{h}:1'],
  '%3A': ['%3A'],
  '[-^]': ['-', '^'],
  '[\\^]': ['^'],
  '[+-.]': ['-'],
};

async function collect(keys: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const key of keys) all.push(key);
  return all;
}

function fill(cache: KitCache<string>): Promise<void> {
  return cache.setMany(KEYS.map((key) => [key, `value of ${key}`] as const));
}

export const patterns: Group = {
  name: 'patterns',
  guarantee:
    'A glob finds each fresh key that matches it once, and no other; deleteByPattern removes just those.',
  needs: ({ scans }) => (scans ? undefined : "the provider lacks the trait 'scans'"),
  refusal: [
    {
      name: 'G7: a provider without the trait refuses patterns by its name',
      async run(h) {
        const cache = h.cache<string>();
        for (const call of [() => collect(cache.keys('*')), () => cache.deleteByPattern('*')]) {
          const error = await rejectsWith('UNSUPPORTED', call(), 'a use of patterns');
          demand(error.message.includes('scans'), 'the message does not name the trait');
        }
      },
    },
  ],
  cases: [
    {
      name: 'G7: keys gives what the glob matches, each key once',
      async run(h) {
        const cache = h.cache<string>();
        await fill(cache);
        sameTexts(await collect(cache.keys()), KEYS, 'keys()');
        for (const [glob, matching] of Object.entries(MATCHES))
          sameTexts(await collect(cache.keys(glob)), matching, `keys('${glob}')`);
      },
    },
    {
      name: 'G7: deleteByPattern removes what the glob matches, and only that',
      async run(h) {
        const cache = h.cache<string>();
        for (const [glob, matching] of Object.entries(MATCHES)) {
          await fill(cache);
          equal(await cache.deleteByPattern(glob), matching.length, `deleteByPattern('${glob}')`);
          sameTexts(
            (await cache.getMany(KEYS)).keys(),
            KEYS.filter((key) => !matching.includes(key)),
            `what deleteByPattern('${glob}') left`,
          );
          equal(await cache.deleteByPattern(glob), 0, `deleteByPattern('${glob}') again`);
        }
      },
    },
    {
      name: 'G7: keys that are gone, expired, invalid or cleared are not found',
      async run(h) {
        const cache = h.cache<string>();
        await cache.setMany([
          ['stays', 'v'],
          ['deleted', 'v'],
          ['stale', 'v'],
        ]);
        await cache.set('expired', 'v', { ttl: h.unit });
        await cache.set('invalid', 'v', { tags: ['t'] });
        await cache.getOrSet('loaded as nothing', () => undefined);
        await cache.delete('deleted');
        await cache.expire('stale');
        await cache.invalidateTags(['t']);
        await h.runOut(h.unit);
        sameTexts(await collect(cache.keys()), ['stays'], 'keys()');
        equal(await cache.deleteByPattern('*'), 1, 'deleteByPattern, of fresh entries');
        await cache.set('again', 'v');
        await cache.clear();
        sameTexts(await collect(cache.keys()), [], 'keys() after clear');
      },
    },
    {
      name: 'G7: a key that is being loaded is not found until it is stored',
      async run(h) {
        const cache = h.cache<string>();
        await cache.getOrSet('k', async () => {
          sameTexts(await collect(cache.keys()), [], 'keys() during the load');
          return 'v';
        });
        sameTexts(await collect(cache.keys()), ['k'], 'keys() after the load');
      },
    },
    {
      name: 'G7: of many keys each that stays comes exactly once, whatever comes and goes meanwhile',
      async run(h) {
        const cache = h.cache<number>();
        const stays = Array.from({ length: 1_500 }, (_, n) => `stays:${n}`);
        await cache.setMany(stays.map((key, n) => [key, n] as const));
        await cache.setMany(stays.map((_, n) => [`goes:${n}`, n] as const));
        const seen: string[] = [];
        for await (const key of cache.keys('*')) {
          if (seen.length % 10 === 0) {
            await cache.delete(`goes:${seen.length}`);
            await cache.set(`comes:${seen.length}`, 1);
            await cache.set(`stays:${seen.length % 1_500}`, 2);
          }
          seen.push(key);
        }
        sameTexts(
          seen.filter((key) => key.startsWith('stays:')),
          stays,
          'the keys that were there all the time',
        );
        equal(new Set(seen).size, seen.length, 'the number of different keys');
      },
    },
    {
      name: 'G7: a walk can be left, and another begun',
      async run(h) {
        const cache = h.cache<string>();
        await fill(cache);
        for await (const key of cache.keys()) {
          demand(KEYS.includes(key), `the key ${key} was never written`);
          break;
        }
        sameTexts(await collect(cache.keys()), KEYS, 'the next walk');
      },
    },
    {
      name: 'G7: deleteByPattern ends what others hold of the entries',
      async run(h) {
        const cache = h.cache<string>();
        const other = h.peer().cache<string>();
        const { version } = await cache.set('k', 'v');
        await other.deleteByPattern('k');
        equal(await cache.compareAndSet('k', version, 'no'), false, 'compareAndSet');
        equal(await cache.has('k'), false, 'has');
      },
    },
    {
      name: 'G7: what is no glob is refused, and nothing is removed',
      async run(h) {
        const cache = h.cache<string>();
        await fill(cache);
        for (const glob of ['', 'a[', '[', '[]', 'a[b-a]', 'a\\', null, 1]) {
          await refuses(
            () => cache.deleteByPattern(glob as string),
            `deleteByPattern(${JSON.stringify(glob)})`,
          );
          await refuses(() => collect(cache.keys(glob as string)), `keys(${JSON.stringify(glob)})`);
        }
        equal((await cache.getMany(KEYS)).size, KEYS.length, 'entries that are left');
      },
    },
    {
      name: 'G7: a glob that would take a regular expression for ever is answered',
      async run(h) {
        const cache = h.cache<string>();
        await cache.set('a'.repeat(2_000), 'v');
        sameTexts(await collect(cache.keys(`${'a*'.repeat(30)}b`)), [], 'keys()');
      },
    },
  ],
};
