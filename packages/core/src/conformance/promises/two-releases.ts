/** Two releases at work at the same time: the older one meets what the newer one has stored. */
import type { CacheEvents } from '../../events.ts';
import { equal, rejectsWith } from '../assert.ts';
import type { Case } from '../group.ts';
import { holdLoad } from '../held-load.ts';
import { ANN, OLD, before, today, type Old, type Person } from '../releases.ts';

export const releaseCases: readonly Case[] = [
  {
    name: 'G14: an entry of a newer version is a miss for an older process, which updates nothing of it',
    async run(h) {
      const { options } = today();
      const newer = h.cache<Person>(options);
      await newer.set('k', ANN);
      for (const older of [before(h), h.peer().cache<Old>()]) {
        const told: CacheEvents['invalid'][] = [];
        older.on('invalid', (event) => void told.push(event));
        equal(await older.get('k', { onFailure: 'throw' }), undefined, 'get');
        equal(told, [{ key: 'k', reason: 'newer', schemaVersion: 2, issues: [] }], 'what was told');
        await rejectsWith(
          'SCHEMA_MISMATCH',
          older.update('k', () => OLD),
          'update',
        );
      }
      equal(await newer.get('k'), ANN, 'get by the newer process');
    },
  },
  {
    name: 'G14: what an older process loads in place of a newer entry is migrated by the newer ones',
    async run(h) {
      const newer = h.cache<Person>(today().options);
      const older = before(h);
      await newer.set('k', { first: 'Bob', last: '' });
      equal(await older.getOrSet('k', () => OLD), OLD, 'getOrSet of the older process');
      equal(await newer.get('k'), ANN, 'get of the newer process');
    },
  },
  {
    name: 'G4: an older process does not overwrite what newer ones wrote while it loaded',
    async run(h) {
      const newer = h.cache<Person>(today().options);
      await newer.set('k', { first: 'Bob', last: '' });
      const load = await holdLoad(before(h), 'k');
      await newer.set('k', { first: 'Eve', last: '' });
      load.finish(OLD);
      equal(await load.result, OLD, 'what the load gave');
      equal(await newer.get('k'), { first: 'Eve', last: '' }, 'get of the newer process');
    },
  },
  {
    name: "G3: those who wait for the load of an older process get its value in today's form",
    async run(h) {
      const load = await holdLoad(before(h), 'k');
      const cache = h.cache<Person>(today().options);
      const joined = h.watch(cache, 'join');
      const waiting = cache.getOrSet('k', () => ({ first: 'loaded', last: 'again' }));
      await joined.arrivals();
      load.finish(OLD);
      await h.passUntil(waiting);
      equal(await waiting, ANN, 'what the waiting call got');
    },
  },
];
