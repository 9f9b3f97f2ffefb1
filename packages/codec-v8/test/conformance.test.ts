import { describeCodecConformance } from '@cache/core/conformance/vitest';
import { v8Codec } from '../src/index.ts';

describeCodecConformance({ codec: () => v8Codec });
