import { describeCodecConformance } from '@cache/core/conformance/vitest';
import { cborCodec } from '../src/index.ts';

const thorough = process.env['CACHE_LONG'] === '1';

describeCodecConformance({ thorough, codec: () => cborCodec });
