/** Schemas: what does not fit is neither stored nor given to anybody. */
import type { CacheEvents } from '../../events.ts';
import type { CacheError } from '../../errors.ts';
import { demand, equal, rejection, rejectsWith, sameEntries } from '../assert.ts';
import type { Case, Group } from '../group.ts';
import { holdLoad } from '../held-load.ts';
import type { KitCache } from '../harness.ts';
import { ANN, PERSON, PERSON_LATER, type Person } from '../releases.ts';

const WRONG = { first: 'Ann', last: 7 } as unknown as Person;

/** Fails unless the error is a refusal by the schema that tells the key and the place. */
function judgeRefusal(error: unknown, key: string, what: string): void {
  const { code, key: told, issues, message } = error as CacheError;
  equal([code, told], ['SCHEMA_MISMATCH', key], `the code and the key of the error of ${what}`);
  equal(
    issues?.map(({ path }) => path),
    [['last']],
    `the places in the issues of ${what}`,
  );
  demand(
    message.includes('last: expected a string'),
    `the error of ${what} does not tell the place: ${message}`,
  );
}

const WRITES: Readonly<Record<string, (cache: KitCache<Person>, version: string) => Promise<unknown>>> = {
  set: (cache) => cache.set('k', WRONG),
  setIfNotExists: (cache) => cache.setIfNotExists('absent', WRONG),
  setIfExists: (cache) => cache.setIfExists('k', WRONG),
  compareAndSet: (cache, version) => cache.compareAndSet('k', version, WRONG),
  getOrSet: (cache) => cache.getOrSet('absent', () => WRONG),
  update: (cache) => cache.update('k', () => WRONG),
};

const needsBytes: Case['needs'] = ({ holds }) =>
  holds === 'bytes' ? undefined : 'the provider holds values, which were judged when they were written';

export const schemas: Group = {
  name: 'schemas',
  guarantee:
    'A value that does not fit the schema is refused with the place, and nothing is changed; one that others have stored is a miss, and told.',
  cases: [
    ...Object.entries(WRITES).map(([what, write]): Case => ({
      name: `G14: ${what} of a value that does not fit is refused with its issues, and changes nothing`,
      async run(h) {
        for (const [n, schema] of [PERSON, PERSON_LATER].entries()) {
          const cache = h.cache<Person>({ schema }, `refusing-${n}`);
          const { version } = await cache.set('k', ANN);
          const error = await rejection(write(cache, version), what);
          judgeRefusal(error, what === 'setIfNotExists' || what === 'getOrSet' ? 'absent' : 'k', what);
          equal((await cache.getEntry('k'))?.version, version, 'the version of what was there');
          equal(await cache.has('absent'), false, 'has of what was not there');
        }
      },
    })),
    {
      name: 'G14: of a batch the values that do not fit are refused, each for itself',
      async run(h) {
        const cache = h.cache<Person>({ schema: PERSON });
        const error = await rejectsWith(
          'PARTIAL_FAILURE',
          cache.setMany([
            ['good', ANN],
            ['bad', WRONG],
          ]),
          'setMany',
        );
        const outcome = (error as CacheError).outcomes?.get('bad');
        demand(outcome?.status === 'rejected', 'the outcome of the value that does not fit');
        judgeRefusal(outcome.reason, 'bad', 'setMany');
        sameEntries(await cache.getMany(['good', 'bad']), { good: ANN }, 'what was stored');
        const loaded = await cache.getOrSetMany(
          ['bad', 'other'],
          (keys) => new Map(keys.map((key) => [key, key === 'bad' ? WRONG : ANN])),
        );
        const bad = loaded.get('bad');
        demand(bad?.status === 'failed', 'the outcome of the load that does not fit');
        judgeRefusal(bad.error, 'bad', 'getOrSetMany');
        equal(loaded.get('other')?.status, 'loaded', 'the outcome of the other load');
        equal(await cache.has('bad'), false, 'has of what does not fit');
      },
    },
    {
      name: 'G14: what another process stored that does not fit is a miss on every way out, and told with its issues',
      needs: needsBytes,
      async run(h) {
        for (const [n, schema] of [PERSON, PERSON_LATER].entries()) {
          const name = `judging-${n}`;
          const indexes = h.traits.indexes ? { all: () => 'term' } : {};
          await h
            .peer()
            .cache<Person>({ indexes }, name)
            .setMany([
              ['k', WRONG],
              ['good', ANN],
            ]);
          const cache = h.cache<Person>({ schema, indexes }, name);
          const told: CacheEvents['invalid'][] = [];
          cache.on('invalid', (event) => void told.push(event));
          equal(await cache.get('k'), undefined, 'get');
          equal(
            await cache.get('k', { onFailure: 'throw' }),
            undefined,
            'get that would reject for a failure',
          );
          equal(await cache.getEntry('k'), undefined, 'getEntry');
          sameEntries(await cache.getMany(['k', 'good']), { good: ANN }, 'getMany');
          if (h.traits.indexes)
            sameEntries(await cache.getByIndex('all', 'term'), { good: ANN }, 'getByIndex');
          equal(told.length, h.traits.indexes ? 5 : 4, 'how often it was told');
          for (const { key, reason, schemaVersion, issues } of told) {
            equal([key, reason, schemaVersion], ['k', 'schema', 0], 'what was told');
            equal(
              issues.map(({ path }) => path),
              [['last']],
              'the places in the issues',
            );
          }
          const { hits, misses } = await cache.stats();
          equal([hits, misses], [h.traits.indexes ? 2 : 1, 4], 'hits and misses');
        }
      },
    },
    {
      name: 'G14: what does not fit makes room for a load, which is stored, and for a write',
      needs: needsBytes,
      async run(h) {
        for (const [n, schema] of [PERSON, PERSON_LATER].entries()) {
          const name = `replacing-${n}`;
          const stranger = h.peer().cache<Person>({}, name);
          const cache = h.cache<Person>({ schema }, name);
          let told = 0;
          cache.on('invalid', () => void (told += 1));
          await stranger.set('k', WRONG);
          equal(await cache.getOrSet('k', () => ANN), ANN, 'getOrSet');
          equal(told, 1, 'how often it was told');
          equal(await stranger.get('k'), ANN, 'what is stored now');
          await stranger.set('k', WRONG);
          const outcomes = await cache.getOrSetMany(['k'], () => new Map([['k', ANN]]));
          equal(outcomes.get('k'), { status: 'loaded', value: ANN }, 'getOrSetMany');
          await stranger.set('k', WRONG);
          await cache.set('k', ANN);
          equal(await cache.get('k'), ANN, 'get of what was written over it');
        }
      },
    },
    {
      name: 'G14: those who wait for a load elsewhere are not given what does not fit: they load themselves',
      needs: needsBytes,
      async run(h) {
        const load = await holdLoad(h.peer().cache<Person>(), 'k');
        const cache = h.cache<Person>({ schema: PERSON });
        const joined = h.watch(cache, 'join');
        const waiting = cache.getOrSet('k', () => ANN);
        await joined.arrivals();
        load.finish(WRONG);
        await h.passUntil(waiting);
        equal(await waiting, ANN, 'what the waiting call got');
      },
    },
    {
      name: 'G5: an update or a removal that would lose what does not fit rejects, and the update changes nothing',
      needs: needsBytes,
      async run(h) {
        for (const [n, schema] of [PERSON, PERSON_LATER].entries()) {
          const name = `keeping-${n}`;
          const stranger = h.peer().cache<Person>({}, name);
          const cache = h.cache<Person>({ schema }, name);
          await stranger.set('k', WRONG);
          judgeRefusal(
            await rejection(
              cache.update('k', () => ANN),
              'update',
            ),
            'k',
            'update',
          );
          equal(await stranger.get('k'), WRONG, 'what is stored after the update');
          judgeRefusal(await rejection(cache.getAndDelete('k'), 'getAndDelete'), 'k', 'getAndDelete');
        }
      },
    },
  ],
};
