import { randomUUID } from 'node:crypto';
import { until } from '@cache/test-servers/poll';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { waiters } from './observed.ts';
import type { Setting } from './orders.ts';
import { startWorkers, type WorkerProcess } from './worker-process.ts';

const STALE = { team: 'red', text: 'as it was before' };
const FRESH = { team: 'red', text: 'as it is now' };

interface Removal {
  readonly name: string;
  readonly run: (other: WorkerProcess, key: string) => Promise<unknown>;
  /** What a later `getOrSet` finds without a loader. */
  readonly leaves?: unknown;
  /** Tags that only the loader knows. */
  readonly learnt?: readonly string[];
}

const REMOVALS: readonly Removal[] = [
  { name: 'a delete', run: (other, key) => other.call('delete', key) },
  { name: 'a set', run: (other, key) => other.call('set', key, 'set'), leaves: 'set' },
  {
    name: 'an update',
    run: (other, key) => other.tell({ do: 'update', key, value: 'updated' }),
    leaves: 'updated',
  },
  {
    name: 'an invalidation of a tag of the call',
    run: (other) => other.call('invalidateTags', ['told']),
  },
  {
    name: 'an invalidation of a tag that only the loader knows',
    run: (other) => other.call('invalidateTags', ['learnt']),
    learnt: ['learnt'],
  },
  { name: 'a clear', run: (other) => other.call('clear') },
  { name: 'a delete by an index', run: (other) => other.call('deleteByIndex', 'team', 'red') },
  { name: 'a delete by a pattern', run: (other) => other.call('deleteByPattern', 'key *') },
];

describe.each([1, 16])(
  'G4: with partitions: %i, a load in one process that is overtaken in another',
  { timeout: 30_000 },
  (partitions) => {
    const stack = new AsyncDisposableStack();
    let setting: Setting;
    let loading: WorkerProcess;
    let other: WorkerProcess;

    beforeAll(async () => {
      setting = { url: inject('redis').url, namespace: randomUUID(), partitions, lease: 30_000 };
      const [first, second] = await startWorkers(stack, [setting, setting]);
      if (first === undefined || second === undefined) throw new TypeError('there are two');
      [loading, other] = [first, second];
    }, 30_000);
    afterAll(() => stack.disposeAsync());

    test.each(REMOVALS)('by $name is its own callers’, not stored, and nobody else’s', async (removal) => {
      const { name, run, leaves, learnt } = removal;
      const key = `key of ${name}`;
      const tags = learnt === undefined ? ['told'] : [];
      const overtaken = loading.load(key, { tags });
      await overtaken.loading;
      await run(other, key);
      const later = other.load(key);
      await until(
        'the later call has come',
        async () => later.isLoading || later.isSettled || (await waiters(setting, key)),
      );
      overtaken.end({ value: STALE, ...(learnt !== undefined && { tags: learnt }) });
      expect(await overtaken.outcome).toEqual(STALE);
      if (leaves === undefined) {
        await later.loading;
        for (const worker of [loading, other]) expect(await worker.call('get', key)).toBeUndefined();
        later.end({ value: FRESH });
      }
      expect(await later.outcome).toEqual(leaves ?? FRESH);
      for (const worker of [loading, other]) expect(await worker.call('get', key)).toEqual(leaves ?? FRESH);
    });

    test('by nothing at all is stored for both', async () => {
      const first = loading.load('untouched', { tags: ['of its own'] });
      await first.loading;
      const second = other.load('untouched');
      await until('the other waits', () => waiters(setting, 'untouched'));
      for (const [method, ...args] of [
        ['delete', 'another key'],
        ['invalidateTags', ['another tag']],
        ['deleteByIndex', 'team', 'blue'],
      ] as const)
        await other.call(method, ...args);
      first.end({ value: STALE });
      expect(await Promise.all([first.outcome, second.outcome])).toEqual([STALE, STALE]);
      expect(await other.call('get', 'untouched')).toEqual(STALE);
    });
  },
);
