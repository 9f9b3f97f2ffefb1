import { binaryCodec } from '@cache/core';
import { describeCodecConformance } from '@cache/core/conformance/vitest';
import { compressed } from '../src/index.ts';

const MAX_LENGTH = 32 * 1024 * 1024;

for (const algorithm of ['gzip', 'brotli'] as const)
  describeCodecConformance({
    codec: () => compressed(binaryCodec, { algorithm, threshold: 0, maxLength: MAX_LENGTH }),
    expandsTo: MAX_LENGTH,
  });
