import { isDeepStrictEqual } from 'node:util';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { copyValue } from '../../src/copying.ts';
import { type DeepReadonly, freezeValue, renewFrozen } from '../../src/freezing.ts';

describe('freezeValue', () => {
  it('freezes plain objects and arrays as deep as they go, and says that they may be shared', () => {
    const value = copyValue({
      a: { b: [1, { c: [] }] },
      none: Object.assign(Object.create(null) as object, { d: {} }),
      text: 'x',
    });
    expect(freezeValue(value)).toBe(true);
    for (const part of [value, value.a, value.a.b, value.a.b[1], value.none, value.none.d]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it.each([
    ['a date', () => new Date(0)],
    ['a map', () => new Map()],
    ['a set', () => new Set()],
    ['bytes', () => new Uint8Array(1)],
    ['no bytes', () => new Uint8Array(0)],
    ['a buffer', () => new ArrayBuffer(1)],
  ])('says that a value with %s may not', (_, make) => {
    expect(freezeValue(make())).toBe(false);
    expect(freezeValue({ a: [{ b: make() }], c: {} })).toBe(false);
  });

  it('freezes what is inside of maps and sets', () => {
    const [key, member, element] = [{ a: 1 }, [1], { b: {} }];
    freezeValue({ map: new Map([[key, member]]), set: new Set([element]) });
    for (const part of [key, member, element, element.b]) expect(Object.isFrozen(part)).toBe(true);
  });

  it('takes immutable data as it is', () => {
    for (const value of [1, 'a', 2n, null, undefined, true]) expect(freezeValue(value)).toBe(true);
  });
});

describe('renewFrozen', () => {
  it('G6: gives a reader its own of all that can be changed, and of the way to it', () => {
    const value = copyValue({
      at: new Date(0),
      deep: { list: [{ map: new Map([[{ k: 1 }, new Set([1])]]) }, { shared: 1 }] },
      shared: { a: [1] },
    });
    freezeValue(value);
    const own = renewFrozen(value) as typeof value;
    expect(isDeepStrictEqual(own, value)).toBe(true);
    const [mine, its] = [own, value].map((each) => [
      each,
      each.at,
      each.deep,
      each.deep.list,
      each.deep.list[0],
      each.deep.list[0]?.map,
    ]) as [unknown[], unknown[]];
    for (const [i, part] of mine.entries()) expect(part).not.toBe(its[i]);
    expect(own.shared).toBe(value.shared);
    expect(own.deep.list[1]).toBe(value.deep.list[1]);
    for (const part of [own, own.deep, own.deep.list, own.deep.list[0]])
      expect(Object.isFrozen(part)).toBe(true);
  });

  it('gives a value that is frozen through and through as it is', () => {
    const value = Object.freeze({ a: Object.freeze([1]) });
    expect(renewFrozen(value)).toBe(value);
  });

  it('gives values that structuredClone and deep comparison take for what they are', () => {
    const make = () => ({
      at: new Date(5),
      map: new Map([['a', new Set([1])]]),
      bytes: new Uint8Array([1]),
      list: [{ a: 1 }],
    });
    const value = copyValue(make());
    freezeValue(value);
    const own = renewFrozen(value);
    expect(isDeepStrictEqual(own, make())).toBe(true);
    expect(isDeepStrictEqual(structuredClone(own), make())).toBe(true);
  });
});

it('DeepReadonly takes the means of change from plain data and keeps the rest', () => {
  interface User {
    id: number;
    at: Date;
    bytes: Uint8Array;
    roles: string[];
    pair: [a: { n: number }, b?: string];
    seen: Map<string, { count: number }>;
    tags: Set<string[]>;
    mood?: 'good' | { of: string } | null;
    big: bigint;
    anything: unknown;
  }
  interface Frozen {
    readonly id: number;
    readonly at: Date;
    readonly bytes: Uint8Array;
    readonly roles: readonly string[];
    readonly pair: readonly [a: { readonly n: number }, b?: string];
    readonly seen: ReadonlyMap<string, { readonly count: number }>;
    readonly tags: ReadonlySet<readonly string[]>;
    readonly mood?: 'good' | { readonly of: string } | null;
    readonly big: bigint;
    readonly anything: unknown;
  }
  expectTypeOf<DeepReadonly<User>>().toEqualTypeOf<Frozen>();
  expectTypeOf<DeepReadonly<string & { brand: 'id' }>>().toEqualTypeOf<string & { brand: 'id' }>();
  expectTypeOf<DeepReadonly<() => void>>().toEqualTypeOf<never>();
  expectTypeOf<DeepReadonly<unknown>>().toEqualTypeOf<unknown>();
});
