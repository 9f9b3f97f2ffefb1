/** Middleware: functions around every operation, which may change it or refuse it. */
import type { Middleware } from '../../middleware.ts';
import { demand, equal, refuses, rejection } from '../assert.ts';
import type { Group } from '../group.ts';
import { holdLoad } from '../held-load.ts';

const boom = new Error('boom');

export const middleware: Group = {
  name: 'middleware',
  guarantee:
    'Middleware goes around every operation that begins after it was put on, the first outermost, and may change its arguments, answer, or refuse.',
  cases: [
    {
      name: 'G13: middleware goes around every operation, with its name, key and arguments',
      async run(h) {
        const cache = h.cache<number>();
        const seen: string[] = [];
        cache.use((operation, next) => {
          seen.push(`${operation.name}(${operation.key ?? ''})`);
          return next();
        });
        await cache.set('k', 1);
        await cache.get('k');
        await cache.getEntry('k');
        await cache.getMetadata('k');
        await cache.has('k');
        await cache.setIfNotExists('k', 1);
        await cache.setIfExists('k', 1);
        await cache.compareAndSet('k', 'v', 1);
        await cache.touch('k');
        await cache.getOrSet('k', () => 1);
        await cache.update('k', () => 1);
        await cache.increment('k');
        await cache.decrement('k');
        await cache.getMany(['k']);
        await cache.setMany([['k', 1]]);
        await cache.getOrSetMany(['k'], () => new Map());
        await cache.invalidateTags(['t']);
        await cache.warm([['k', 1]]);
        await cache.expire('k');
        await cache.delete('k');
        await cache.getAndDelete('k');
        await cache.deleteMany(['k']);
        await cache.clear();
        equal(
          seen,
          [
            'set(k)',
            'get(k)',
            'getEntry(k)',
            'getMetadata(k)',
            'has(k)',
            'setIfNotExists(k)',
            'setIfExists(k)',
            'compareAndSet(k)',
            'touch(k)',
            'getOrSet(k)',
            'update(k)',
            'increment(k)',
            'decrement(k)',
            'getMany()',
            'setMany()',
            'getOrSetMany()',
            'invalidateTags()',
            'warm()',
            'expire(k)',
            'delete(k)',
            'getAndDelete(k)',
            'deleteMany()',
            'clear()',
          ],
          'what the middleware saw',
        );
      },
    },
    {
      name: 'G13: the first middleware is the outermost; each may change arguments and answer',
      async run(h) {
        const cache = h.cache<string>();
        const order: string[] = [];
        const around =
          (name: string): Middleware =>
          async (_, next) => {
            order.push(`${name} in`);
            const answer = await next();
            order.push(`${name} out`);
            return answer;
          };
        cache.use(around('outer'));
        cache.use(around('inner'));
        cache.use((operation, next) =>
          next([`prefix:${String(operation.args[0])}`, ...operation.args.slice(1)]),
        );
        await cache.set('k', 'v');
        equal(order, ['outer in', 'inner in', 'inner out', 'outer out'], 'the order');
        equal(await h.peer().cache<string>().get('prefix:k'), 'v', 'get of the changed key');
        cache.use(() => Promise.resolve('answered'));
        equal(await cache.get('anything'), 'answered', 'get that a middleware answers');
      },
    },
    {
      name: 'G13: middleware refuses an operation by throwing, and nothing happens',
      async run(h) {
        const cache = h.cache<string>();
        await cache.set('k', 'v');
        cache.use((operation, next) => {
          if (operation.name === 'get') return next();
          throw boom;
        });
        for (const call of [
          () => cache.set('k', 'no'),
          () => cache.delete('k'),
          () => cache.clear(),
          () => cache.update('k', () => 'no'),
        ]) {
          demand(
            (await rejection(call(), 'a refused operation')) === boom,
            'the operation rejected with something else',
          );
        }
        equal(await cache.get('k'), 'v', 'get');
      },
    },
    {
      name: 'G13: middleware is around walks too',
      needs: ({ scans }) => (scans ? undefined : "the provider lacks the trait 'scans'"),
      async run(h) {
        const cache = h.cache<string>();
        await cache.setMany([
          ['a', '1'],
          ['b', '2'],
        ]);
        cache.use((operation, next) => next(operation.name === 'keys' ? ['a*'] : undefined));
        const keys: string[] = [];
        for await (const key of cache.keys()) keys.push(key);
        equal(keys, ['a'], 'keys()');
      },
    },
    {
      name: 'G13: an operation that began before a middleware was put on goes on without it',
      async run(h) {
        const cache = h.cache<string>();
        const load = await holdLoad(cache, 'k');
        cache.use(() => Promise.reject(boom));
        load.finish('v');
        equal(await load.result, 'v', 'the load');
        demand((await rejection(cache.get('k'), 'get')) === boom, 'the middleware was not asked');
      },
    },
    {
      name: 'G13: what is no middleware is refused',
      async run(h) {
        const cache = h.cache<string>();
        await refuses(() => cache.use(undefined as unknown as Middleware), 'nothing');
        await refuses(() => cache.use({} as Middleware), 'an object');
        await cache.set('k', 'v');
        equal(await cache.get('k'), 'v', 'get');
      },
    },
  ],
};
