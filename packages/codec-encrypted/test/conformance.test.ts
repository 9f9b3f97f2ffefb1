import { binaryCodec } from '@cache/core';
import { describeCodecConformance } from '@cache/core/conformance/vitest';
import { encrypted } from '../src/index.ts';

const thorough = process.env['CACHE_LONG'] === '1';

const KEY = { id: 'k1', key: Uint8Array.from({ length: 32 }, (_, at) => at + 1) };

describeCodecConformance({ thorough, codec: () => encrypted(binaryCodec, { keys: [KEY] }) });
