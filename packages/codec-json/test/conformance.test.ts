import { describeCodecConformance } from '@cache/core/conformance/vitest';
import { jsonCodec, taggedJsonCodec } from '../src/index.ts';

describeCodecConformance({ codec: () => jsonCodec, covers: 'less' });
describeCodecConformance({ codec: () => taggedJsonCodec });
