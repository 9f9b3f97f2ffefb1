import { join } from 'node:path';
import { binaryCodec } from '@cache/core';
import { judgeCorpus } from '@cache/core/conformance';
import { corporaIn } from '@cache/test-values/corpora';
import { expect, test } from 'vitest';
import { encrypted } from '../src/index.ts';

/** Corpora have one key for ever. */
const KEY = { id: 'corpus', key: Uint8Array.from({ length: 32 }, (_, at) => at + 1) };

test.each(corporaIn(join(import.meta.dirname, 'corpus')))(
  'reads what was written once: $file',
  ({ corpus }) => {
    expect(() => judgeCorpus(corpus, { codec: () => encrypted(binaryCodec, { keys: [KEY] }) })).not.toThrow();
    expect(Object.keys(corpus.encodings).length).toBeGreaterThan(100);
  },
);
