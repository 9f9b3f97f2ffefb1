import { fuzzCodec } from '@cache/core/conformance/fast-check';
import { expect, test } from 'vitest';
import { codecWith } from './cases.ts';

const RUNS = process.env['CACHE_LONG'] === '1' ? 30_000 : 300;

test('any value comes back, and no other bytes are read', () => {
  const fuzzed = fuzzCodec({ codec: () => codecWith('k1'), runs: RUNS });
  expect(fuzzed).toMatchObject({ kept: RUNS, refused: 0, read: 0 });
}, 600_000);
