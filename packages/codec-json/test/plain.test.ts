import { onLittleStack } from '@cache/test-values/little-stack';
import { isSame, trialOf } from '@cache/test-values/trial';
import { MODEL, nested, own } from '@cache/test-values/model';
import { anyValue } from '@cache/test-values/any-value';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonCodec } from '../src/index.ts';

const { encode, decode, keeps } = trialOf(jsonCodec);

/** What plain JSON keeps, told without the codec. */
function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== 'object' || value === null)
    return value === null || typeof value === 'string' || typeof value === 'boolean';
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype) return false;
  return Object.values(value).every(isJson);
}

describe('plain JSON', () => {
  it('is called json and leaves the check of the model to core', () => {
    expect(jsonCodec).toMatchObject({ id: 'json' });
    expect(jsonCodec.checks).toBeUndefined();
  });

  it.each(MODEL)('keeps %s, or refuses it', (_, make) => {
    if (isJson(make())) expect(keeps(make())).toBe(true);
    else expect(() => encode(make())).toThrow(/^value.* is .*, which plain JSON does not keep: /s);
  });

  it('keeps a part of the model and refuses another', () => {
    const kept = MODEL.filter(([, make]) => isJson(make())).map(([name]) => name);
    expect(kept.length).toBeGreaterThan(60);
    expect(kept).toEqual(
      expect.arrayContaining(['a member called __proto__', '2000 levels of arrays', 'odd names']),
    );
    expect(MODEL.length - kept.length).toBeGreaterThan(90);
  });

  it('keeps or refuses every value of the model', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        if (isJson(value)) return keeps(value);
        expect(() => encode(value)).toThrow(TypeError);
        return true;
      }),
      { numRuns: 1_000 },
    );
  });

  it('writes what JSON.stringify writes', () => {
    const value = { b: [1, 'é', null, { __proto__: 1 }], 2: true, a: '\uD800\u2028' };
    expect(new TextDecoder().decode(encode(value))).toBe(JSON.stringify(value));
    const deep = nested(1_999, (inner) => ({ a: [inner, 'x"'] }), own('__proto__', '\uD800')) as {
      a: unknown;
    };
    expect(
      new TextDecoder().decode(jsonCodec.encode(deep.a, { cache: '', space: '', key: '', schemaVersion: 0 })),
    ).toBe(JSON.stringify(deep.a));
  });

  it.each<[unknown, string]>([
    [{ a: undefined }, 'value.a is undefined, which plain JSON does not keep: leave it out, store null, or'],
    [[1, [undefined]], 'value[1][0] is undefined'],
    [
      { 'a b': { c: NaN } },
      'value["a b"].c is NaN, which plain JSON does not keep: store it as text or plain',
    ],
    [{ a: -Infinity }, 'value.a is -Infinity'],
    [-0, 'value is -0'],
    [{ a: [{ n: 1n }] }, 'value.a[0].n is bigint'],
    [{ at: new Date(0) }, 'value.at is of type Date'],
    [{ a: new Map() }, 'value.a is of type Map'],
    [{ a: new Set() }, 'value.a is of type Set'],
    [{ a: Object.create(null) as unknown }, 'value.a is without a prototype'],
    [{ a: new Uint8Array(1) }, 'value.a is of type Uint8Array'],
    [{ a: new ArrayBuffer(1) }, 'value.a is of type ArrayBuffer'],
    [{ a: Buffer.from('a') }, 'value.a is of type Buffer'],
    [{ a: 1, b: 2n, c: 3n }, 'value.b is bigint'],
    [{ ['x'.repeat(70)]: 1n }, `value.${'x'.repeat(59)}… is bigint`],
  ])('refuses %s and says where and what to do', (value, message) => {
    expect(() => encode(value)).toThrow(message);
    expect(() => encode(value)).toThrow(/, or use taggedJsonCodec$/);
    expect(() => encode(value)).toThrow(TypeError);
  });

  it('names a place far down by its beginning and its end', () => {
    expect(() => encode({ top: nested(1_000, (inner) => [inner], { last: 1n }) })).toThrow(
      /^value\.top(\[0\]){11}…(\[0\]){11}\.last is bigint/,
    );
  });

  it('neither changes the value nor shares anything with it', () => {
    const value = { a: [{ b: 1 }] };
    const bytes = encode(value);
    expect(bytes.byteLength).toBe(bytes.buffer.byteLength);
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    const [one, two] = [decode(bytes), decode(bytes)] as { a: unknown[] }[];
    expect(one?.a[0]).not.toBe(two?.a[0]);
    expect(isSame(value, { a: [{ b: 1 }] })).toBe(true);
  });

  it('writes what is nested deeply with little stack left', () => {
    const value = nested(2_000, (inner) => ({ a: inner }));
    expect(decode(onLittleStack(() => encode(value)))).toEqual(value);
  });

  it('reads the JSON of others as JSON.parse does', () => {
    const text = '{ "a" : [ 1.0e2, "\\u00e9\\u0024" ],\n"a2":{"b":1,"b":2} }';
    expect(decode(Buffer.from(text))).toEqual({ a: [100, 'é$'], a2: { b: 2 } });
  });

  it.each(['-0', '{"a":[-0]}', '[1e999]', '[-1E999]', `[${'9'.repeat(400)}]`])(
    'reads no number that it would not write: %s',
    (text) => {
      expect(() => decode(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'CODEC_FAILED' }));
    },
  );

  it('reads texts that look like such numbers, and numbers that do', () => {
    for (const value of [{ 'a-0': '1e999' }, [-0.5, 1e300, '-0'], '9'.repeat(400)])
      expect(decode(encode(value))).toEqual(value);
  });
});
