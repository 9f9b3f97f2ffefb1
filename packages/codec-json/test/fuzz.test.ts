import { fuzzCodec } from '@cache/core/conformance/fast-check';
import { expect, test } from 'vitest';
import { jsonCodec, taggedJsonCodec } from '../src/index.ts';

const RUNS = process.env['CACHE_LONG'] === '1' ? 30_000 : 300;

test('with tags, any value comes back, and any bytes are an error or a value', () => {
  const fuzzed = fuzzCodec({ codec: () => taggedJsonCodec, runs: RUNS });
  expect(fuzzed).toMatchObject({ kept: RUNS, refused: 0 });
}, 600_000);

test('plain, any value comes back or is refused, and any bytes are an error or a value', () => {
  const fuzzed = fuzzCodec({ codec: () => jsonCodec, covers: 'less', runs: RUNS });
  expect(fuzzed.kept).toBeGreaterThan(RUNS / 20);
  expect(fuzzed.refused).toBeGreaterThan(RUNS / 20);
}, 600_000);
