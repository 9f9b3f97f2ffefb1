import { join } from 'node:path';
import { judgeCorpus } from '@cache/core/conformance';
import { corporaIn } from '@cache/test-values/corpora';
import { EverythingSchema } from '@cache/test-values/message-schemas';
import { MESSAGES } from '@cache/test-values/messages';
import { expect, test } from 'vitest';
import { protobufCodec } from '../src/index.ts';

const codec = (): ReturnType<typeof protobufCodec> => protobufCodec(EverythingSchema);

test.each(corporaIn(join(import.meta.dirname, 'corpus')))(
  'reads what was written once: $file',
  ({ corpus, isNewest }) => {
    expect(() => judgeCorpus(corpus, { codec, samples: MESSAGES, writes: isNewest })).not.toThrow();
    expect(Object.keys(corpus.encodings).length).toBeGreaterThan(20);
  },
);
