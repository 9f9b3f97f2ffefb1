import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Cloners } from '../../src/cloners.ts';
import { sameValue } from '../../src/conformance/same-value.ts';
import { VALUE_MATRIX } from '../../src/conformance/value-matrix.ts';
import { copyValue } from '../../src/copying.ts';
import { freezeValue } from '../../src/freezing.ts';
import { anyValue } from '../../src/conformance/any-value.ts';
import { spoil } from './values.ts';

const HOSTILE = [
  '"];process.exit()//',
  "'];process.exit()//",
  '`];${process.exit()}//',
  '\\"];process.exit()//',
  '\\',
  '"',
  "'",
  '`',
  '${1}',
  '\n',
  '\r',
  '\u2028',
  '\u2029',
  '\uD800',
  '\0',
  '</script>',
  '*/process.exit()/*',
  'constructor',
  'toString',
  'walk',
  'v',
  'o0',
  'f0',
  'Date',
  'return',
  'get x',
  '[x]',
  '...v',
  '0',
  '-1',
  '01',
  '',
  ' ',
  'ключ',
];

/** A private value as packings keep it, with its twin. */
function pair(make: () => unknown, frozen: boolean): readonly [object, unknown] {
  const value = copyValue(make()) as object;
  if (frozen) freezeValue(value);
  return [value, make()];
}

function compiled(value: object, frozen: boolean): (value: object) => object {
  const shape = new Cloners({ frozen, compileAfter: 0 }).shapeOf(value);
  shape.clone(value);
  return (target) => shape.clone(target);
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe.each([{ frozen: false }, { frozen: true }])('frozen: $frozen', ({ frozen }) => {
  const objects = VALUE_MATRIX.flatMap((value) =>
    value.expect === 'equal' && typeof value.make() === 'object' && value.make() !== null ? [value] : [],
  );

  it.each(objects)('clones $name', ({ make }) => {
    const [value, twin] = pair(make, frozen);
    const clone = compiled(value, frozen);
    expect(sameValue(clone(value), twin)).toBe(true);
  });

  it('G6: clones any value, and nothing that is done to a clone shows', () => {
    fc.assert(
      fc.property(anyValue, (make) => {
        const [value, twin] = pair(make, frozen);
        if (typeof value !== 'object' || value === null) return true;
        const clone = compiled(value, frozen);
        const own = clone(value);
        if (!sameValue(own, twin)) return false;
        if (!frozen) spoil(own);
        return sameValue(clone(value), twin);
      }),
      { numRuns: 500 },
    );
  });

  it('cannot be made to run code by the name of a member', () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => {
      throw new Error('a name was run');
    });
    const make = (name: string) => (): unknown => ({
      at: new Date(0),
      [name]: { [name]: [1], at: new Date(1) },
      list: [{ [name]: new Date(2) }],
    });
    const all = (): unknown => ({
      at: new Date(0),
      ...Object.fromEntries(HOSTILE.map((name) => [name, { [name]: 1 }])),
    });
    for (const each of [all, ...HOSTILE.map(make)]) {
      const [value, twin] = pair(each, frozen);
      const cloners = new Cloners({ frozen, compileAfter: 0 });
      const shape = cloners.shapeOf(value);
      expect(shape).not.toBe(cloners.walked);
      const [before] = [shape.clone, shape.clone(value)];
      expect(shape.clone).not.toBe(before);
      expect(sameValue(shape.clone(value), twin)).toBe(true);
    }
    expect(exit).not.toHaveBeenCalled();
  });

  it('walks where code cannot be made from text', () => {
    vi.stubGlobal('Function', function () {
      throw new EvalError('Code generation from strings disallowed for this context');
    });
    const [value, twin] = pair(() => ({ a: { b: [1] }, at: new Date(0) }), frozen);
    const cloners = new Cloners({ frozen, compileAfter: 0 });
    const shape = cloners.shapeOf(value);
    for (let i = 0; i < 3; i++) expect(sameValue(shape.clone(value), twin)).toBe(true);
    expect(cloners.shapeOf(value)).toBe(cloners.walked);
  });
});

describe('shapes', () => {
  const make = (id: number) => ({
    id,
    name: `n${id}`,
    at: new Date(id),
    roles: ['a'],
    device: { ip: '::1', seen: new Date(id) },
  });

  it('is one for values that look alike, and another for values that do not', () => {
    const cloners = new Cloners({ frozen: false });
    const shape = cloners.shapeOf(make(1));
    expect(cloners.shapeOf(make(2))).toBe(shape);
    expect(cloners.shapeOf({ ...make(3), name: null, roles: [] })).toBe(shape);
    for (const other of [
      { ...make(4), name: { first: 'a' } },
      { ...make(4), at: '2024' },
      { ...make(4), roles: [{ a: 1 }] },
      { ...make(4), more: 1 },
      { more: 1, ...make(4) },
    ]) {
      expect(cloners.shapeOf(other)).not.toBe(shape);
    }
  });

  it('is not confused by names that contain what separates names', () => {
    const cloners = new Cloners({ frozen: false, compileAfter: 0 });
    const values = [{ 'a":v["a"],"b': 1 }, { a: 1, b: 1 }, { 'a,b': 1 }, { a: { b: 1 } }, { 'a:{b': 1 }].map(
      (value) => Object.assign(value, { at: new Date(0) }),
    );
    for (const value of values) cloners.shapeOf(value).clone(value);
    for (const value of values)
      expect(sameValue(cloners.shapeOf(value).clone(value), copyValue(value))).toBe(true);
  });

  it('compiles a shape after the clones it was told, once for all values of it', () => {
    const cloners = new Cloners({ frozen: false, compileAfter: 3 });
    const shape = cloners.shapeOf(make(1));
    const counting = shape.clone;
    for (let i = 0; i < 3; i++) shape.clone(make(i));
    expect(shape.clone).toBe(counting);
    shape.clone(make(9));
    expect(shape.clone).not.toBe(counting);
    expect(shape.clone).not.toBe(cloners.walked.clone);
    expect(cloners.shapeOf(make(4))).toBe(shape);
    expect(shape.clone(make(5))).toEqual(make(5));
  });

  it('gives each clone objects of its own', () => {
    const value = make(1);
    const clone = compiled(value, false);
    const [one, two] = [clone(value) as typeof value, clone(value) as typeof value];
    for (const [mine, its] of [
      [one, two],
      [one.at, two.at],
      [one.roles, two.roles],
      [one.device, two.device],
      [one.device.seen, two.device.seen],
    ]) {
      expect(mine).not.toBe(its);
    }
    expect([one.at, one.roles, one.device]).not.toContain(value.device);
    expect(Object.getPrototypeOf(one)).toBe(Object.prototype);
    expect(Object.keys(one)).toEqual(Object.keys(value));
  });

  it('bounds the shapes it counts: the oldest goes, the compiled ones stay', () => {
    const cloners = new Cloners({ frozen: false, compileAfter: 0, maxShapes: 4 });
    const [hot, first] = [cloners.shapeOf(make(1)), cloners.shapeOf({ first: 1 })];
    hot.clone(make(1));
    expect(cloners.shapeOf({ first: 2 })).toBe(first);
    for (let i = 0; i < 4; i++) cloners.shapeOf({ [`k${i}`]: 1 });
    expect(cloners.shapeOf({ first: 3 })).not.toBe(first);
    expect(first.clone({ first: 4 })).toEqual({ first: 4 });
    expect(cloners.shapeOf(make(2))).toBe(hot);
  });

  it('bounds the shapes it compiles: later ones walk', () => {
    const cloners = new Cloners({ frozen: false, compileAfter: 0, maxShapes: 4 });
    for (let i = 0; i < 100; i++) {
      const value = { [`k${i}`]: 1, at: new Date(i) };
      expect(cloners.shapeOf(value).clone(value)).toEqual(value);
      expect(cloners.shapeOf(value) === cloners.walked).toBe(i >= 4);
    }
  });

  it('walks what is too large, too deep, or has a member called __proto__', () => {
    const cloners = new Cloners({ frozen: false });
    let deep: object = { at: new Date(0) };
    for (let i = 0; i < 1_000; i++) deep = { deep };
    const large = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`k${i}`, i]));
    const odd = Object.defineProperty({}, '__proto__', {
      value: 1,
      enumerable: true,
      writable: true,
      configurable: true,
    });
    for (const value of [
      deep,
      large,
      odd,
      { odd },
      Object.create(null) as object,
      new Map(),
      new Set(),
      new Uint8Array(1),
    ]) {
      expect(cloners.shapeOf(value)).toBe(cloners.walked);
    }
  });

  it('does not take what a program added to Object.prototype for a member', () => {
    Reflect.defineProperty(Object.prototype, 'added', {
      value: { deep: true },
      enumerable: true,
      configurable: true,
      writable: true,
    });
    const members: string[][] = [];
    try {
      const value = copyValue({ a: { b: new Date(0) } });
      for (const copy of [
        value,
        compiled(value, false)(value),
        new Cloners({ frozen: false }).walked.clone(value),
      ] as (typeof value)[]) {
        members.push([...Object.keys(copy), ...Object.keys(copy.a)]);
      }
    } finally {
      Reflect.deleteProperty(Object.prototype, 'added');
    }
    expect(members).toEqual([
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });
});
