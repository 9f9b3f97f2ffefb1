import { binaryCodec } from '@cache/core';
import { describeCodecConformance } from '@cache/core/conformance/vitest';
import { encrypted } from '../src/index.ts';

const KEY = { id: 'k1', key: Uint8Array.from({ length: 32 }, (_, at) => at + 1) };

describeCodecConformance({ codec: () => encrypted(binaryCodec, { keys: [KEY] }) });
