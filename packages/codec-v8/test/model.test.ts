import { anyValue } from '@cache/test-values/any-value';
import { onLittleStack } from '@cache/test-values/little-stack';
import { MODEL, nested, own } from '@cache/test-values/model';
import { context, isSame, trialOf } from '@cache/test-values/trial';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { v8Codec } from '../src/index.ts';

const { encode, decode, keeps } = trialOf(v8Codec);

describe('what comes back', () => {
  it('is called v8 and leaves the check of the model to core', () => {
    expect(v8Codec).toMatchObject({ id: 'v8' });
    expect(v8Codec.checks).toBeUndefined();
  });

  it.each(MODEL)('keeps %s', (_, make) => {
    expect(keeps(make())).toBe(true);
  });

  // V8 looks behind an ArrayBuffer for a view of it, over zeros: one checksum of 256 began like a view.
  it('keeps memory, whatever its checksum is', () => {
    for (let n = 0; n < 2_000; n++) expect(keeps(Uint16Array.of(n).buffer)).toBe(true);
  });

  it('keeps every value of the model', () => {
    fc.assert(fc.property(anyValue, keeps), { numRuns: 1_000 });
  });

  it('keeps texts and names of every length around those that change their form', () => {
    for (const unit of ['x', 'é', '漢', '👩', '\uD800'])
      for (const length of [10, 11, 30, 31, 32, 84, 85, 86, 127, 128, 129, 255, 256, 21_845, 21_846, 65_536])
        expect(keeps({ [unit.repeat(length)]: [unit.repeat(length), `${'x'.repeat(length)}${unit}`] })).toBe(
          true,
        );
  });

  it('keeps containers of every count around those that change their form', () => {
    for (const count of [15, 16, 255, 256, 65_535, 65_536]) {
      const elements = Array.from({ length: count }, (_, at) => at);
      expect(keeps([elements, new Set(elements), new Map(elements.map((at) => [at, -at]))])).toBe(true);
      expect(keeps(Object.fromEntries(elements.map((at) => [`m${at}`, null])))).toBe(true);
    }
  });

  it('keeps numbers around those that change their form', () => {
    for (let bits = 0; bits <= 65; bits++)
      for (const more of [-1, 0, 1]) {
        const bigint = 2n ** BigInt(bits) + BigInt(more);
        expect(keeps([2 ** bits + more, -(2 ** bits) + more, bigint, -bigint])).toBe(true);
      }
  });

  it.each([
    ['arrays', (inner: unknown) => [inner]],
    ['objects', (inner: unknown) => ({ a: inner })],
    ['maps', (inner: unknown) => new Map([[1, inner]])],
    ['keys of maps', (inner: unknown) => new Map([[inner, 1]])],
    ['sets', (inner: unknown) => new Set([inner])],
    ['objects without a prototype', (inner: unknown) => own('__proto__', inner, null)],
  ])('writes and reads 2,000 levels of %s with little stack left', (_, wrap) => {
    const bytes = encode(nested(2_000, wrap));
    const value = onLittleStack(() => decode(bytes));
    const again = onLittleStack(() => v8Codec.encode(value, context));
    expect(isSame(decode(again), nested(2_000, wrap))).toBe(true);
  });

  it('keeps what lies side by side in the depth', () => {
    // Each level doubles: fewer of them, below many that do not.
    const wide = (levels: number): unknown =>
      levels === 0 ? [-0] : [wide(levels - 1), new Map([[{}, wide(levels - 1)]])];
    expect(keeps(nested(60, (inner) => ({ inner }), wide(8)))).toBe(true);
  });

  it('keeps no identity: what occurs twice comes back as two', () => {
    const shared = {};
    const [one, two] = decode(encode([shared, shared])) as [object, object];
    expect(one).not.toBe(two);
  });

  it('does not change the value it encodes', () => {
    const make = (): unknown => ({
      a: [-0, '\uD800', { b: new Date(1) }],
      m: new Map([[[-0], new Set(['\uD800'])]]),
    });
    const value = make();
    v8Codec.encode(value, context);
    expect(isSame(value, make())).toBe(true);
  });

  it('refuses undefined as a value', () => {
    expect(() => v8Codec.encode(undefined, context)).toThrow('undefined is never a value');
  });

  it.each([[() => 1], [Symbol('s')], [/a/], [new Error('e')]])(
    'refuses %s, should core ever let it through',
    (value) => {
      expect(() => v8Codec.encode({ a: value }, context)).toThrow(TypeError);
      expect(decode(encode(['after', 1]))).toEqual(['after', 1]);
    },
  );
});
