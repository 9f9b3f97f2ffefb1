/** Limits: at most so many entries under one term of an index, judged with the write. */
import type { IndexLimit } from '../../api.ts';
import { demand, equal, refuses, rejectsWith } from '../assert.ts';
import type { Group } from '../group.ts';
import type { Harness, KitCache } from '../harness.ts';
import { holdLoad } from '../held-load.ts';

interface Session {
  readonly user: string;
}

const anna: Session = { user: 'anna' };
const limit = (onExceeded: IndexLimit['onExceeded'], max = 2): { readonly limit: IndexLimit } => ({
  limit: { index: 'user', max, onExceeded },
});

const indexes = { user: (session: Session) => session.user };

const sessions = (h: Harness, process: Pick<Harness, 'cache'> = h): KitCache<Session> =>
  process.cache<Session>({ indexes });

export const limits: Group = {
  name: 'limits',
  guarantee:
    'A write that carries a limit never leaves more entries under its term than the limit allows, whoever writes at the same time.',
  needs: ({ limits: able, indexes: found }) =>
    able && found ? undefined : "the provider lacks the trait 'limits'",
  refusal: [
    {
      name: 'G7: a provider without the trait refuses a write with a limit, by its name',
      needs: ({ indexes: found }) =>
        found ? undefined : "the provider lacks the trait 'indexes', and says that first",
      async run(h) {
        const cache = sessions(h);
        const writes: readonly (() => Promise<unknown>)[] = [
          () => cache.set('a', anna, limit('refuse')),
          () => cache.setIfNotExists('a', anna, limit('evict-oldest')),
          () => cache.getOrSet('a', () => anna, limit('refuse')),
        ];
        for (const write of writes) {
          const error = await rejectsWith('UNSUPPORTED', write(), 'a write with a limit');
          demand(error.message.includes('limits'), 'the message does not name the trait');
        }
        equal(await cache.has('a'), false, 'has');
      },
    },
  ],
  cases: [
    {
      name: "G7: 'refuse' refuses the write that would be one too many, and changes nothing",
      async run(h) {
        const cache = sessions(h);
        await cache.set('a', anna, limit('refuse'));
        await cache.set('b', anna, limit('refuse'));
        await rejectsWith('LIMIT_EXCEEDED', cache.set('c', anna, limit('refuse')), 'set');
        await rejectsWith(
          'LIMIT_EXCEEDED',
          cache.setIfNotExists('c', anna, limit('refuse')),
          'setIfNotExists',
        );
        equal(await keysOf(cache), ['a', 'b'], 'the keys under the term');
        equal(await cache.has('c'), false, 'has');
        await cache.set('a', anna, limit('refuse'));
        await cache.set('d', { user: 'bert' }, limit('refuse'));
        await cache.set('without a limit', anna);
        equal((await keysOf(cache)).length, 3, 'the number of keys after a write without a limit');
        await cache.deleteMany(['a', 'b']);
        await cache.set('c', anna, limit('refuse'));
        equal(await keysOf(cache), ['c', 'without a limit'], 'the keys when there was room again');
      },
    },
    {
      name: "G7: 'evict-oldest' lets the oldest of the others go",
      async run(h) {
        const cache = sessions(h);
        const evicted = h.watch(cache, 'evict');
        for (const key of ['a', 'b', 'c', 'd']) {
          await cache.set(key, anna, limit('evict-oldest'));
          await h.pass(h.unit / 10);
        }
        equal(await keysOf(cache), ['c', 'd'], 'the keys under the term');
        await cache.get('c');
        await cache.set('e', anna, limit('evict-oldest'));
        equal(await keysOf(cache), ['d', 'e'], 'the keys after the oldest was read and another came');
        await cache.set('f', anna, limit('evict-oldest', 1));
        equal(await keysOf(cache), ['f'], 'the keys after a write with a smaller limit');
        await evicted.arrivals(5);
      },
    },
    {
      name: "G7: 'evict-lru' lets the one go that was not used for longest",
      async run(h) {
        const cache = sessions(h);
        for (const key of ['a', 'b']) {
          await cache.set(key, anna, limit('evict-lru'));
          await h.pass(h.unit / 10);
        }
        await cache.get('a');
        await h.pass(h.unit / 10);
        await cache.set('c', anna, limit('evict-lru'));
        equal(await keysOf(cache), ['a', 'c'], 'the keys under the term');
      },
    },
    {
      name: 'G7: what has gone does not count',
      async run(h) {
        const cache = sessions(h);
        await cache.set('expires', anna, { ttl: h.unit });
        await cache.set('invalid', anna, { tags: ['t'] });
        await cache.set('deleted', anna);
        await cache.set('other', anna);
        await cache.set('other', { user: 'bert' });
        await cache.delete('deleted');
        await cache.invalidateTags(['t']);
        await h.runOut(h.unit);
        await cache.set('a', anna, limit('refuse'));
        await cache.set('b', anna, limit('refuse'));
        equal(await keysOf(cache), ['a', 'b'], 'the keys under the term');
      },
    },
    {
      name: 'G7: of concurrent writes in several processes no more succeed than the limit allows',
      async run(h) {
        const caches = [sessions(h), sessions(h, h.peer())];
        const outcomes = await Promise.allSettled(
          Array.from({ length: 40 }, (_, n) =>
            (caches[n % 2] as KitCache<Session>).set(`k${n}`, anna, limit('refuse', 7)),
          ),
        );
        equal(
          outcomes.filter(({ status }) => status === 'fulfilled').length,
          7,
          'the number of writes that succeeded',
        );
        equal((await keysOf(sessions(h))).length, 7, 'the number of keys under the term');
        await Promise.all(
          Array.from({ length: 40 }, (_, n) =>
            (caches[n % 2] as KitCache<Session>).set(`l${n}`, anna, limit('evict-oldest', 7)),
          ),
        );
        equal((await keysOf(sessions(h))).length, 7, 'the number of keys after writes that evict');
      },
    },
    {
      name: 'G7: a load that its limit refuses is not stored, and its callers hear of it',
      async run(h) {
        const cache = sessions(h);
        await cache.set('a', anna);
        await cache.set('b', anna);
        await rejectsWith(
          'LIMIT_EXCEEDED',
          cache.getOrSet('c', () => anna, limit('refuse')),
          'getOrSet',
        );
        equal(await cache.has('c'), false, 'has');
        equal(await cache.getOrSet('c', () => anna, limit('evict-oldest')), anna, 'getOrSet that evicts');
        equal((await keysOf(cache)).length, 2, 'the number of keys under the term');
      },
    },
    {
      name: 'G3: an eviction fails nobody who waits for a load',
      async run(h) {
        const cache = sessions(h);
        const joined = h.watch(cache, 'join');
        await cache.set('k', anna, { ttl: h.unit });
        await h.runOut(h.unit);
        const load = await holdLoad(cache, 'k');
        const other = cache.getOrSet('k', () => ({ user: 'again' }));
        await joined.arrivals();
        for (const key of ['a', 'b', 'c']) await cache.set(key, anna, limit('evict-oldest', 1));
        load.finish(anna);
        equal(await Promise.all([load.result, other]), [anna, anna], 'what the callers got');
      },
    },
    {
      name: 'G7: a limit that cannot be is refused',
      async run(h) {
        const cache = sessions(h);
        for (const bad of [
          { index: 'none', max: 1, onExceeded: 'refuse' },
          { index: 'user', max: 0, onExceeded: 'refuse' },
          { index: 'user', max: 1.5, onExceeded: 'refuse' },
          { index: 'user', max: 1, onExceeded: 'panic' },
        ]) {
          await refuses(
            () => cache.set('k', anna, { limit: bad as IndexLimit }),
            JSON.stringify(bad),
            'limit',
          );
        }
        equal(await cache.has('k'), false, 'has');
      },
    },
  ],
};

/** The keys of the entries of anna. */
async function keysOf(cache: KitCache<Session>): Promise<string[]> {
  return [...(await cache.getByIndex('user', 'anna')).keys()].toSorted();
}
