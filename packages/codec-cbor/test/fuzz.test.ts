import { fuzzCodec } from '@cache/core/conformance/fast-check';
import { expect, test } from 'vitest';
import { cborCodec } from '../src/index.ts';

const RUNS = process.env['CACHE_LONG'] === '1' ? 200_000 : 500;

test('any value comes back, and any bytes are an error or a value', () => {
  const fuzzed = fuzzCodec({ codec: () => cborCodec, runs: RUNS });
  process.stdout.write(`fuzzing cbor: ${JSON.stringify(fuzzed)}\n`);
  expect(fuzzed).toMatchObject({ kept: RUNS, refused: 0 });
}, 600_000);
