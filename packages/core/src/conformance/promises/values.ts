/** Values: what is stored comes back as it was, and what cannot is refused. */
import { demand, equal, refuses } from '../assert.ts';
import type { Case, Group } from '../group.ts';
import { VALUE_MATRIX } from '../value-matrix.ts';

export const values: Group = {
  name: 'values',
  guarantee:
    'Every value of the value model comes back as it was, on every way in and out; everything else is refused with its place.',
  cases: [
    {
      name: 'G6: every value of the model comes back as it was, in every process',
      async run(h) {
        const cache = h.cache<unknown>();
        const other = h.peer().cache<unknown>();
        for (const { name, make, expect } of VALUE_MATRIX) {
          if (expect !== 'equal') continue;
          await cache.set(name, make());
          equal(await cache.get(name), make(), `get of ${name}`);
          equal(await cache.get(name), make(), `get of ${name}, again`);
          equal(await other.get(name), make(), `get of ${name} in another process`);
        }
      },
    },
    {
      name: 'G6: every value comes back as it was from a load, an update, a batch and a condition',
      async run(h) {
        const cache = h.cache<unknown>();
        for (const { name, make, expect } of VALUE_MATRIX) {
          if (expect !== 'equal') continue;
          equal(await cache.getOrSet('loaded', make), make(), `the load of ${name}`);
          equal(await cache.getOrSet('loaded', () => 'no'), make(), `the hit of ${name}`);
          equal(await cache.update('updated', make), make(), `the update to ${name}`);
          equal(await cache.update('updated', (current) => current), make(), `the update from ${name}`);
          await cache.setMany([['batch', make()]]);
          equal((await cache.getMany(['batch'])).get('batch'), make(), `the batch with ${name}`);
          equal(await cache.setIfNotExists('conditional', make()), true, `setIfNotExists of ${name}`);
          equal(await cache.getAndDelete('conditional'), make(), `getAndDelete of ${name}`);
          await cache.deleteMany(['loaded', 'updated']);
        }
      },
    },
    ...VALUE_MATRIX.filter((value) => value.expect === 'refused').map((value): Case => ({
      name: `G6: ${value.name} is refused, with its place, and nothing is stored`,
      async run(h) {
        const cache = h.cache<unknown>();
        await cache.set('k', 'before');
        const missing = value.make() === undefined;
        const place = missing ? 'undefined' : value.place;
        await refuses(() => cache.set('k', value.make()), 'set', place);
        await refuses(() => cache.setIfExists('k', value.make()), 'setIfExists', place);
        if (!missing) {
          await refuses(() => cache.update('k', value.make), 'update', value.place);
          await refuses(() => cache.getOrSet('new', value.make), 'getOrSet', value.place);
        }
        equal(await cache.get('k'), 'before', 'get of what was there');
        equal(await cache.has('new'), false, 'has of what was to be loaded');
      },
    })),
    {
      name: 'G6: values large and small live beside each other',
      async run(h) {
        const cache = h.cache<unknown>();
        const large = { text: 'x'.repeat(1_000_000), bytes: new Uint8Array(1_000_000).fill(3) };
        await cache.set('large', large);
        await cache.set('small', 'x');
        equal(await cache.get('large'), large, 'the large value');
        equal(await cache.get('small'), 'x', 'the small value');
        await cache.set('large', 'y');
        equal(await cache.get('large'), 'y', 'a small value in place of the large one');
        demand((await cache.stats()).entries === 2, 'the number of entries is wrong');
      },
    },
  ],
};
