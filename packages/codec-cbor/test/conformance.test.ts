import { describeCodecConformance } from '@cache/core/conformance/vitest';
import { cborCodec } from '../src/index.ts';

describeCodecConformance({ codec: () => cborCodec });
