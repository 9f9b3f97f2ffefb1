import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { TextReader } from '../../src/binary-text.ts';

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

  it('keep nothing of the message that they were read from', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const texts = new TextReader();
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let n = 0; n < 500; n++) {
      const bytes = Buffer.from(`the name of member ${n}`.padEnd(4_000));
      const characters = texts.charactersOf(bytes);
      const name = texts.name(bytes, 0, 30);
      expect(texts.text(bytes, 0, 30, characters)).toBe(name);
    }
    collect();
    // Of two megabytes.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(500_000);
  });
});
