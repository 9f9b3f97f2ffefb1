import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Corpus, extendCorpus, judgeCorpus } from '@cache/core/conformance';
import { describe, expect, test } from 'vitest';
import { binaryCodec } from '../../src/binary-codec.ts';
import { sealed } from '../../src/conformance/codec/mutants/sealed.ts';
import { lessCodec } from './less-codec.ts';

const FOLDER = join(import.meta.dirname, '../corpus');
const FILES = readdirSync(FOLDER);
const codec = (): typeof binaryCodec => binaryCodec;

test.each(FILES)('the built-in codec reads what was written once: %s', (file) => {
  const corpus = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Corpus;
  const writes = file === `core1-${FILES.length}.json`;
  expect(() => judgeCorpus(corpus, { codec, writes })).not.toThrow();
  expect(Object.keys(corpus.encodings).length).toBeGreaterThan(100);
});

describe('a corpus', () => {
  const empty: Corpus = { codec: 'core1', version: 1, encodings: {} };

  test('grows, and what it has stays', () => {
    const old: Corpus = { ...empty, encodings: { null: 'c0', true: 'beef' } };
    const extended = extendCorpus(old, { codec });
    expect(extended.encodings).toMatchObject({
      null: 'c0',
      true: 'beef',
      false: 'c2',
      'the number 64': 'c440',
    });
    expect(Object.keys(extended.encodings).slice(0, 2)).toEqual(['null', 'true']);
    expect(old.encodings).toEqual({ null: 'c0', true: 'beef' });
    expect(extendCorpus(extended, { codec })).toEqual(extended);
  });

  test('has no long encodings, and none of what the codec refuses', () => {
    const { encodings } = extendCorpus({ ...empty, codec: 'less' }, { codec: lessCodec });
    expect(Object.keys(encodings)).not.toContain('100,000 bytes');
    expect(Object.keys(encodings)).not.toContain('the bigint 1');
    expect(Object.keys(encodings)).toContain('a session');
  });

  test('has values of one’s own', () => {
    const samples = [{ name: 'mine', make: () => ({ mine: 1 }), expect: 'equal' }] as const;
    const extended = extendCorpus(empty, { codec, samples });
    expect(extended.encodings).toMatchObject({ mine: 'a1446d696e6501' });
    expect(() => judgeCorpus(extended, { codec, samples })).not.toThrow();
    expect(() => judgeCorpus(extended, { codec })).toThrow(
      "the corpus has 'mine', which no sample is called",
    );
  });

  test('of a codec that binds bytes to their place can be read', () => {
    const options = { codec: () => sealed(binaryCodec) };
    const extended = extendCorpus({ ...empty, codec: 'sealed' }, options);
    expect(() => judgeCorpus(extended, { ...options, writes: true })).not.toThrow();
  });

  test.each([
    ['another value', { true: 'c2' }, 'true, of version 1: is false, not true'],
    ['no value', { true: 'ff' }, 'decode of true, of version 1: failed with CacheError CODEC_FAILED'],
  ])('that is read as %s is noticed', (_, encodings, message) => {
    expect(() => judgeCorpus({ ...empty, encodings }, { codec })).toThrow(message);
  });

  test('that would be written otherwise today is noticed where it is the newest', () => {
    const encodings = { 'the number 1.5': 'c6000000000000f83f', 'the number 0': 'c400' };
    const lenient = (): typeof binaryCodec => ({
      ...binaryCodec,
      decode: (bytes, context) => (bytes[0] === 0xc4 ? bytes[1] : binaryCodec.decode(bytes, context)),
    });
    expect(() => judgeCorpus({ ...empty, encodings }, { codec: lenient })).not.toThrow();
    expect(() => judgeCorpus({ ...empty, encodings }, { codec: lenient, writes: true })).toThrow(
      "the number 0, of version 1: is written as '00' and not as 'c400' any more",
    );
  });

  test('of another codec is refused', () => {
    expect(() => judgeCorpus({ ...empty, codec: 'cbor' }, { codec })).toThrow(
      "the corpus is one of the codec 'cbor', and this one is called 'core1'",
    );
  });
});
