import { binaryCodec } from '@cache/core';
import { fuzzCodec } from '@cache/core/conformance/fast-check';
import { expect, test } from 'vitest';
import { compressed } from '../src/index.ts';
import { ALGORITHMS } from './cases.ts';

const RUNS = process.env['CACHE_LONG'] === '1' ? 15_000 : 200;

test.each(ALGORITHMS)(
  'any value comes back, and any bytes are an error or a value, with %s',
  (algorithm) => {
    const codec = () => compressed(binaryCodec, { algorithm, threshold: 0 });
    expect(fuzzCodec({ codec, runs: RUNS })).toMatchObject({ kept: RUNS, refused: 0 });
  },
  600_000,
);
