import { describeCodecConformance } from '@cache/core/conformance/vitest';
import { v8Codec } from '../src/index.ts';

const thorough = process.env['CACHE_LONG'] === '1';

describeCodecConformance({ thorough, codec: () => v8Codec });
