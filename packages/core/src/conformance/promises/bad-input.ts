/** Bad input: refused by name, before anything happens. */
import { equal, refuses } from '../assert.ts';
import type { Group } from '../group.ts';
import type { KitCache } from '../harness.ts';

/** Options that contradict themselves or the possible, and the name that the refusal must say. */
const OPTIONS: readonly (readonly [options: Record<string, unknown>, mention: string])[] = [
  [{ ttl: 0 }, 'ttl'],
  [{ ttl: -1 }, 'ttl'],
  [{ ttl: Number.NaN }, 'ttl'],
  [{ ttl: Infinity }, 'forever'],
  [{ ttl: '5 parsecs' }, '5 parsecs'],
  [{ timeout: 0 }, 'timeout'],
  [{ timeout: 'forever' }, 'timeout'],
  [{ deadline: -5 }, 'deadline'],
  [{ lease: 'soon' }, 'lease'],
  [{ jitter: 1.5 }, 'jitter'],
  [{ jitter: -0.1 }, 'jitter'],
  [{ jitter: Number.NaN }, 'jitter'],
  [{ jitter: '10%' }, 'jitter'],
  [{ isolation: 'none' }, 'isolation'],
  [{ onFailure: 'ignore' }, 'onFailure'],
  [{ loaders: 0 }, 'loaders'],
  [{ loaders: 1.5 }, 'loaders'],
  [{ tags: 'text' }, 'tags'],
  [{ tags: [''] }, 'tag'],
  [{ indexes: { team: 'not a function' } }, 'team'],
  [{ schema: {} }, 'schema'],
  [{ codec: {} }, 'codec'],
  [{ provider: 'no such provider' }, 'no such provider'],
  [{ tttl: '1h' }, 'tttl'],
];

/** Calls with something that is no option, no function, no list. */
const CALLS: Readonly<Record<string, (cache: KitCache<unknown>) => unknown>> = {
  'set with a bad jitter': (cache) => cache.set('k', 1, { jitter: 2 }),
  'getOrSet without a loader': (cache) => cache.getOrSet('n', undefined as never),
  'getOrSet with a value for a loader': (cache) => cache.getOrSet('n', 'value' as never),
  'getOrSet with a bad timeout': (cache) => cache.getOrSet('n', () => 1, { timeout: 0 }),
  'getOrSet with a timeout for ever': (cache) =>
    cache.getOrSet('n', () => 1, { timeout: 'forever' as never }),
  'getOrSetMany without a loader': (cache) => cache.getOrSetMany(['n'], undefined as never),
  'update without an updater': (cache) => cache.update('k', undefined as never),
  'getMany of a text': (cache) => cache.getMany('k' as never),
  'getMany of no list': (cache) => cache.getMany(5 as never),
  'setMany of no list': (cache) => cache.setMany(undefined as never),
  'deleteMany of no list': (cache) => cache.deleteMany(null as never),
  'setMany of no pairs': (cache) => cache.setMany(['k'] as never),
  'getOrSet whose loader gives a function': (cache) => cache.getOrSet('n', () => () => 1),
};

export const badInput: Group = {
  name: 'bad input',
  guarantee: 'Misuse is a TypeError that names what is wrong, at once, and nothing was changed.',
  cases: [
    {
      name: 'options of a cache that cannot be are refused when the cache is made',
      async run(h) {
        const process = h.peer();
        for (const [at, [options, mention]] of OPTIONS.entries()) {
          await refuses(() => process.cache(options, `c${at}`), JSON.stringify(options), mention);
        }
      },
    },
    {
      name: 'the same name with other options is refused, with the same options it is the same cache',
      async run(h) {
        const cache = h.cache<string>({ ttl: '5m' });
        equal(h.cache<string>({ ttl: '5m' }) === cache, true, 'whether the same options give the same cache');
        await refuses(() => h.cache<string>({ ttl: '6m' }), 'the same name with another ttl', 'things');
      },
    },
    {
      name: 'what cannot be the name of a cache is refused',
      async run(h) {
        const process = h.peer();
        await refuses(() => process.cache({}, '\uD800'), 'a lone surrogate');
        await refuses(() => process.cache({}, 'x'.repeat(600)), 'a name that is too long');
      },
    },
    ...Object.entries(CALLS).map(([what, call]) => ({
      name: `${what} is refused, and nothing changes`,
      async run(h: Parameters<Group['cases'][number]['run']>[0]) {
        const cache = h.cache<unknown>();
        await cache.set('k', 'before');
        await refuses(() => call(cache), what);
        equal(await cache.get('k'), 'before', 'get');
        equal(await cache.has('n'), false, 'has of a key that was not there');
      },
    })),
  ],
};
