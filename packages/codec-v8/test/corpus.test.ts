import { join } from 'node:path';
import { judgeCorpus } from '@cache/core/conformance';
import { corporaIn } from '@cache/test-values/corpora';
import { expect, test } from 'vitest';
import { v8Codec } from '../src/index.ts';

// V8 may write otherwise from one version to the next. It reads what its older ones wrote.
test.each(corporaIn(join(import.meta.dirname, 'corpus')))(
  'reads what was written once: $file',
  ({ corpus }) => {
    expect(() => judgeCorpus(corpus, { codec: () => v8Codec })).not.toThrow();
    expect(Object.keys(corpus.encodings).length).toBeGreaterThan(100);
  },
);
