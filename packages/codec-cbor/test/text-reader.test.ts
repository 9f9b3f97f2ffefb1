import { describe, expect, it } from 'vitest';
import { TextReader } from '../src/text-reader.ts';

/** Names of all lengths around the longest one that is kept, some with other letters than those of ASCII. */
function* someNames(count: number): Generator<string> {
  const letters = 'abcdefghijklmnopqrstuvwxyz_é漢';
  let state = 1;
  const chance = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let i = 0; i < count; i++)
    yield Array.from({ length: 2 + chance(33) }, () => letters[chance(letters.length)]).join('');
}

describe('names that are kept', () => {
  it('are told apart, also from their own beginnings', () => {
    const texts = new TextReader();
    const read = (name: string): string => {
      const bytes = Buffer.from(`.${name}.`);
      return texts.name(bytes, 1, bytes.length - 1);
    };
    for (const name of someNames(20_000)) {
      expect(read(name)).toBe(name);
      const beginning = name.slice(0, name.length >> 1);
      expect(read(beginning)).toBe(beginning);
      expect(read(name)).toBe(name);
    }
  });
});
