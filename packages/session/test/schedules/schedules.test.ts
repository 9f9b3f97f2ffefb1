import { simpleStore, slowStore } from '@cache/core/testing';
import { memory } from '@cache/memory';
import { describe, expect, test } from 'vitest';
import { runSchedule, type ScheduleOptions } from './schedule.ts';

/** `CACHE_LONG=1`: ten thousand interleavings and more. */
const SEEDS = process.env['CACHE_LONG'] === '1' ? 4_000 : 120;

const PLACES: readonly (readonly [name: string, options: ScheduleOptions])[] = [
  ['memory', { provider: () => memory(), limited: false }],
  ['memory, with a limit', { provider: () => memory(), limited: true }],
  [
    'a slow store',
    {
      provider: (time, random) =>
        slowStore(simpleStore(), { time, random, stepMs: 5, pauses: 0.05, lostReplies: 0, refusals: 0 }),
      limited: false,
    },
  ],
  [
    'a slow store that loses replies',
    {
      provider: (time, random) =>
        slowStore(simpleStore(), { time, random, stepMs: 5, pauses: 0.05, lostReplies: 0.02, refusals: 0 }),
      limited: false,
      stormy: true,
    },
  ],
];

describe.each(PLACES)('any interleaving over %s', (_, options) => {
  test(`keeps what is promised: ${SEEDS} of them`, { timeout: 900_000 }, async () => {
    const broken: string[] = [];
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      try {
        await runSchedule(seed, options);
      } catch (error) {
        broken.push(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    expect(broken).toEqual([]);
  });
});
