import { describe, expect, it } from 'vitest';
import { createBinaryCodec } from '../../src/binary-codec.ts';
import { unfoldsBeyond } from '../../src/bounds.ts';
import { copyValue } from '../../src/copying.ts';
import { sameValue } from '../../src/conformance/same-value.ts';

const context = { cache: '', space: '', key: '', schemaVersion: 0 };
const codec = createBinaryCodec();

const WALKS: readonly (readonly [name: string, walk: (value: unknown) => unknown])[] = [
  ['a copy', copyValue],
  ['the built-in codec', (value) => codec.decode(codec.encode(value, context), context)],
];

/** Two ways down at each level, to an object that counts how often somebody looks at it. */
function forking(levels: number, fork: (inner: unknown) => unknown): { value: unknown; looks: () => number } {
  let count = 0;
  let value: unknown = new Proxy(
    { end: true },
    {
      getPrototypeOf: (target) => ((count += 1), Reflect.getPrototypeOf(target)),
    },
  );
  for (let level = 0; level < levels; level++) value = fork(value);
  return { value, looks: () => count };
}

const FORKS: readonly (readonly [name: string, fork: (inner: unknown) => unknown])[] = [
  ['arrays', (inner) => [inner, inner]],
  ['objects', (a) => ({ a, b: a })],
  ['objects without a prototype', (a) => ({ __proto__: null, a, b: a })],
  [
    'maps',
    (inner) =>
      new Map<unknown, unknown>([
        [inner, 1],
        [2, inner],
      ]),
  ],
  ['sets of arrays', (inner) => new Set([[inner], [inner]])],
];

describe.each(WALKS)('%s of a graph that forks', (_, walk) => {
  it.each(FORKS)('is refused after a look at what is there, not at all it unfolds to: %s', (__, fork) => {
    for (const levels of [30, 60, 500]) {
      const { value, looks } = forking(levels, fork);
      expect(() => walk({ value })).toThrow(/^value has more than 10,000,000 parts, counting twice/);
      expect(looks()).toBeLessThan(60_000);
    }
  });

  it('is made where all that it unfolds to may be stored', () => {
    const { value, looks } = forking(15, (inner) => [inner, inner]);
    expect(sameValue(walk(value), JSON.parse(JSON.stringify(value)))).toBe(true);
    // Once more than the walk does: it looked ahead.
    expect(looks()).toBeGreaterThan(2 ** 15);
  });

  it('runs no accessor when it looks ahead', () => {
    let runs = 0;
    const trap = Object.defineProperty({}, 'secret', { get: () => ++runs, enumerable: true });
    const many = Array.from({ length: 150_000 }, (__, at) => ({ at }));
    expect(() => walk([trap, many])).toThrow(/accessor/);
    expect(() => walk([many, trap])).toThrow(/accessor/);
    expect(runs).toBe(0);
  });

  it('passes over what only looks like a map when it looks ahead', () => {
    const many = Array.from({ length: 150_000 }, (__, at) => ({ at }));
    for (const odd of [new Proxy(new Map(), {}), Object.create(Set.prototype) as object])
      expect(() => walk([many, odd])).toThrow(/^value\[1\] is not an ordinary/);
  });
});

describe('what a value unfolds to', () => {
  it.each<[unknown, number]>([
    [[], 1],
    [[1, [2, 3]], 6],
    [{ a: 1, b: { c: 2 } }, 5],
    [new Map([[1, [2]]]), 5],
    [new Set([1, [2]]), 5],
    [[new Date(), new Uint8Array(1_000)], 5],
    ['text', 0],
    [null, 0],
  ])('%j has so many parts: %i', (value, parts) => {
    expect(unfoldsBeyond(value, parts)).toBe(false);
    if (parts > 0) expect(unfoldsBeyond(value, parts - 1)).toBe(true);
  });

  it('counts twice what occurs twice', () => {
    const inner = [1, 2];
    expect(unfoldsBeyond([inner, inner], 9)).toBe(false);
    expect(unfoldsBeyond([inner, inner], 8)).toBe(true);
  });

  it('has an end for cycles, which are not for it to find', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle, cycle);
    expect(unfoldsBeyond(cycle, 1_000)).toBe(false);
  });
});
