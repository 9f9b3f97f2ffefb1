import { describe, expect, it } from 'vitest';
import { Cloners } from '../../src/cloners.ts';
import { sameValue } from '../../src/conformance/same-value.ts';
import { copyValue } from '../../src/copying.ts';
import { spoil } from './values.ts';

/** What is looked at only when it is a value's turn. */
const OF_OBJECTS: readonly (() => unknown)[] = [() => [{ a: 1 }], () => [1, { a: 1 }], () => [[1]]];

/** Members that a cloner treats in different ways, and some that it treats alike. */
const MEMBERS: readonly (() => unknown)[] = [
  () => 1,
  () => 'a',
  () => null,
  () => undefined,
  () => new Date(1),
  () => [],
  () => [1, 'a', null],
  () => ({}),
  () => ({ a: 1 }),
  () => ({ b: 1 }),
  () => ({ a: 1, b: 1 }),
  () => ({ b: 1, a: 1 }),
  () => ({ a: { b: 1 } }),
  () => ({ a: new Date(2) }),
  () => ({ a: [1] }),
  () => ({ __proto__: null, a: 1 }),
  () => new Map([[1, { a: 1 }]]),
  () => new Set([{ a: 1 }]),
  () => new Uint8Array([1, 2]),
  () => new Uint8Array([1, 2]).buffer,
  ...OF_OBJECTS,
];

/** Cloners that have compiled the shape of `value` and found it last. */
function knowing(value: object, frozen = false): Cloners {
  const cloners = new Cloners({ frozen, compileAfter: 0 });
  cloners.shapeOf(value).clone(value);
  return cloners;
}

const around = (member: unknown): object => copyValue({ id: 1, member, last: 'z' });

describe('a shape that is guessed', () => {
  it.each(MEMBERS.map((make) => [make] as const))('clones right whatever it is guessed for: %s', (make) => {
    for (const other of MEMBERS) {
      const value = around(other());
      const clone = knowing(around(make())).guess(value)?.clone(value);
      if (clone === undefined) continue;
      expect(sameValue(clone, around(other()))).toBe(true);
      spoil(clone);
      expect(sameValue(value, around(other()))).toBe(true);
    }
  });

  it.each(MEMBERS.map((make) => [make] as const))('is that of a value that looks alike: %s', (make) => {
    const cloners = knowing(around(make()));
    const value = around(make());
    if (OF_OBJECTS.includes(make)) expect(cloners.guess(value)).toBeUndefined();
    else expect(cloners.guess(value)).toBe(cloners.shapeOf(value));
  });

  it('is none for what differs in its outermost members', () => {
    const cloners = knowing({ id: 1, at: new Date(1) });
    for (const other of [{ id: 1 }, { at: new Date(1), id: 1 }, { id: 1, at: new Date(1), more: 1 }, [1]])
      expect(cloners.guess(other)).toBeUndefined();
  });

  it('is the one that was found last', () => {
    const cloners = knowing({ a: new Date(1) });
    const other = cloners.shapeOf({ b: new Date(1) });
    other.clone({ b: new Date(1) });
    expect(cloners.guess({ b: new Date(2) })).toBe(other);
    const first = cloners.shapeOf({ a: new Date(1) });
    expect(cloners.guess({ a: new Date(2) })).toBe(first);
  });

  it('is looked for in one of some values, so that shapes become known', () => {
    const cloners = new Cloners({ frozen: false, compileAfter: 0 });
    const found = Array.from({ length: 64 }, (_, id) => cloners.guess({ id, at: new Date(id) }));
    const known = found.filter((shape) => shape !== undefined);
    expect(known.length).toBe(8);
    expect(new Set(known).size).toBe(1);
  });

  it('is none without a look at the whole value where frozen parts are shared', () => {
    const value = Object.freeze({ at: new Date(1), part: Object.freeze({ a: 1 }) });
    const cloners = knowing(value, true);
    expect(cloners.guess(value)).toBeUndefined();
  });
});
