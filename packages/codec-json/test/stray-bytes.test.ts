import { MODEL, own } from '@cache/test-values/model';
import { changedBytes, memoryOf, strayBytes } from '@cache/test-values/stray-bytes';
import { isSame, trialOf } from '@cache/test-values/trial';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonCodec, taggedJsonCodec } from '../src/index.ts';

const wordOf = (text: string): number[] => [...Buffer.from(text)];
const WORDS = [
  ...'{}[],:"\\$0-1eu'.split('').map(wordOf),
  ...[
    '"$date":',
    '"$map":[[',
    '"$set":[',
    '"$bare":{',
    '"$$',
    '{"$Buffer":"',
    '{"$bigint":"',
    '"__proto__":',
  ].map(wordOf),
  ...['null', 'true', '1e999', '-0', '\\u0024', '\\uD800', 'NaN'].map(wordOf),
  [0xc3],
  [0xed, 0xa0, 0x80],
];
const UNITS = wordOf('{}[],:"\\$0-1e ');
// Without -0.
const jsonValues = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);

describe.each([
  ['plain JSON', jsonCodec, jsonValues],
  ['JSON with tags', taggedJsonCodec, undefined],
] as const)('bytes that nobody encoded as %s', (_, codec, values) => {
  const trial = trialOf(codec);
  const { encode, decode, tryDecode } = trial;
  const read = (text: string): unknown => decode(Buffer.from(text));

  /** A value of the model, or CODEC_FAILED. */
  const isHarmless = (bytes: Uint8Array): boolean => {
    const decoded = tryDecode(bytes);
    return decoded === undefined || isSame(decoded.value, decoded.value);
  };

  it('gives a value of the model or CODEC_FAILED for any bytes', () => {
    fc.assert(fc.property(strayBytes(WORDS), isHarmless), { numRuns: 5_000 });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('gives a value of the model or CODEC_FAILED for bytes that were changed', () => {
    const encodable = trialOf(codec);
    fc.assert(fc.property(changedBytes(encodable, UNITS, values), isHarmless), { numRuns: 2_000 });
  });

  it('gives CODEC_FAILED for every beginning of a value', () => {
    for (const [, make] of MODEL) {
      let bytes: Uint8Array;
      try {
        bytes = encode(make());
      } catch {
        continue;
      }
      // The beginning of a number is a number.
      if (bytes.length > 300 || /^-?\d/.test(Buffer.from(bytes).toString())) continue;
      for (let length = 0; length < bytes.length; length++)
        expect(tryDecode(bytes.subarray(0, length))).toBeUndefined();
    }
  });

  it.each([
    ['', 'no bytes'],
    [' 1', 'something before'],
    ['1\n', 'something after'],
    ['1\0', 'a NUL after'],
    ['\uFEFF1', 'a mark of the byte order'],
    ['{"a":1}{"a":1}', 'two values'],
    ["{'a':1}", 'JavaScript that is no JSON'],
    ['undefined', 'undefined'],
    ['NaN', 'NaN'],
  ])('refuses %j: %s', (text) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'CODEC_FAILED', cache: 'users', key: 'user:1' }),
    );
  });

  it('refuses what is no UTF-8', () => {
    for (const bytes of [
      [0x22, 0xc3, 0x28, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0x22, 0xff, 0x22],
    ])
      expect(tryDecode(Uint8Array.from(bytes))).toBeUndefined();
  });

  it('refuses what is nested too deeply, however deep', () => {
    const levels = (count: number): Uint8Array => Buffer.from('['.repeat(count) + ']'.repeat(count));
    expect(tryDecode(levels(2_000))).toBeDefined();
    expect(tryDecode(levels(2_001))).toBeUndefined();
    expect(tryDecode(levels(1_000_000))).toBeUndefined();
    expect(tryDecode(Buffer.from('{"a":'.repeat(3_000) + '1' + '}'.repeat(3_000)))).toBeUndefined();
    expect(tryDecode(Buffer.from('['.repeat(1_000_000)))).toBeUndefined();
  });

  it('never changes a prototype', () => {
    const value = decode(encode(own('__proto__', { polluted: true }))) as { polluted?: boolean };
    expect(value.polluted).toBeUndefined();
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('tells nothing of what the bytes held', () => {
    const bytes = encode({ password: 'hunter2', more: ['hunter2'] });
    for (let length = 0; length < bytes.length; length++) {
      try {
        decode(bytes.subarray(0, length));
      } catch (error) {
        const { message, cause } = error as Error;
        expect(`${message} ${(cause as Error).message}`).not.toMatch(/hunter|password/);
      }
    }
  });
});

describe('tags that nobody wrote', () => {
  const { tryDecode } = trialOf(taggedJsonCodec);

  it.each([
    ['{"$undefined":true}', 'undefined where a value should be'],
    ['[{"$undefined":false}]', 'undefined that is more than that'],
    ['{"$":1}', 'the mark alone'],
    ['{"$else":1}', 'an unknown tag'],
    ['{"$constructor":1}', 'a tag that every object has a member for'],
    ['{"$number":"1"}', 'a number that needs no tag'],
    ['{"$number":0}', 'a number that is no text'],
    ['{"$bigint":1}', 'a bigint that is no text'],
    ['{"$bigint":"01"}', 'a bigint with a zero before it'],
    ['{"$bigint":"-0"}', 'a bigint that is -0'],
    ['{"$bigint":" 1"}', 'a bigint with white space'],
    ['{"$bigint":""}', 'a bigint of no digits'],
    ['{"$bigint":"1n"}', 'a bigint as JavaScript writes it'],
    [`{"$bigint":"${'1'.repeat(1_001)}"}`, 'a long bigint in decimal'],
    ['{"$bigint":"0xff"}', 'a short bigint in hexadecimal'],
    ['{"$date":0}', 'a date that is a number'],
    ['{"$date":"2026-01-31"}', 'a date in another form'],
    ['{"$date":"2026-02-31T12:00:00.000Z"}', 'a day that is none'],
    ['{"$date":"Sat, 31 Jan 2026 12:00:00 GMT"}', 'a date that only a parser of JavaScript understands'],
    ['{"$date":"+275760-09-13T00:00:00.001Z"}', 'a date out of range'],
    ['{"$map":{}}', 'a map that is no array'],
    ['{"$map":[1]}', 'an entry that is no pair'],
    ['{"$map":[[1]]}', 'an entry without a value'],
    ['{"$map":[[1,2,3]]}', 'an entry with more'],
    ['{"$map":[[1,2],[1,3]]}', 'a key that occurs twice'],
    ['{"$set":[1,1]}', 'a member that occurs twice'],
    ['{"$set":"ab"}', 'a set of text'],
    ['{"$bare":[]}', 'an array without a prototype'],
    ['{"$bare":null}', 'nothing without a prototype'],
    ['{"$bare":{"$map":[]}}', 'a map without a prototype'],
    ['{"$bare":{"$bare":{}}}', 'no prototype twice'],
    ['{"$Uint8Array":[1]}', 'bytes as numbers'],
    ['{"$Uint8Array":"A"}', 'base64 cut off'],
    ['{"$Uint8Array":"AB=="}', 'base64 with bits left over'],
    ['{"$Uint8Array":"AQI"}', 'base64 that is not filled up'],
    ['{"$Uint8Array":"_-8="}', 'base64 for addresses'],
    ['{"$Uint8Array":"A Q=="}', 'base64 with white space'],
    ['{"$Uint16Array":"AQ=="}', 'half an element'],
    ['{"$SharedArrayBuffer":"AQ=="}', 'memory that is shared'],
    ['{"$RegExp":"a"}', 'a RegExp'],
    ['{"\\u0024else":1}', 'an unknown tag with its mark escaped'],
  ])('refuses %s: %s', (text) => {
    expect(tryDecode(Buffer.from(text))).toBeUndefined();
  });

  it('takes memory in proportion to the bytes', () => {
    const text = Buffer.from(`[${'{"$map":[[{"$set":[]},{"$bare":{}}]]},'.repeat(2_000)}{"$else":1}]`);
    const held = memoryOf(() => {
      for (let run = 0; run < 20; run++) expect(tryDecode(text)).toBeUndefined();
    });
    expect(held).toBeLessThan(256 * 2 ** 20);
  });
});
