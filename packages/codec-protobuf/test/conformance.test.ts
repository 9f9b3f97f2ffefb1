import { describeCodecConformance } from '@cache/core/conformance/vitest';
import { EverythingSchema } from '@cache/test-values/message-schemas';
import { MESSAGES } from '@cache/test-values/messages';
import { protobufCodec } from '../src/index.ts';

const thorough = process.env['CACHE_LONG'] === '1';

describeCodecConformance({
  thorough,
  codec: () => protobufCodec(EverythingSchema),
  covers: 'less',
  samples: MESSAGES,
});
