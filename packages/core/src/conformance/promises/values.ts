/** Values: what is stored comes back as it was, and what cannot is refused. */
import type { CacheOptions } from '../../options.ts';
import { demand, equal, refuses } from '../assert.ts';
import type { Group } from '../group.ts';
import { repeatedPart } from '../parts.ts';
import { show } from '../show.ts';
import { KEPT_VALUES } from '../value-matrix.ts';
import { LARGE_PAYLOADS } from '../values/large.ts';
import { STRANGERS } from '../values/strangers.ts';

/** Values are judged here and not their haste: other cases may keep the process busy meanwhile. */
const PATIENT: CacheOptions = { deadline: '30s' };

export const values: Group = {
  name: 'values',
  guarantee:
    'Every value of the value model comes back as it was, on every way in and out; everything else is refused with its place.',
  cases: [
    {
      name: 'G6: every value of the model comes back as it was, in every process',
      async run(h) {
        const cache = h.cache<unknown>(PATIENT);
        const other = h.peer().cache<unknown>(PATIENT);
        for (const { name, make } of KEPT_VALUES) {
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
        const cache = h.cache<unknown>(PATIENT);
        for (const { name, make } of KEPT_VALUES) {
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
    {
      name: 'G6: what occurs twice in a value comes back as two, memory under views included',
      async run(h) {
        const cache = h.cache<unknown>(PATIENT);
        for (const { name, make } of KEPT_VALUES) {
          await cache.set('k', make());
          const ways: Readonly<Record<string, unknown>> = {
            get: await cache.get('k'),
            update: await cache.update('k', (current) => current),
            getOrSet: await cache.getOrSet(name, make),
          };
          for (const [way, got] of Object.entries(ways)) {
            const repeated = repeatedPart(got);
            demand(repeated === undefined, `${way} of ${name}: ${show(repeated)} is there twice`);
          }
        }
      },
    },
    {
      name: 'G6: whatever is not of the model is refused, with its place, and nothing is stored',
      async run(h) {
        const cache = h.cache<unknown>(PATIENT);
        await cache.set('k', 'before');
        for (const { name, make, path, fault = '' } of STRANGERS) {
          await refuses(() => cache.set('k', make()), `set of ${name}`, path, fault);
          await refuses(() => cache.setIfExists('k', make()), `setIfExists of ${name}`, path, fault);
          // An updater and a loader may give nothing.
          if (make() === undefined) continue;
          await refuses(() => cache.update('k', make), `update to ${name}`, path, fault);
          await refuses(() => cache.getOrSet('new', make), `getOrSet of ${name}`, path, fault);
          equal(await cache.get('k'), 'before', `get of what was there before ${name}`);
          equal(await cache.has('new'), false, `has of what was to be loaded, ${name}`);
        }
      },
    },
    {
      name: 'G6: values of megabytes come back as they were',
      async run(h) {
        const cache = h.cache<unknown>(PATIENT);
        for (const { name, make } of LARGE_PAYLOADS) {
          await cache.set('large', make());
          const got = await cache.get('large');
          // All of this is work of one thread, on which the timers of connections wait.
          await h.settle();
          equal(got, make(), `get of ${name}`);
          await cache.delete('large');
        }
      },
    },
    {
      name: 'G6: values large and small live beside each other',
      async run(h) {
        const cache = h.cache<unknown>(PATIENT);
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
