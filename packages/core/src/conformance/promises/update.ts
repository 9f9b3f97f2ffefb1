/** Update: read, change and write in one step, whoever else does the same. */
import { entry } from '../../api.ts';
import { gate } from '../../testing/gate.ts';
import { demand, equal, refuses, rejection } from '../assert.ts';
import type { Group } from '../group.ts';

export const update: Group = {
  name: 'update',
  guarantee:
    'No update is lost, in one process and across processes; what an updater throws rejects only its own call.',
  cases: [
    {
      name: 'G5: of 1,000 concurrent updates none is lost',
      async run(h) {
        const cache = h.cache<number>();
        const results = await Promise.all(
          Array.from({ length: 1_000 }, () => cache.update('k', (n) => (n ?? 0) + 1)),
        );
        equal(await cache.get('k'), 1_000, 'get');
        equal(new Set(results).size, 1_000, 'the number of different results');
      },
    },
    {
      name: 'G5: of concurrent updates in three processes none is lost',
      async run(h) {
        const caches = [h.cache<number>(), h.peer().cache<number>(), h.peer().cache<number>()];
        const updates = caches.flatMap((cache) =>
          Array.from({ length: 100 }, () => cache.update('k', (n) => (n ?? 0) + 1)),
        );
        await h.passUntil(Promise.all(updates));
        const results = await Promise.all(updates);
        equal(await caches[0]?.get('k'), 300, 'get');
        equal(new Set(results).size, 300, 'the number of different results');
      },
    },
    {
      name: 'G5: an update whose base was changed elsewhere runs again on what is there now',
      async run(h) {
        const cache = h.cache<readonly string[]>();
        const other = h.peer().cache<readonly string[]>();
        await cache.set('k', ['base']);
        const attempts: number[] = [];
        const result = await cache.update('k', async (current, { attempt, key }) => {
          equal(key, 'k', 'the key in the context');
          attempts.push(attempt);
          if (attempts.length === 1) await other.set('k', ['changed']);
          return [...(current ?? []), 'updated'];
        });
        equal(result, ['changed', 'updated'], 'the result');
        equal(await cache.get('k'), ['changed', 'updated'], 'get');
        equal(attempts, [1, 2], 'the attempts that were told');
      },
    },
    {
      name: 'G5: an update of a key that somebody else created meanwhile runs again',
      async run(h) {
        const cache = h.cache<readonly string[]>();
        const other = h.peer().cache<readonly string[]>();
        let runs = 0;
        await cache.update('k', async (current) => {
          runs += 1;
          if (runs === 1) await other.set('k', ['created']);
          return [...(current ?? []), 'updated'];
        });
        equal(await cache.get('k'), ['created', 'updated'], 'get');
      },
    },
    {
      name: 'G5: what an updater throws, at once, later or as null, rejects its own call and no other',
      async run(h) {
        const cache = h.cache<number>();
        const errors = [new Error('sync'), new Error('async'), null];
        const updaters: readonly ((n: number | undefined) => number | Promise<number>)[] = [
          () => {
            throw errors[0] as Error;
          },
          () => Promise.reject(errors[1]),
          () => {
            // oxlint-disable-next-line typescript/only-throw-error -- updaters are other people's code
            throw errors[2];
          },
        ];
        const calls = Array.from({ length: 60 }, (_, at) =>
          cache.update(
            'k',
            at % 2 === 0
              ? (n) => (n ?? 0) + 1
              : (updaters[((at - 1) / 2) % 3] as (n: number | undefined) => number),
          ),
        );
        const outcomes = await Promise.allSettled(calls);
        for (const [at, outcome] of outcomes.entries()) {
          if (at % 2 === 0)
            demand(outcome.status === 'fulfilled', `update ${at} was rejected with another's error`);
          else
            demand(
              outcome.status === 'rejected' && outcome.reason === errors[((at - 1) / 2) % 3],
              `update ${at} did not get its own error`,
            );
        }
        equal(await cache.get('k'), 30, 'get');
      },
    },
    {
      name: 'G5: async updaters of one key run one after the other, those of other keys beside them',
      async run(h) {
        const cache = h.cache<number>();
        const door = gate();
        let running = 0;
        let most = 0;
        const slow = (key: string) =>
          cache.update(key, async (n) => {
            running += 1;
            most = Math.max(most, running);
            await door.pass();
            running -= 1;
            return (n ?? 0) + 1;
          });
        const same = [slow('k'), slow('k'), slow('k')];
        await door.arrivals();
        equal(await cache.update('other', () => 1), 1, 'an update of another key');
        door.open();
        await Promise.all(same);
        equal(await cache.get('k'), 3, 'get');
        equal(most, 1, 'the most updaters of one key at once');
      },
    },
    {
      name: 'G5: an updater that gives nothing changes nothing, and the call gives the current value',
      async run(h) {
        const cache = h.cache<string>();
        equal(await cache.update('k', () => undefined), undefined, 'on an absent key');
        equal(await cache.has('k'), false, 'has');
        await cache.set('k', 'v', { ttl: '5m', tags: ['t'] });
        const before = await cache.getEntry('k');
        equal(await cache.update('k', () => undefined), 'v', 'on a present key');
        equal(await cache.getEntry('k'), before, 'the entry');
      },
    },
    {
      name: 'G5: without a ttl an update keeps the remaining life, with one it starts a new life',
      async run(h) {
        const cache = h.cache<number>({ ttl: 50 * h.unit });
        await cache.set('k', 1, { ttl: 4 * h.unit });
        const { expiresAt } = (await cache.getMetadata('k')) ?? {};
        await h.pass(2 * h.unit);
        await cache.update('k', (n) => (n ?? 0) + 1);
        equal(
          (await cache.getMetadata('k'))?.expiresAt,
          expiresAt,
          'expiresAt after an update without a ttl',
        );
        await h.runOut(2 * h.unit);
        equal(await cache.get('k'), undefined, 'get when the first life has passed');
        await cache.update('k', () => 1);
        equal((await cache.getMetadata('k'))?.ttl, 50 * h.unit, 'the ttl of a new entry');
        await cache.update('k', () => 2, { ttl: 7 * h.unit });
        equal((await cache.getMetadata('k'))?.ttl, 7 * h.unit, 'the ttl after an update with one');
      },
    },
    {
      name: 'G5: without tags an update keeps those of the entry, with tags it replaces them',
      async run(h) {
        const cache = h.cache<string>();
        await cache.set('keeps', 'v', { tags: ['a', 'b'] });
        await cache.update('keeps', () => 'w');
        equal(
          (await cache.getMetadata('keeps'))?.tags.toSorted(),
          ['a', 'b'],
          'the tags after an update without tags',
        );
        await cache.set('replaces', 'v', { tags: ['a'] });
        await cache.update('replaces', () => 'w', { tags: ['c'] });
        equal((await cache.getMetadata('replaces'))?.tags, ['c'], 'the tags after an update with tags');
        await cache.invalidateTags(['a']);
        equal(await cache.get('keeps'), undefined, 'get of the entry that kept the tag');
        equal(await cache.get('replaces'), 'w', 'get of the entry that lost the tag');
        await cache.invalidateTags(['c']);
        equal(await cache.get('replaces'), undefined, 'get after its new tag was invalidated');
      },
    },
    {
      name: 'G5: what an updater gives with options of its own is stored as it would be without them',
      async run(h) {
        const cache = h.cache<string>();
        await cache.set('k', 'v', { ttl: 9 * h.unit, tags: ['a'] });
        equal(await cache.update('k', (old) => entry(`${old}w`, {})), 'vw', 'what the update gave');
        const kept = await cache.getEntry('k');
        equal(kept?.value, 'vw', 'the value');
        equal(kept?.tags, ['a'], 'the tags where the updater chose none');
        const other = cache.update('k', (old) => `${old}x`);
        await refuses(() => cache.update('k', () => entry('y', { tags: [''] })), 'an empty tag', 'tag');
        equal(await other, 'vwx', 'an update at the same time as one that was refused');
        equal(await cache.get('k'), 'vwx', 'the value after both');
      },
    },
    {
      name: 'G5: an update overtaken by an invalidation of a tag does not bring back what was invalid',
      async run(h) {
        const cache = h.cache<readonly string[]>();
        const other = h.peer().cache<readonly string[]>();
        await cache.set('k', ['invalid'], { tags: ['t'] });
        let runs = 0;
        await cache.update('k', async (current) => {
          runs += 1;
          if (runs === 1) await other.invalidateTags(['t']);
          return [...(current ?? []), 'updated'];
        });
        // Judged before or after the invalidation, the value from before it must be gone.
        const left = await cache.get('k');
        demand(
          left === undefined || !left.includes('invalid'),
          `what was invalidated came back: ${String(left)}`,
        );
      },
    },
    {
      name: 'G5: an update and a set at once leave what one order of them leaves',
      async run(h) {
        const cache = h.cache<string>();
        const other = h.peer().cache<string>();
        for (let round = 0; round < 20; round += 1) {
          await cache.set('k', 'base');
          const [result] = await Promise.all([
            cache.update('k', (s) => `${s ?? ''}+`),
            other.set('k', 'set'),
          ]);
          const left = await cache.get('k');
          demand(
            (result === 'base+' && left === 'set') || (result === 'set+' && left === 'set+'),
            `no order explains: the update gave '${result}', left is '${String(left)}'`,
          );
        }
      },
    },
    {
      name: 'G5: a refused value rejects the update and leaves the entry',
      async run(h) {
        const cache = h.cache<unknown>();
        await cache.set('k', 'v');
        const bad = cache.update('k', () => () => 'a function');
        const good = cache.update('k', (value) => `${String(value)}+`);
        demand(
          (await rejection(bad, 'the update to a function')) instanceof TypeError,
          'the error is no TypeError',
        );
        equal(await good, 'v+', 'the update beside it');
        equal(await cache.get('k'), 'v+', 'get');
      },
    },
  ],
};
