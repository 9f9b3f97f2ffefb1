/** Keys: any text is a key, and no two are the same place. */
import { equal, refuses, sameTexts } from '../assert.ts';
import type { Group } from '../group.ts';
import type { KitCache } from '../harness.ts';
import { show } from '../show.ts';

/** Texts that naive key building, escaping or storage would confuse with each other or with something of its own. */
const KEYS: readonly string[] = [
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  ' ',
  'a',
  'A',
  'a ',
  ' a',
  'a:b',
  'a:b:c',
  'a::b',
  'a%3Ab',
  'a%3ab',
  'a/b',
  '../a',
  '/etc/passwd',
  'a\\b',
  'a.b',
  'a..b',
  '{a}b',
  '{a}',
  'a{b}c',
  'a*',
  'a?',
  '[a]',
  '*',
  'a\nb',
  'a\r\nb',
  'a\tb',
  '\u0000',
  'a\u0000b',
  'a\u0000',
  '"a"',
  "'a'",
  '$1',
  '-1',
  '0',
  '00',
  '1e3',
  '1000',
  'null',
  'undefined',
  'é',
  'e\u0301',
  'ß',
  'SS',
  'İ',
  'Приве́т',
  '鍵',
  '🔑',
  '👩‍👩‍👧',
  '\u200B',
  '\uFEFF',
  '\uFFFF',
  'CON',
  'con',
  'nul.txt',
];

const MAX_BYTES = 8_192;

export const keys: Group = {
  name: 'keys',
  guarantee:
    'Every non-empty text of at most 8 KiB of UTF-8 is a key, without normalisation, and different texts are different keys.',
  cases: [
    {
      name: 'G2: keys that look alike are different keys',
      async run(h) {
        const cache = h.cache<string>();
        for (const key of KEYS) await cache.set(key, `value of ${key}`);
        for (const key of KEYS) equal(await cache.get(key), `value of ${key}`, `get(${JSON.stringify(key)})`);
        const found = await cache.getMany(KEYS);
        for (const key of KEYS) equal(found.get(key), `value of ${key}`, `getMany, ${JSON.stringify(key)}`);
        equal(found.size, KEYS.length, 'the number of keys that getMany found');
        for (const [at, key] of KEYS.entries()) {
          equal(await cache.delete(key), true, `delete(${JSON.stringify(key)})`);
          const next = KEYS[at + 1];
          if (next !== undefined)
            equal(
              await cache.has(next),
              true,
              `${JSON.stringify(next)}, after ${JSON.stringify(key)} was deleted`,
            );
        }
      },
    },
    {
      name: 'G2: keys are handed out as they were given',
      needs: ({ scans }) => (scans ? undefined : "the provider lacks the trait 'scans'"),
      async run(h) {
        const cache = h.cache<number>();
        await cache.setMany(KEYS.map((key, at) => [key, at] as const));
        const seen: string[] = [];
        for await (const key of cache.keys()) seen.push(key);
        sameTexts(seen, KEYS, 'keys()');
        for (const key of KEYS) equal((await cache.getMetadata(key))?.key, key, 'the key in the metadata');
      },
    },
    {
      name: 'G2: a loader and its event hear the key as it was given',
      async run(h) {
        const cache = h.cache<string>();
        for (const key of KEYS)
          equal(await cache.getOrSet(key, (context) => context.key), key, `getOrSet(${JSON.stringify(key)})`);
      },
    },
    {
      name: 'G2: a key of 8 KiB is a key, of one byte or of many bytes a character',
      async run(h) {
        const cache = h.cache<string>();
        const longest = [
          'a'.repeat(MAX_BYTES),
          'é'.repeat(MAX_BYTES / 2),
          '🔑'.repeat(MAX_BYTES / 4),
          `${'a'.repeat(MAX_BYTES - 1)}b`,
        ];
        for (const [at, key] of longest.entries()) await cache.set(key, `value ${at}`);
        for (const [at, key] of longest.entries())
          equal(await cache.get(key), `value ${at}`, `the key of 8 KiB, ${at}`);
      },
    },
    {
      name: 'G2: a key of one byte more is refused by every operation',
      async run(h) {
        const cache = h.cache<string>();
        for (const key of ['a'.repeat(MAX_BYTES + 1), `${'é'.repeat(MAX_BYTES / 2)}a`]) {
          for (const [operation, call] of Object.entries(callsWith(cache, key)))
            await refuses(call, operation);
        }
      },
    },
    {
      name: 'G2: what is not a non-empty text of UTF-8 is refused by every operation',
      async run(h) {
        const cache = h.cache<string>();
        await cache.set('[object Object]', 'bait');
        await cache.set('null', 'bait');
        await cache.set('1', 'bait');
        for (const key of [
          '',
          '\uD800',
          'a\uDC00b',
          '\uDC00\uD800',
          null,
          undefined,
          1,
          {},
          ['a'],
          Symbol('a'),
        ]) {
          for (const [operation, call] of Object.entries(callsWith(cache, key as string))) {
            await refuses(call, `${operation}(${show(key)})`);
          }
        }
      },
    },
  ],
};

/** A call of every operation that takes a key. */
function callsWith(cache: KitCache<string>, key: string): Record<string, () => unknown> {
  return {
    get: () => cache.get(key),
    getEntry: () => cache.getEntry(key),
    getMetadata: () => cache.getMetadata(key),
    has: () => cache.has(key),
    set: () => cache.set(key, 'v'),
    setIfNotExists: () => cache.setIfNotExists(key, 'v'),
    setIfExists: () => cache.setIfExists(key, 'v'),
    compareAndSet: () => cache.compareAndSet(key, 'version', 'v'),
    delete: () => cache.delete(key),
    getAndDelete: () => cache.getAndDelete(key),
    touch: () => cache.touch(key),
    expire: () => cache.expire(key),
    getOrSet: () => cache.getOrSet(key, () => 'v'),
    update: () => cache.update(key, () => 'v'),
    getMany: () => cache.getMany([key]),
    setMany: () => cache.setMany([[key, 'v']]),
    deleteMany: () => cache.deleteMany([key]),
    getOrSetMany: () => cache.getOrSetMany([key], () => new Map([[key, 'v']])),
  };
}
