import { describe, expect, it } from 'vitest';
import { binaryCodec } from '../../src/binary-codec.ts';
import { sameValue } from '../../src/conformance/same-value.ts';
import { KEPT_VALUES, VALUE_MATRIX } from '../../src/conformance/value-matrix.ts';
import { LARGE_VALUES } from '../../src/conformance/values/large.ts';
import { repeatedPart } from '../../src/conformance/parts.ts';
import { copyValue } from '../../src/copying.ts';

describe('the matrix', () => {
  it('has a name for every case, and no two of one name', () => {
    const names = [...VALUE_MATRIX, ...LARGE_VALUES].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('makes a fresh value at each call', () => {
    const shared: string[] = [];
    for (const { name, make } of [...VALUE_MATRIX, ...LARGE_VALUES]) {
      const [a, b] = [make(), make()];
      if (typeof a === 'object' && a !== null && a === b) shared.push(name);
    }
    expect(shared).toEqual([]);
  });

  it('makes the same value at each call', () => {
    const changing = KEPT_VALUES.filter(({ make }) => !sameValue(make(), make()));
    expect(changing).toEqual([]);
  });
});

describe('repeatedPart', () => {
  it('finds an object, and memory, that a value has twice', () => {
    const shared = { a: 1 };
    const memory = new ArrayBuffer(2);
    for (const value of [
      [shared, shared],
      { a: { b: shared }, c: new Map([[1, shared]]) },
      new Map([[shared, shared]]),
      new Set([shared, [shared]]),
      [memory, new Uint8Array(memory)],
      [new Uint8Array(memory, 0, 1), new Uint8Array(memory, 1, 1)],
    ])
      expect(repeatedPart(value)).toBeDefined();
  });

  it('finds nothing in a tree', () => {
    expect(
      repeatedPart([{ a: 1 }, { a: 1 }, new Uint8Array(1), new ArrayBuffer(1), new Map([[{}, {}]])]),
    ).toBeUndefined();
    expect(repeatedPart('text')).toBeUndefined();
  });

  it('comes to an end in a cycle', () => {
    const cycle: unknown[] = [];
    cycle.push([cycle]);
    expect(repeatedPart(cycle)).toBe(cycle);
  });
});

it.each(LARGE_VALUES)('a copy and the built-in codec keep $name', ({ make }) => {
  const context = { cache: 'users', space: 'users', key: 'user:1', schemaVersion: 0 };
  expect(sameValue(copyValue(make()), make())).toBe(true);
  expect(sameValue(binaryCodec.decode(binaryCodec.encode(make(), context), context), make())).toBe(true);
});
