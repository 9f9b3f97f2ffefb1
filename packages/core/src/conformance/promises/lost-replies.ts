/** Lost replies: a write that may or may not have happened is neither repeated nor taken for one that did not. */
import { isCacheError } from '../../errors.ts';
import { demand, equal, rejection, sameEntries } from '../assert.ts';
import type { Group } from '../group.ts';
import { holdLoad } from '../held-load.ts';
import { hasCode, knownOrUnknown, outcomeOf, repliesLost, stormy } from '../storm.ts';

export const lostReplies: Group = {
  name: 'lost replies',
  guarantee:
    'A write whose reply was lost is never run again in silence and never said to have lost: its outcome is known, or said to be unknown.',
  cases: [
    {
      name: 'G11: a counter whose reply was lost has counted once, and says that it does not know',
      async run(h) {
        const { cache, storm } = stormy(h);
        await cache.set('k', 10);
        storm(repliesLost);
        const outcome = await outcomeOf(h, cache.increment('k'));
        storm({});
        knownOrUnknown(outcome, 11);
        equal(await cache.get('k'), 11, 'get');
      },
    },
    {
      name: 'G11: an update whose reply was lost has changed once, and says that it does not know',
      async run(h) {
        const { cache, storm } = stormy(h);
        await cache.set('k', 10);
        storm(repliesLost);
        const outcome = await outcomeOf(
          h,
          cache.update('k', (n) => (n ?? 0) + 1),
        );
        storm({});
        knownOrUnknown(outcome, 11);
        equal(await cache.get('k'), 11, 'get');
      },
    },
    {
      name: 'G11: a conditional write whose reply was lost does not claim that it lost the race',
      async run(h) {
        const { cache, storm } = stormy(h);
        storm(repliesLost);
        const created = await outcomeOf(h, cache.setIfNotExists('k', 1));
        storm({});
        knownOrUnknown(created, true);
        const { version } = await cache.set('k', 2);
        storm(repliesLost);
        const swapped = await outcomeOf(h, cache.compareAndSet('k', version, 3));
        storm({});
        demand(swapped.value !== false, 'compareAndSet says that it lost');
        equal(await cache.get('k'), 3, 'get');
      },
    },
    {
      name: 'G11: of those whose getAndDelete lost its reply nobody gets the value twice',
      async run(h) {
        const { cache, storm } = stormy(h);
        await cache.set('k', 1);
        storm(repliesLost);
        const outcome = await outcomeOf(h, cache.getAndDelete('k'));
        storm({});
        knownOrUnknown(outcome, 1);
        equal(await cache.getAndDelete('k'), undefined, 'getAndDelete again');
      },
    },
    {
      name: 'G11: a write past its deadline may still take effect, and says that it does not know',
      async run(h) {
        const { cache, storm } = stormy(h);
        await cache.set('k', 1);
        storm({ delay: 20 * h.unit });
        const rejected = rejection(cache.set('k', 2), 'set');
        await h.passUntil(rejected);
        hasCode(await rejected, ['UNKNOWN_OUTCOME'], 'set');
        storm({});
        await h.pass(50 * h.unit);
        const left = await cache.get('k');
        demand(left === 1 || left === 2, `get gave ${String(left)}`);
      },
    },
    {
      name: 'G11: an engine is asked for a write once, whatever becomes of the reply',
      async run(h) {
        const { cache, storm, changes } = stormy(h);
        await cache.set('k', 1);
        const operations: readonly (() => Promise<unknown>)[] = [
          () => cache.set('k', 1),
          () => cache.setIfExists('k', 1),
          () => cache.increment('n'),
          () => cache.update('u', () => 1),
          () => cache.delete('k'),
          () => cache.invalidateTags(['t']),
          () => cache.clear(),
        ];
        for (const [at, operation] of operations.entries()) {
          storm(repliesLost);
          const before = changes().length;
          await outcomeOf(h, operation());
          // A store is asked more than once by the record engine, which knows its own versions again.
          const asked = changes()
            .slice(before)
            .filter(({ method }) => method !== 'put' && method !== 'delete');
          demand(
            asked.length <= 1,
            `operation ${at} asked the engine for ${asked.map(({ method }) => method).join(', ')}`,
          );
        }
        storm({});
      },
    },
    {
      name: 'G11: a load whose commit lost its reply is stored once or not at all, and its callers have their value',
      async run(h) {
        const { cache, storm } = stormy(h);
        const load = await holdLoad(cache, 'k');
        storm(repliesLost);
        load.finish(7);
        await h.passUntil(load.result);
        equal(await load.result, 7, 'the call');
        storm({});
        const left = await cache.get('k');
        demand(left === undefined || left === 7, `get gave ${String(left)}`);
        const next = cache.getOrSet('k', () => 8);
        await h.passUntil(next);
        equal(await next, left ?? 8, 'the next call');
      },
    },
    {
      name: 'G11: a batch tells what it does not know of each key',
      async run(h) {
        const { cache, storm } = stormy(h);
        storm((call) => (String(call.args[0]).endsWith('lost') ? repliesLost(call) : undefined));
        const outcome = await outcomeOf(
          h,
          cache.setMany([
            ['good', 1],
            ['lost', 2],
          ]),
        );
        storm({});
        if ('error' in outcome)
          demand(isCacheError(outcome.error, 'PARTIAL_FAILURE'), 'the batch rejected with another error');
        sameEntries(await cache.getMany(['good', 'lost']), { good: 1, lost: 2 }, 'getMany');
      },
    },
  ],
};
