import { binaryCodec } from '@cache/core';
import { describeCodecConformance } from '@cache/core/conformance/vitest';
import { compressed } from '../src/index.ts';

const thorough = process.env['CACHE_LONG'] === '1';

const MAX_LENGTH = 32 * 1024 * 1024;

// What differs between them has tests of its own.
for (const algorithm of thorough ? (['gzip', 'brotli'] as const) : (['gzip'] as const))
  describeCodecConformance({
    thorough,
    codec: () => compressed(binaryCodec, { algorithm, threshold: 0, maxLength: MAX_LENGTH }),
    expandsTo: MAX_LENGTH,
  });
