import { isSame } from '@cache/test-values/trial';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode } from './codec.ts';

type Tree = readonly (number | Tree)[];

/** The form of small numbers and arrays, by the rule as it is written down. */
function bytesOf(tree: Tree, depth = 1): number[] {
  const bytes = [...headOf(4, tree.length)];
  for (const part of tree) bytes.push(...(typeof part === 'number' ? [part] : bytesOf(part, depth + 1)));
  return depth > 1 && depth % 64 === 1 ? [0xd8, 24, ...headOf(2, bytes.length), ...bytes] : bytes;
}

function headOf(major: number, count: number): number[] {
  if (count < 24) return [(major << 5) | count];
  if (count < 256) return [(major << 5) | 24, count];
  if (count < 65_536) return [(major << 5) | 25, count >> 8, count & 0xff];
  return [(major << 5) | 26, count >> 24, (count >> 16) & 0xff, (count >> 8) & 0xff, count & 0xff];
}

/** A tree that branches at some of its levels. */
const TREES = fc
  .tuple(
    fc.integer({ min: 60, max: 270 }),
    fc.array(
      fc.record({
        at: fc.oneof(fc.nat(260), fc.constantFrom(62, 63, 64, 65, 126, 127, 128, 129)),
        before: fc.nat(3),
        after: fc.nat(3),
        twice: fc.boolean(),
        long: fc.boolean(),
      }),
      { maxLength: 8 },
    ),
  )
  .map(([levels, branches]): Tree => {
    let tree: Tree = [];
    for (let level = levels; level > 0; level--) {
      const branch = branches.find(({ at }) => at === level);
      if (branch === undefined) {
        tree = [tree];
        continue;
      }
      const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
      tree = [
        ...numbers(branch.before),
        tree,
        ...(branch.long ? numbers(23).concat(numbers(23), numbers(23)) : []),
        ...(branch.twice && level % 5 === 0 ? [tree] : []),
        [],
        ...numbers(branch.after),
      ];
    }
    return tree;
  });

describe('embedded containers', () => {
  it('lie in their places, wherever and however many', () => {
    fc.assert(
      fc.property(TREES, (tree) => {
        const bytes = encode(tree);
        return Buffer.from(bytes).equals(Uint8Array.from(bytesOf(tree))) && isSame(decode(bytes), tree);
      }),
      { numRuns: 300 },
    );
  });

  it.each([1, 23, 24, 253, 254, 255, 256, 65_533, 65_536])('may hold %i elements', (count) => {
    let tree: Tree = Array.from({ length: count }, () => 7);
    for (let level = 0; level < 64; level++) tree = [tree, 1];
    const bytes = encode(tree);
    expect(Buffer.from(bytes).equals(Uint8Array.from(bytesOf(tree)))).toBe(true);
    expect(isSame(decode(bytes), tree)).toBe(true);
  });

  it('may hold much at the bottom of all levels', () => {
    let value: unknown = Array.from({ length: 100_000 }, () => 'text');
    for (let level = 1; level < 2_000; level++) value = [value];
    expect(isSame(decode(encode(value)), value)).toBe(true);
  });
});
