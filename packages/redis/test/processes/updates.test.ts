import { randomUUID } from 'node:crypto';
import { until } from '@cache/test-servers/poll';
import { describe, expect, inject, test } from 'vitest';
import { startWorkers, type WorkerProcess } from './worker-process.ts';

const PROCESSES = 4;
const EACH = process.env['CACHE_LONG'] === '1' ? 10_000 : 2_500;

function start(stack: AsyncDisposableStack): Promise<readonly WorkerProcess[]> {
  const setting = { url: inject('redis').url, namespace: randomUUID() };
  return startWorkers(
    stack,
    Array.from({ length: PROCESSES }, () => setting),
  );
}

describe('updates of one key', () => {
  test(
    `G5: of ${PROCESSES} processes with ${EACH} updates each, none is lost and none is applied twice`,
    {
      timeout: 60_000,
    },
    async () => {
      await using stack = new AsyncDisposableStack();
      const workers = await start(stack);
      const started = performance.now();
      const given = (await Promise.all(
        workers.map((worker) => worker.tell({ do: 'addOne', key: 'count', times: EACH })),
      )) as readonly (readonly number[])[];
      const seconds = (performance.now() - started) / 1_000;
      const total = PROCESSES * EACH;
      process.stdout.write(
        `updates: ${Math.round(total / seconds)} a second of one key, by ${PROCESSES} processes together\n`,
      );
      expect(await workers[0]?.call('get', 'count')).toBe(total);
      const counted = given.flat().toSorted((one, other) => one - other);
      expect(counted).toEqual(Array.from({ length: total }, (_, before) => before + 1));
    },
  );

  test('G5: of several processes that never pause, each goes on', { timeout: 60_000 }, async () => {
    await using stack = new AsyncDisposableStack();
    const workers = await start(stack);
    const totals = workers.map((worker) => worker.tell({ do: 'keepAdding', key: 'count', group: 100 }));
    const progress = (): Promise<readonly number[]> =>
      Promise.all(workers.map((worker) => worker.tell({ do: 'progress' }) as Promise<number>));
    await until('each process has gone on', async () => (await progress()).every((count) => count >= 1_000), {
      within: 50_000,
    });
    await Promise.all(workers.map((worker) => worker.tell({ do: 'stop' })));
    const added = (await Promise.all(totals)) as readonly number[];
    process.stdout.write(`updates without a pause: the processes made ${added.join(', ')}\n`);
    expect(await workers[0]?.call('get', 'count')).toBe(added.reduce((sum, count) => sum + count, 0));
  });
});
