import { conformance } from '@cache/core/conformance';
import { expect, test } from 'vitest';
import { memory } from '../../src/index.ts';

const isLong = process.env['CACHE_LONG'] === '1';
const HOUR = 3_600_000;

const histories = conformance({
  name: 'memory, many histories',
  provider: () => memory(),
  rounds: isLong ? 5_000 : 100,
  limitMs: HOUR,
}).find(({ name }) => name === 'linearizability');

test.each(histories?.cases ?? [])(
  '$name, in many rounds',
  async ({ run, skipped }) => {
    expect(skipped).toBeUndefined();
    await run();
  },
  HOUR,
);
