import { execFileSync } from 'node:child_process';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { binaryCodec } from '../../src/binary-codec.ts';
import { sameValue } from '../../src/conformance/same-value.ts';
import { billionLaughs } from '../../src/conformance/values/strangers.ts';
import { checkValue, cloneValue, copyValue } from '../../src/copying.ts';

const context = { cache: 'c', space: 's', key: 'k', schemaVersion: 0 };
const throughBytes = (value: unknown): unknown =>
  binaryCodec.decode(binaryCodec.encode(value, context), context);

/** Both ways by which a caller's value is looked at: copied for engines that hold values, encoded for those that hold bytes. */
const LOOKS = [
  { name: 'copyValue', look: copyValue<unknown> },
  { name: 'the built-in codec', look: throughBytes },
];

afterEach(() => {
  vi.useRealTimers();
});

describe.each(LOOKS)('$name', ({ look }) => {
  it('G6: reads each member once, so that what was checked is what is kept', () => {
    const reads = new Map<string, number>();
    const shifty = (target: object): object =>
      new Proxy(target, {
        get(of, name, receiver) {
          if (typeof name === 'string' && Object.hasOwn(of, name) && name !== 'length') {
            const count = (reads.get(name) ?? 0) + 1;
            reads.set(name, count);
            if (count > 1) return () => 'not what was checked';
          }
          return Reflect.get(of, name, receiver) as unknown;
        },
      });
    const value = look(shifty({ a: 1, b: shifty({ c: 'x', d: { e: 1 } }), f: shifty([7, { g: 8 }]) }));
    expect(value).toEqual({ a: 1, b: { c: 'x', d: { e: 1 } }, f: [7, { g: 8 }] });
    expect([...reads].every(([, count]) => count === 1)).toBe(true);
    expect([...reads.keys()].toSorted()).toEqual(['0', '1', 'a', 'b', 'c', 'd', 'f']);
  });

  it('runs no getter of what it refuses for it', () => {
    let runs = 0;
    const value = {
      a: {
        get b(): number {
          return (runs += 1);
        },
      },
    };
    expect(() => look(value)).toThrow('value.a.b is an accessor');
    expect(runs).toBe(0);
  });

  it('takes a proxy for what it shows', () => {
    const value = look(new Proxy({ a: new Proxy([1, 2], {}) }, {}));
    expect(sameValue(value, { a: [1, 2] })).toBe(true);
  });

  it('refuses a proxy whose members change while they are read', () => {
    let keys = ['a'];
    const value = new Proxy<Record<string, unknown>>(
      { a: 1, b: () => 2 },
      {
        ownKeys: () => keys,
        getOwnPropertyDescriptor(target, name) {
          keys = ['a', 'b'];
          return { ...Reflect.getOwnPropertyDescriptor(target, name), configurable: true };
        },
      },
    );
    expect(() => look({ nested: value })).toThrow('value.nested changed while it was read');
  });

  it('lets the error of a proxy pass as it is', () => {
    const error = new Error('mine');
    const value = new Proxy(
      { a: 1 },
      {
        get() {
          throw error;
        },
      },
    );
    expect(() => look([value])).toThrow(error);
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(() => look([proxy])).toThrow(TypeError);
  });

  it('takes values of another realm, and gives values of this one', () => {
    const foreign: unknown = runInNewContext(`({
      list: [1, { a: undefined }], at: new Date(5), map: new Map([[{ k: 1 }, new Set(['x'])]]), bytes: new Uint8Array([1, 2]),
      memory: new ArrayBuffer(2), floats: new Float64Array([0.5]), view: new DataView(new ArrayBuffer(1)), bare: Object.assign(Object.create(null), { b: 1 }),
    })`);
    const local = {
      list: [1, { a: undefined }],
      at: new Date(5),
      map: new Map([[{ k: 1 }, new Set(['x'])]]),
      bytes: new Uint8Array([1, 2]),
      memory: new ArrayBuffer(2),
      floats: new Float64Array([0.5]),
      view: new DataView(new ArrayBuffer(1)),
      bare: Object.assign(Object.create(null) as object, { b: 1 }),
    };
    expect(sameValue(look(foreign), local)).toBe(true);
  });

  it.each([
    ['new (class Account {})', 'is an instance of Account'],
    ['new (class Map2 extends Map {})', 'is an instance of Map2'],
    ['new (class Date extends globalThis.Date { zone() {} })', 'is not an ordinary Date'],
    ['new RangeError("x")', 'is an instance of RangeError'],
    ['Promise.resolve()', 'is an instance of Promise: await it first'],
    ['Object.create(Map.prototype)', 'is not an ordinary Map'],
    ['Object.create({ a: 1 })', 'is '],
    ['Object.assign(new Map, { extra: 1 })', 'has a member of its own, extra'],
  ])('refuses %s of another realm', (source, message) => {
    expect(() => look({ a: runInNewContext(source) as unknown })).toThrow(`value.a ${message}`);
  });

  it('takes dates that were made under a fake clock, during it and after it', () => {
    vi.useFakeTimers({ now: 1_000 });
    const faked = { at: new Date(), given: new Date(7) };
    const during = look(faked);
    const copied = cloneValue(look({ at: new Date(9) }) as object);
    vi.useRealTimers();
    const after = look(faked);
    for (const value of [during, after])
      expect(sameValue(value, { at: new Date(1_000), given: new Date(7) })).toBe(true);
    expect(sameValue(copied, { at: new Date(9) })).toBe(true);
  });

  it('takes dates of whatever stands in for Date at the moment', () => {
    const Real = Date;
    globalThis.Date = class MockDate extends Real {} as DateConstructor;
    let value: unknown;
    try {
      value = look({ at: new Date(3) });
    } finally {
      globalThis.Date = Real;
    }
    expect(sameValue(value, { at: new Date(3) })).toBe(true);
  });

  it('refuses what unfolds without end, soon', () => {
    expect(() => look({ laughs: billionLaughs() })).toThrow(/^value has more than 10,000,000 parts/);
  }, 30_000);

  it('refuses more bytes than it would copy', () => {
    // Memory that is not touched is not there yet.
    expect(() => look([new Uint8Array(2 ** 30)])).toThrow(/^value has more than 10,000,000 parts/);
  });

  it('shortens what it quotes', () => {
    const secret = 'k'.repeat(10_000);
    for (const value of [
      { [secret]: () => 1 },
      new Map([[secret, () => 1]]),
      { [`a ${secret}`]: Symbol(secret) },
      { [Symbol(secret)]: 1 },
    ]) {
      let message = '';
      try {
        look(value);
      } catch (error) {
        ({ message } = error as TypeError);
      }
      expect(message).toContain('…');
      expect(message.length).toBeLessThan(250);
    }
  });

  it('tells a way that can be tried', () => {
    const value = {
      list: [new Map<unknown, unknown>([['k', { 'odd name': [new Set<unknown>([1, { f: () => 1 }])] }]])],
    };
    let message = '';
    try {
      look(value);
    } catch (error) {
      ({ message } = error as TypeError);
    }
    const way = message.slice(0, message.indexOf(' is a function'));
    expect(way).toBe('[...value.list[0].get("k")["odd name"][0]][1].f');
    // oxlint-disable-next-line no-implied-eval, no-new-func -- the text was just compared
    expect(typeof (new Function('value', `return ${way}`) as (value: unknown) => unknown)(value)).toBe(
      'function',
    );
  });
});

it('keeps values of any depth it takes away from the end of the stack', () => {
  // In a process of its own, whose code has never been optimised and whose stack is small.
  const program = `
    import { binaryCodec } from './src/binary-codec.ts';
    import { createPacking } from './src/packing.ts';
    const wraps = [(v) => ({ a: v }), (v) => [v], (v) => new Map([['a', v]]), (v) => new Map([[v, 1]]), (v) => new Set([v]), (v) => Object.assign(Object.create(null), { a: v })];
    for (const isolation of ['copy', 'frozen']) for (const holds of ['values', 'bytes']) for (const wrap of wraps) {
      const packing = createPacking({ isolation, holds, codecs: [binaryCodec], context: { cache: 'c', space: 's' } });
      let value = new Date(0);
      for (let level = 0; level < 2000; level++) value = wrap(value);
      const payload = packing.pack(value, 'k');
      for (let i = 0; i < 12; i++) packing.unpack(payload, 'k');
      packing.draftOf(packing.isolateFrom(payload, 'k'));
      packing.sizeOf(payload);
    }
    console.log('all kept');
  `;
  const flags = [
    '--no-opt',
    '--no-maglev',
    '--no-sparkplug',
    '--stack-size=200',
    '--no-warnings',
    '--input-type=module',
  ];
  const stripping = process.features.typescript === false ? ['--experimental-strip-types'] : [];
  const output = execFileSync(process.execPath, [...flags, ...stripping, '--eval', program], {
    cwd: new URL('../..', import.meta.url),
    encoding: 'utf8',
  });
  expect(output.trim()).toBe('all kept');
});

it('checkValue throws what copyValue would throw, and nothing else', () => {
  expect(() => checkValue({ a: () => 1 })).toThrow('value.a is a function');
  expect(checkValue({ a: [1, new Map()] })).toBeUndefined();
});

it('copyValue gives immutable data as it is', () => {
  const text = 'text';
  for (const value of [text, 1, -0, NaN, 2n, true, null, undefined]) expect(copyValue(value)).toBe(value);
});
