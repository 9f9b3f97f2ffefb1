import { randomUUID } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import type { Stampeded } from './orders.ts';
import { startWorkers } from './worker-process.ts';

const IS_LONG = process.env['CACHE_LONG'] === '1';
const [PROCESSES, CALLS] = IS_LONG ? [8, 10_000] : [4, 2_500];
const KEYS = Array.from({ length: 50 }, (_, number) => `cold ${number}`);

test(
  `G3: of ${PROCESSES} processes with ${CALLS} concurrent getOrSet each on 50 cold keys, 50 load`,
  {
    timeout: 120_000,
  },
  async () => {
    await using stack = new AsyncDisposableStack();
    // A busy machine pauses a leader for longer than the usual lease, which would rightly let another lead.
    const setting = { url: inject('redis').url, namespace: randomUUID(), lease: 30_000 };
    const workers = await startWorkers(
      stack,
      Array.from({ length: PROCESSES }, () => setting),
    );
    const told = await Promise.all(
      workers.map((worker, at) => {
        // Each begins with another key, so that several lead.
        const first = Math.floor((at * KEYS.length) / PROCESSES);
        const keys = [...KEYS.slice(first), ...KEYS.slice(0, first)];
        return worker.tell({ do: 'stampede', keys, calls: CALLS, takes: 100 }) as Promise<Stampeded>;
      }),
    );
    const times = told.map(({ took }) => Math.round(took)).join(', ');
    process.stdout.write(
      `stampede: the processes took ${times} ms and loaded ${told.map(({ loads }) => loads).join(' + ')}\n`,
    );
    expect(told.reduce((sum, { loads }) => sum + loads, 0)).toBe(50);
    for (const key of KEYS) {
      const values = new Set(told.flatMap(({ given }) => given[key] ?? []));
      expect([...values], `what was given for ${key}`).toEqual([expect.stringMatching(`^${key} by`)]);
    }
  },
);
