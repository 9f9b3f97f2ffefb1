import { anyValue } from '@cache/test-values/any-value';
import { MODEL, nested, own } from '@cache/test-values/model';
import { onLittleStack } from '@cache/test-values/little-stack';
import { isSame, trialOf } from '@cache/test-values/trial';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonCodec, taggedJsonCodec } from '../src/index.ts';

const { encode, decode, keeps } = trialOf(taggedJsonCodec);
const textOf = (value: unknown): string => new TextDecoder().decode(encode(value));
const read = (text: string): unknown => decode(new TextEncoder().encode(text));

/** Texts that must read as these values for ever. A change here breaks what is stored in the world. */
const FIXTURES: readonly (readonly [text: string, make: () => unknown])[] = [
  ['null', () => null],
  ['{"$number":"NaN"}', () => NaN],
  ['{"$number":"Infinity"}', () => Infinity],
  ['{"a":{"$number":"-Infinity"}}', () => ({ a: -Infinity })],
  ['[{"$number":"-0"},0]', () => [-0, 0]],
  ['{"a":{"$undefined":true}}', () => ({ a: undefined })],
  ['{"$bigint":"0"}', () => 0n],
  ['{"$bigint":"-18446744073709551617"}', () => -(2n ** 64n) - 1n],
  [`{"$bigint":"1${'0'.repeat(999)}"}`, () => 10n ** 999n],
  [`{"$bigint":"0x1${'0'.repeat(1_000)}"}`, () => 16n ** 1_000n],
  [`{"$bigint":"-0x1${'0'.repeat(1_000)}"}`, () => -(16n ** 1_000n)],
  ['{"$date":"2026-01-31T12:00:00.000Z"}', () => new Date('2026-01-31T12:00:00.000Z')],
  ['{"$date":"-271821-04-20T00:00:00.000Z"}', () => new Date(-8.64e15)],
  ['{"$date":"0000-01-01T00:00:00.000Z"}', () => new Date('0000-01-01T00:00:00.000Z')],
  ['{"$date":null}', () => new Date(NaN)],
  [
    '{"$map":[["a",1],[{"$date":null},{"$map":[]}]]}',
    () =>
      new Map<unknown, unknown>([
        ['a', 1],
        [new Date(NaN), new Map()],
      ]),
  ],
  ['{"$set":[1,{"$undefined":true},[]]}', () => new Set([1, undefined, []])],
  ['{"$bare":{}}', () => Object.create(null) as unknown],
  ['{"$bare":{"a":{"$bare":{"__proto__":1}}}}', () => own('a', own('__proto__', 1, null), null)],
  ['{"$bare":{"$$date":null}}', () => own('$date', null, null)],
  ['{"$$date":null}', () => ({ $date: null })],
  ['{"$$":{"$$$date":1}}', () => ({ $: { $$date: 1 } })],
  ['{"$date":1,"a":2}', () => ({ $date: 1, a: 2 })],
  ['["$date","{\\"$date\\":1}"]', () => ['$date', '{"$date":1}']],
  ['{"__proto__":{"$bigint":"1"}}', () => own('__proto__', 1n)],
  ['{"0":1,"b":{"$bigint":"2"},"a":3}', () => ({ b: 2n, 0: 1, a: 3 })],
  ['{"$ArrayBuffer":"AQI="}', () => new Uint8Array([1, 2]).buffer],
  ['{"$Buffer":"aGk="}', () => Buffer.from('hi')],
  ['{"$DataView":"AQI="}', () => new DataView(new Uint8Array([0, 1, 2]).buffer, 1)],
  ['{"$Uint8Array":""}', () => new Uint8Array(0)],
  ['{"$Uint16Array":"AQA="}', () => new Uint16Array([1])],
  ['{"$Float64Array":"AAAAAAAA+D8="}', () => new Float64Array([1.5])],
  ['{"$BigInt64Array":"//////////8="}', () => new BigInt64Array([-1n])],
];

describe('JSON with tags', () => {
  it('is called tjson and leaves the check of the model to core', () => {
    expect(taggedJsonCodec).toMatchObject({ id: 'tjson' });
    expect(taggedJsonCodec.checks).toBeUndefined();
  });

  it.each(MODEL)('keeps %s', (_, make) => {
    expect(keeps(make())).toBe(true);
  });

  it('keeps every value of the model', () => {
    fc.assert(fc.property(anyValue, keeps), { numRuns: 1_000 });
  });

  it('keeps values that look like its tags', () => {
    const names = fc.constantFrom('$date', '$map', '$bare', '$number', '$', '$$', '$$date', '$Buffer', 'a');
    const { value: lookalike } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom<unknown>(null, 'NaN', '-0', true, 1, '2026-01-31T12:00:00.000Z', 'AQI=', undefined),
        fc.dictionary(names, tie('value'), { maxKeys: 2 }),
        fc.dictionary(names, tie('value'), { maxKeys: 2, noNullPrototype: false }),
        fc.array(fc.array(tie('value'), { maxLength: 2 }), { maxLength: 2 }),
        fc.array(fc.tuple(tie('value'), tie('value'))).map((entries) => new Map(entries)),
      ),
    }));
    fc.assert(fc.property(fc.tuple(lookalike), keeps), { numRuns: 3_000 });
  });

  it.each(FIXTURES)('has the form %s', (text, make) => {
    expect(textOf(make())).toBe(text);
    expect(isSame(read(text), make())).toBe(true);
  });

  it('writes plain JSON where that will do, and no value in the form of another', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const plain = trialOf(jsonCodec);
        if (textOf(value).includes('"$')) return true;
        try {
          return textOf(value) === new TextDecoder().decode(plain.encode(value));
        } catch (error) {
          return error instanceof TypeError && textOf(value).includes('$number');
        }
      }),
    );
    const forms = MODEL.filter(([name]) => !/\d{3} levels|8 MiB|70,000|30,000/.test(name)).map(([, make]) =>
      textOf(make()),
    );
    expect(new Set(forms).size).toBe(forms.length);
  });

  it('neither changes the value nor shares anything with it', () => {
    const make = (): { a: unknown[]; b: Uint8Array; m: Map<unknown, unknown> } => ({
      a: [-0, { c: undefined }],
      b: new Uint8Array([1]),
      m: new Map([[[-0], new Set([1n])]]),
    });
    const value = make();
    const bytes = taggedJsonCodec.encode(value, { cache: '', space: '', key: '', schemaVersion: 0 });
    expect(isSame(value, make())).toBe(true);
    const [one, two] = [decode(bytes), decode(bytes)] as ReturnType<typeof make>[];
    bytes.fill(0);
    expect(isSame(one, make())).toBe(true);
    expect(one?.b.buffer).not.toBe(two?.b.buffer);
    expect(one?.b.buffer.byteLength).toBe(1);
  });

  it.each([
    ['maps', (inner: unknown) => new Map([[1, inner]])],
    ['keys of maps', (inner: unknown) => new Map([[inner, 1]])],
    ['objects without a prototype', (inner: unknown) => own('a', inner, null)],
  ])('writes and reads 2,000 levels of %s with little stack left', (_, wrap) => {
    const bytes = encode(nested(2_000, wrap));
    const value = onLittleStack(() => decode(bytes));
    expect(
      onLittleStack(() => taggedJsonCodec.encode(value, { cache: '', space: '', key: '', schemaVersion: 0 })),
    ).toEqual(bytes);
  });

  it('refuses undefined as a value', () => {
    expect(() =>
      taggedJsonCodec.encode(undefined, { cache: '', space: '', key: '', schemaVersion: 0 }),
    ).toThrow('not of the value model');
  });

  it.each([[() => 1], [Symbol('s')], [/a/]])('refuses %s, should core ever let it through', (value) => {
    expect(() =>
      taggedJsonCodec.encode({ a: value }, { cache: '', space: '', key: '', schemaVersion: 0 }),
    ).toThrow('not of the value model');
  });
});
