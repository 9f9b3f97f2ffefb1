import { describeCodecConformance } from '@cache/core/conformance/vitest';
import { msgpackCodec } from '../src/index.ts';

describeCodecConformance({ codec: () => msgpackCodec });
