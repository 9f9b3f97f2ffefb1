import { join } from 'node:path';
import { binaryCodec } from '@cache/core';
import { judgeCorpus } from '@cache/core/conformance';
import { corporaIn } from '@cache/test-values/corpora';
import { expect, test } from 'vitest';
import { compressed } from '../src/index.ts';

// How short the bytes get depends on the libraries of the runtime.
test.each(corporaIn(join(import.meta.dirname, 'corpus')))(
  'reads what was written once: $file',
  ({ corpus }) => {
    expect(() => judgeCorpus(corpus, { codec: () => compressed(binaryCodec) })).not.toThrow();
    expect(Object.keys(corpus.encodings).length).toBeGreaterThan(100);
  },
);
