import { join } from 'node:path';
import { judgeCorpus } from '@cache/core/conformance';
import { corporaIn } from '@cache/test-values/corpora';
import { expect, test } from 'vitest';
import { cborCodec } from '../src/index.ts';

test.each(corporaIn(join(import.meta.dirname, 'corpus')))(
  'reads what was written once: $file',
  ({ corpus, isNewest }) => {
    expect(() => judgeCorpus(corpus, { codec: () => cborCodec, writes: isNewest })).not.toThrow();
    expect(Object.keys(corpus.encodings).length).toBeGreaterThan(100);
  },
);
