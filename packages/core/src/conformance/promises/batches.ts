/** Batches: many keys in one call, each with an outcome of its own. */
import { entry, type Loaded, type LoadOutcome } from '../../api.ts';
import { CacheError } from '../../errors.ts';
import { chaos } from '../../testing/chaos.ts';
import { gate } from '../../testing/gate.ts';
import { demand, equal, refuses, rejection, rejectsWith, sameEntries } from '../assert.ts';
import type { Group } from '../group.ts';
import { holdLoad } from '../held-load.ts';

const boom = new Error('boom');

export const batches: Group = {
  name: 'batches',
  guarantee:
    'An operation on many keys has an outcome for each: no key fails, waits, or is overtaken because of another.',
  cases: [
    {
      name: 'G2: getMany gives what there is, and nothing for the rest',
      async run(h) {
        const cache = h.cache<string | null>();
        await cache.setMany([
          ['a', '1'],
          ['b', null],
          ['c', '3'],
        ]);
        await cache.delete('c');
        sameEntries(await cache.getMany(['a', 'b', 'c', 'd', 'a']), { a: '1', b: null }, 'getMany');
        sameEntries(await cache.getMany([]), {}, 'getMany of no keys');
        sameEntries(await cache.getMany(new Set(['a'])), { a: '1' }, 'getMany of a Set');
      },
    },
    {
      name: 'G2: setMany stores every pair, the last of those with one key, with the options of the call',
      async run(h) {
        const cache = h.cache<number>();
        await cache.setMany(
          [
            ['a', 1],
            ['b', 2],
            ['a', 3],
          ],
          { ttl: '5m', tags: ['t'] },
        );
        sameEntries(await cache.getMany(['a', 'b']), { a: 3, b: 2 }, 'getMany');
        equal((await cache.getMetadata('b'))?.ttl, 300_000, 'the ttl');
        await cache.setMany(new Map([['c', 4]]));
        await cache.setMany([]);
        await cache.invalidateTags(['t']);
        sameEntries(await cache.getMany(['a', 'b', 'c']), { c: 4 }, 'getMany after the tag was invalidated');
      },
    },
    {
      name: 'G2: deleteMany removes every key and counts those that were fresh, each once',
      async run(h) {
        const cache = h.cache<number>();
        await cache.setMany([
          ['a', 1],
          ['b', 2],
          ['c', 3],
        ]);
        equal(await cache.deleteMany(['a', 'b', 'a', 'absent']), 2, 'deleteMany');
        equal(await cache.deleteMany([]), 0, 'deleteMany of no keys');
        sameEntries(await cache.getMany(['a', 'b', 'c']), { c: 3 }, 'getMany');
      },
    },
    {
      name: 'G2: a thousand keys are one batch',
      async run(h) {
        const cache = h.cache<number>();
        const keys = Array.from({ length: 1_000 }, (_, n) => `k${n}`);
        await cache.setMany(keys.map((key, n) => [key, n] as const));
        equal((await cache.getMany(keys)).size, 1_000, 'found');
        equal(await cache.deleteMany(keys), 1_000, 'deleted');
        equal((await cache.getMany(keys)).size, 0, 'found afterwards');
      },
    },
    {
      name: 'G2: a bad key or value in a batch is refused with a TypeError, and its key is not written',
      async run(h) {
        const cache = h.cache<unknown>();
        await refuses(() => cache.getMany(['a', '']), 'getMany');
        await refuses(() => cache.deleteMany(['a', '']), 'deleteMany');
        await refuses(
          () =>
            cache.setMany([
              ['a', 1],
              ['', 2],
            ]),
          'setMany with a bad key',
        );
        const error = await rejection(
          cache.setMany([
            ['good', 1],
            ['bad', () => 2],
          ]),
          'setMany with a bad value',
        );
        demand(
          error instanceof TypeError || (error instanceof CacheError && error.cause instanceof TypeError),
          'the bad value is not told by a TypeError',
        );
        equal(await cache.get('bad'), undefined, 'the key with the bad value');
      },
    },
    {
      name: 'G3: getOrSetMany loads just what is missing, in one call, and tells how each key went',
      async run(h) {
        const cache = h.cache<string>();
        await cache.set('hit', 'here');
        const asked: (readonly string[])[] = [];
        const outcomes = await cache.getOrSetMany(['a', 'hit', 'b', 'gone', 'a', 'with options'], (keys) => {
          asked.push([...keys].toSorted());
          return new Map<string, Loaded<string>>([
            ['a', 'loaded a'],
            ['b', 'loaded b'],
            ['with options', entry('loaded', { ttl: '5m', tags: ['t'] })],
          ]);
        });
        equal(asked, [['a', 'b', 'gone', 'with options']], 'the keys that loadMissing was asked for');
        sameEntries(
          outcomes,
          {
            hit: { status: 'hit', value: 'here' },
            a: { status: 'loaded', value: 'loaded a' },
            b: { status: 'loaded', value: 'loaded b' },
            gone: { status: 'missing' },
            'with options': { status: 'loaded', value: 'loaded' },
          },
          'the outcomes',
        );
        sameEntries(await cache.getMany(['a', 'b', 'gone']), { a: 'loaded a', b: 'loaded b' }, 'getMany');
        const metadata = await cache.getMetadata('with options');
        equal([metadata?.ttl, metadata?.tags], [300_000, ['t']], 'what the loader chose');
      },
    },
    {
      name: 'G3: getOrSetMany of what is all there, or of nothing, loads nothing',
      async run(h) {
        const cache = h.cache<number>();
        await cache.set('a', 1);
        const never = (): never => {
          throw new Error('loadMissing ran');
        };
        sameEntries(await cache.getOrSetMany(['a'], never), { a: { status: 'hit', value: 1 } }, 'all there');
        sameEntries(await cache.getOrSetMany([], never), {}, 'nothing');
      },
    },
    {
      name: 'G3: a loadMissing that fails fails the keys it was to load, and no other, and the call does not reject',
      async run(h) {
        const cache = h.cache<number>();
        await cache.set('hit', 1);
        const failures: readonly (() => Promise<never>)[] = [
          () => Promise.reject(boom),
          () => {
            throw boom;
          },
        ];
        for (const failure of failures) {
          const outcomes = await cache.getOrSetMany(['a', 'hit', 'b'], failure);
          equal(outcomes.get('hit'), { status: 'hit', value: 1 }, 'the key that was there');
          for (const key of ['a', 'b'])
            demand(failed(outcomes.get(key)) === boom, `'${key}' did not fail with the error`);
          sameEntries(await cache.getMany(['a', 'b']), {}, 'what was stored');
        }
        sameEntries(
          await cache.getOrSetMany(['a'], () => new Map([['a', 2]])),
          { a: { status: 'loaded', value: 2 } },
          'the next load',
        );
      },
    },
    {
      name: 'G3: a loadMissing that gives no map, or values that cannot be stored, fails those keys alone',
      async run(h) {
        const cache = h.cache<unknown>();
        const noMap = await cache.getOrSetMany(['a'], () => ({ a: 1 }) as unknown as Map<string, unknown>);
        demand(failed(noMap.get('a')) instanceof TypeError, 'what gives no map is not told by a TypeError');
        const mixed = await cache.getOrSetMany(
          ['good', 'bad'],
          () =>
            new Map<string, unknown>([
              ['good', 1],
              ['bad', Symbol('bad')],
            ]),
        );
        equal(mixed.get('good'), { status: 'loaded', value: 1 }, 'the good key');
        demand(failed(mixed.get('bad')) instanceof TypeError, 'the bad key is not told by a TypeError');
        equal(await cache.get('good'), 1, 'get of the good key');
      },
    },
    {
      name: 'G3: batches that overlap load each key once',
      async run(h) {
        const cache = h.cache<string>();
        const joined = h.watch(cache, 'join');
        const door = gate();
        const loads: string[] = [];
        const load = (keys: readonly string[]) => async (): Promise<ReadonlyMap<string, string>> => {
          await door.pass();
          return new Map(keys.map((key) => [key, `value of ${key}`]));
        };
        const many = (keys: readonly string[]): Promise<Map<string, LoadOutcome<string>>> =>
          cache.getOrSetMany(keys, (missing) => {
            loads.push(...missing);
            return load(missing)();
          });
        const first = many(['a', 'b']);
        await door.arrivals(1);
        const second = many(['b', 'c']);
        const third = cache.getOrSet('a', () => 'loaded again');
        await joined.arrivals(2);
        await door.arrivals(2);
        door.open();
        const [one, two] = await Promise.all([first, second]);
        equal(loads.toSorted(), ['a', 'b', 'c'], 'the keys that were loaded');
        for (const [key, outcome] of [...one, ...two])
          equal(valueOf(outcome), `value of ${key}`, `the outcome of '${key}'`);
        equal(await third, 'value of a', 'getOrSet');
      },
    },
    {
      name: 'G3: a key of a batch that somebody else fails to load fails alone',
      async run(h) {
        const cache = h.cache<string>();
        const joined = h.watch(cache, 'join');
        const load = await holdLoad(cache, 'a');
        const many = cache.getOrSetMany(
          ['a', 'b'],
          (keys) => new Map(keys.map((key) => [key, 'from the batch'])),
        );
        await joined.arrivals();
        load.fail(boom);
        await rejection(load.result, 'the single call');
        const outcomes = await many;
        demand(failed(outcomes.get('a')) === boom, "'a' did not fail with the error of its load");
        equal(outcomes.get('b'), { status: 'loaded', value: 'from the batch' }, "the outcome of 'b'");
      },
    },
    {
      name: 'G11: when some keys of a batch fail the others are done, and the error tells of each',
      async run(h) {
        const cache = h.cache<number>();
        const flaky = h
          .peer((provider) =>
            chaos(
              provider,
              ({ args }) => (String(args[0]).endsWith('bad') ? { fault: 'fail' } : undefined),
              h.clock,
            ),
          )
          .cache<number>();
        const stored = await rejectsWith(
          'PARTIAL_FAILURE',
          flaky.setMany([
            ['good', 1],
            ['bad', 2],
            ['also good', 3],
          ]),
          'setMany',
        );
        outcomesOf(stored, { good: true, bad: false, 'also good': true });
        sameEntries(
          await cache.getMany(['good', 'bad', 'also good']),
          { good: 1, 'also good': 3 },
          'what was stored',
        );
        await cache.set('bad', 2);
        const deleted = await rejectsWith('PARTIAL_FAILURE', flaky.deleteMany(['good', 'bad']), 'deleteMany');
        outcomesOf(deleted, { good: true, bad: false });
        sameEntries(
          await cache.getMany(['good', 'bad', 'also good']),
          { bad: 2, 'also good': 3 },
          'what was left',
        );
        sameEntries(
          await flaky.getMany(['bad', 'also good']),
          { 'also good': 3 },
          'getMany, which fails open',
        );
        const read = await rejectsWith(
          'PARTIAL_FAILURE',
          flaky.getMany(['bad', 'also good'], { onFailure: 'throw' }),
          'getMany that must not',
        );
        outcomesOf(read, { bad: false, 'also good': true });
      },
    },
    {
      name: 'G2: warm stores pairs, or loads what is missing, and counts what it stored',
      async run(h) {
        const cache = h.cache<string>();
        equal(
          await cache.warm([
            ['a', '1'],
            ['b', '2'],
          ]),
          2,
          'warm with pairs',
        );
        async function* pairs(): AsyncGenerator<readonly [string, string]> {
          yield ['c', '3'];
          yield ['d', '4'];
        }
        equal(await cache.warm(pairs()), 2, 'warm with pairs that come by and by');
        const asked: string[] = [];
        const stored = await cache.warm(['a', 'e', 'f'], (keys) => {
          asked.push(...keys);
          return new Map([['e', '5']]);
        });
        equal(stored, 1, 'warm with a loader');
        equal(asked.toSorted(), ['e', 'f'], 'the keys that were loaded');
        sameEntries(
          await cache.getMany(['a', 'b', 'c', 'd', 'e', 'f']),
          { a: '1', b: '2', c: '3', d: '4', e: '5' },
          'getMany',
        );
      },
    },
  ],
};

function valueOf(outcome: LoadOutcome<unknown>): unknown {
  return 'value' in outcome ? outcome.value : outcome.status;
}

function failed(outcome: LoadOutcome<unknown> | undefined): unknown {
  return outcome?.status === 'failed' ? outcome.error : `not failed but ${String(outcome?.status)}`;
}

/** Fails unless the error of a batch tells of just these keys, and of each whether it went well. */
function outcomesOf(error: Error, expected: Readonly<Record<string, boolean>>): void {
  const outcomes = (error as CacheError).outcomes;
  demand(outcomes !== undefined, 'the error carries no outcomes');
  const told = new Map(
    [...outcomes].map(([key, outcome]) => [
      key,
      (outcome as { readonly status?: string }).status !== 'rejected',
    ]),
  );
  sameEntries(told, expected, 'which keys went well, as the error tells it');
}
