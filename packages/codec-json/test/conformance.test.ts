import { describeCodecConformance } from '@cache/core/conformance/vitest';
import { jsonCodec, taggedJsonCodec } from '../src/index.ts';

const thorough = process.env['CACHE_LONG'] === '1';

describeCodecConformance({ thorough, codec: () => jsonCodec, covers: 'less' });
describeCodecConformance({ thorough, codec: () => taggedJsonCodec });
