import { describe, expect, it } from 'vitest';
import { VALUE_MATRIX } from '../../src/conformance/value-matrix.ts';
import { copyValue } from '../../src/copying.ts';
import { measureValue } from '../../src/measuring.ts';

describe('measureValue', () => {
  it('is a positive number for every value', () => {
    for (const { make, expect: outcome } of VALUE_MATRIX) {
      if (outcome === 'refused') continue;
      const size = measureValue(copyValue(make()));
      expect(Number.isSafeInteger(size)).toBe(true);
      expect(size).toBeGreaterThan(0);
    }
  });

  it.each<[string, (n: number) => unknown, number, number]>([
    ['Latin text', (n) => 'é'.repeat(n), 1, 1],
    ['other text', (n) => '漢'.repeat(n), 2, 2],
    ['bytes', (n) => new Uint8Array(n), 1, 1],
    ['floats', (n) => new Float64Array(n), 8, 8],
    ['numbers', (n) => Array.from({ length: n }, (_, i) => i), 8, 8],
    ['objects', (n) => Array.from({ length: n }, (_, i) => ({ i })), 24, 64],
    ['dates', (n) => Array.from({ length: n }, (_, i) => new Date(i)), 64, 120],
    ['entries', (n) => new Map(Array.from({ length: n }, (_, i) => [i, i])), 16, 48],
    ['members', (n) => new Set(Array.from({ length: n }, (_, i) => i)), 8, 32],
    ['bits of a bigint', (n) => 2n ** BigInt(n * 8), 0.9, 2.1],
  ])('grows with %s as memory does', (_, make, least, most) => {
    const perUnit = (measureValue(make(20_000)) - measureValue(make(10_000))) / 10_000;
    expect(perUnit).toBeGreaterThanOrEqual(least);
    expect(perUnit).toBeLessThanOrEqual(most);
  });
});
