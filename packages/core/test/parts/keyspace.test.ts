import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkKey, checkTagNames, checkTags, parseTerm, spaceOf, termText } from '../../src/keyspace.ts';

const name = fc
  .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
  .filter((text) => text.isWellFormed());

test('spaces are injective, and none is a prefix of another', () => {
  const path = fc.tuple(fc.option(name, { nil: undefined }), fc.array(name, { minLength: 1, maxLength: 3 }));
  fc.assert(
    fc.property(path, path, (one, other) => {
      const [a, b] = [spaceOf(...one), spaceOf(...other)];
      if (JSON.stringify(one) === JSON.stringify(other)) expect(a).toBe(b);
      else {
        expect(a.startsWith(b)).toBe(false);
        expect(b.startsWith(a)).toBe(false);
      }
    }),
    {
      numRuns: 2_000,
      examples: [
        [
          [undefined, ['a', 'b']],
          [undefined, ['a.b']],
        ],
        [
          ['a', ['b']],
          [undefined, ['a', 'b']],
        ],
      ],
    },
  );
});

test('a term is read back as it was written', () => {
  fc.assert(
    fc.property(name, name, (index, term) => {
      expect(parseTerm(termText(index, term))).toEqual({ index, term });
    }),
  );
});

test.each([
  [undefined, /the key is undefined/],
  [null, /the key is null/],
  [7, /the key is a number/],
  [['k'], /the key is an array/],
  ['', /the key is the empty string/],
  ['x'.repeat(8_193), /8193 bytes.*at most 8192/],
  ['é'.repeat(4_097), /8194 bytes/],
  ['\ud800', /lone surrogate/],
])('the key %j is refused by name', (key, reason) => {
  expect(() => checkKey(key)).toThrow(TypeError);
  expect(() => checkKey(key)).toThrow(reason);
});

test.each(['__proto__', 'a:b', '\0', 'x'.repeat(8_192), '😀'.repeat(2_048), 'ключ', ' '])(
  'the key %j is accepted',
  (key) => {
    expect(() => checkKey(key)).not.toThrow();
  },
);

test('tags are a short list of short texts, each once', () => {
  expect(checkTags(['a', 'b', 'a'])).toEqual(['a', 'b']);
  expect(() => checkTags('abc' as never)).toThrow(/give a list, such as \['abc'\]/);
  expect(() => checkTags([''])).toThrow(/a tag is the empty string/);
  expect(() => checkTags(Array.from({ length: 65 }, (_, n) => `t${n}`))).toThrow(/65 tags: at most 64/);
});

test.each([undefined, null, 7, {}, ['t'].values()])('what is no list of tags is refused: %j', (tags) => {
  expect(() => checkTags(tags as never)).toThrow(TypeError);
});

test('any number of tags may be invalidated, from any list', () => {
  const many = Array.from({ length: 1_000 }, (_, n) => `t${n}`);
  expect(checkTagNames(many)).toEqual(many);
  expect(checkTagNames(new Set(['a', 'b']))).toEqual(['a', 'b']);
  expect(checkTagNames(['a', 'b'].values())).toEqual(['a', 'b']);
  expect(() => checkTagNames(undefined as never)).toThrow(/the tags are undefined: give a list/);
});
