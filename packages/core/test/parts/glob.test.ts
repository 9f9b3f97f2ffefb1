import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseGlob } from '../../src/glob.ts';

const matches = (glob: string, key: string): boolean => parseGlob(glob).matches(key);

test.each([
  ['user:*', 'user:', true],
  ['user:*', 'user:1:profile', true],
  ['user:*', 'users:1', false],
  ['*', 'anything\nat\0all', true],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['a?c', 'a😀c', true],
  ['[a-c]x', 'bx', true],
  ['[^a-c]x', 'bx', false],
  ['[^a-c]x', 'dx', true],
  ['[]]', ']', false],
  ['[\\]]', ']', true],
  ['[a\\-c]', '-', true],
  ['[a-]', '-', true],
  ['\\*', '*', true],
  ['\\*', 'x', false],
  ['a\\\\b', 'a\\b', true],
  ['**a**', 'bab', true],
  ['.+', 'xx', false],
])('the glob %j on the key %j: %j', (glob, key, expected) => {
  if (glob === '[]]') expect(() => parseGlob(glob)).toThrow(/empty set/);
  else expect(matches(glob, key)).toBe(expected);
});

test.each([
  ['', /empty/],
  ['[a', /without '\]'/],
  ['[z-a]', /backward range/],
  ['a\\', /ends in the middle/],
  ['[', /without '\]'/],
])('the glob %j is refused with a reason', (glob, reason) => {
  expect(() => parseGlob(glob)).toThrow(TypeError);
  expect(() => parseGlob(glob)).toThrow(reason);
});

test('a glob agrees with the regular expression it stands for', () => {
  const part = fc.constantFrom('*', '?', 'a', 'b', '[ab]', '[^a]', '\\*');
  const regular = new Map([
    ['*', '.*'],
    ['?', '.'],
    ['[ab]', '[ab]'],
    ['[^a]', '[^a]'],
    ['\\*', '\\*'],
  ]);
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 8 }),
      fc.array(fc.constantFrom('a', 'b', '*', '\n')),
      (parts, letters) => {
        const expression = new RegExp(`^${parts.map((text) => regular.get(text) ?? text).join('')}$`, 'su');
        const key = letters.join('');
        expect(matches(parts.join(''), key)).toBe(expression.test(key));
      },
    ),
    { numRuns: 2_000 },
  );
});

test('a literal glob matches its own text alone, whatever the key holds', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (key) => {
      const escaped = Array.from(key, (character) => `\\${character}`).join('');
      expect(matches(escaped, key)).toBe(true);
      expect(matches(escaped, `${key}x`)).toBe(false);
      expect(parseGlob(escaped).prefix).toBe(key);
    }),
  );
});

test('a hostile glob and key take no more than the product of their lengths', () => {
  const glob = `${'*a'.repeat(200)}*b`;
  expect(matches(glob, 'a'.repeat(8_000))).toBe(false);
});
