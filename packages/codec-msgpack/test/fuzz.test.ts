import { fuzzCodec } from '@cache/core/conformance/fast-check';
import { expect, test } from 'vitest';
import { msgpackCodec } from '../src/index.ts';

const RUNS = process.env['CACHE_LONG'] === '1' ? 30_000 : 300;

test('any value comes back, and any bytes are an error or a value', () => {
  const fuzzed = fuzzCodec({ codec: () => msgpackCodec, runs: RUNS });
  expect(fuzzed).toMatchObject({ kept: RUNS, refused: 0 });
}, 600_000);
