import { once } from 'node:events';
import { type Context, createContext, runInContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { binaryCodec } from '@cache/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyValue, oddValue } from './any-value.ts';
import { KEPT, REFUSED, context, decode, encode, isSame } from './cases.ts';
import { isStrict, tryDecode } from './stray-bytes.ts';

function refusalBy(encoder: (value: unknown) => unknown, value: unknown): unknown {
  try {
    encoder(value);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('what comes back', () => {
  it.each(KEPT)('keeps %s', (_, make) => {
    expect(isSame(decode(encode(make())), make())).toBe(true);
  });

  it('keeps every value of the model', () => {
    fc.assert(
      fc.property(anyValue, (value) => isSame(decode(encode(value)), value)),
      { numRuns: 500 },
    );
  });

  it('keeps no identity: what occurs twice comes back as two', () => {
    const shared = {};
    const [one, two] = decode(encode([shared, shared])) as [object, object];
    expect(one).not.toBe(two);
  });

  it('takes values of another realm for this one’s', () => {
    const realm: Context = createContext();
    const value = runInContext(
      '({ a: [1, new Map([[new Date(5), new Set([-0])]])], b: new Uint16Array([7]) })',
      realm,
    ) as unknown;
    const here = { a: [1, new Map([[new Date(5), new Set([-0])]])], b: new Uint16Array([7]) };
    expect(isSame(decode(encode(value)), here)).toBe(true);
  });

  it('keeps members whose names Object.prototype has, also where that is frozen', async () => {
    const thread = new Worker(new URL('frozen-realm.ts', import.meta.url), {
      execArgv: ['--conditions=@cache/source'],
    });
    const [value] = (await once(thread, 'message')) as [unknown];
    await thread.terminate();
    expect(value).toEqual({ constructor: 1, toString: 'x', valueOf: null, a: [{ hasOwnProperty: true }] });
  });

  it('keeps very many parts', () => {
    const value = Array.from({ length: 1_000_001 }, (_, i) => i % 7);
    expect(decode(encode(value))).toEqual(value);
  });

  it('does not change the value it encodes', () => {
    const make = (): unknown => ({
      a: [-0, '\uD800', { b: new Date(1) }],
      m: new Map([[[-0], new Set(['\uD800'])]]),
    });
    const value = make();
    encode(value);
    expect(isSame(value, make())).toBe(true);
  });
});

describe('what is refused', () => {
  it.each(REFUSED)('refuses %s as core does', (_, make) => {
    const value = make();
    const error = refusalBy(encode, value);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toBe(
      (refusalBy((refused) => binaryCodec.encode(refused, context), value) as Error).message,
    );
  });

  it('refuses what core does, in the same words, and nothing else, wherever it lies', () => {
    const told = (encoder: (value: unknown) => Uint8Array, value: unknown): unknown => {
      try {
        return encoder(value);
      } catch (error) {
        return (error as Error).message;
      }
    };
    const counts = { kept: 0, refused: 0 };
    fc.assert(
      fc.property(oddValue, (value) => {
        const [mine, core] = [told(encode, value), told((all) => binaryCodec.encode(all, context), value)];
        counts[typeof core === 'string' ? 'refused' : 'kept']++;
        return typeof core === 'string'
          ? mine === core
          : mine instanceof Uint8Array &&
              Buffer.from(binaryCodec.encode(decode(mine), context)).equals(core as Uint8Array);
      }),
      { numRuns: 2_000 },
    );
    expect(counts.kept).toBeGreaterThan(100);
    expect(counts.refused).toBeGreaterThan(100);
  });

  it('names the place', () => {
    expect(() => encode({ user: { roles: [1, { toJSON: () => 1 }] } })).toThrow(
      'value.user.roles[1].toJSON is a function',
    );
  });

  it('runs no accessor', () => {
    let runs = 0;
    const value = {
      a: 1,
      get b() {
        return ++runs;
      },
    };
    expect(() => encode(value)).toThrow('value.b is an accessor');
    expect(runs).toBe(0);
  });

  it('refuses a small graph that unfolds without end', () => {
    let value: unknown = ['ha'];
    for (let level = 0; level < 60; level++) value = [value, value];
    expect(() => encode(value)).toThrow('value has more than 10,000,000 parts');
  }, 30_000);

  it('lets the error of a proxy pass as it is', () => {
    const thrown = new Error('from a trap');
    const value = new Proxy(
      { a: 1 },
      {
        get: () => {
          throw thrown;
        },
      },
    );
    expect(refusalBy(encode, { value })).toBe(thrown);
  });

  it('takes a proxy by the names that it told, and refuses one that has no such members', () => {
    let told = 0;
    const changing = (): object =>
      new Proxy(
        { a: 1, b: 2 },
        {
          ownKeys: (target) => (told++ % 2 === 0 ? Reflect.ownKeys(target) : ['a']),
        },
      );
    for (let time = 0; time < 4; time++) {
      const [value] = decode(encode([changing()])) as [object];
      expect([{ a: 1, b: 2 }, { a: 1 }]).toContainEqual(value);
    }
    const lying = new Proxy({}, { ownKeys: () => ['a'] });
    expect(() => encode([lying])).toThrow(TypeError);
  });

  it('takes of a proxy what it shows to a reader', () => {
    const value = new Proxy({ a: 1 }, { get: () => 'shown' });
    expect(decode(encode(value))).toEqual({ a: 'shown' });
    const odd = new Proxy({ a: 1 }, { get: () => () => 1 });
    expect(() => encode([odd])).toThrow('value[0].a is a function');
  });

  it.each([
    [
      'map',
      (grow: object) => new Map<unknown, unknown>([[1, grow]]),
      (all: unknown) => (all as Map<unknown, unknown>).set({}, 2),
    ],
    ['set', (grow: object) => new Set<unknown>([grow]), (all: unknown) => (all as Set<unknown>).add({})],
    [
      'map',
      (shrink: object) =>
        new Map<unknown, unknown>([
          [1, shrink],
          [2, 2],
        ]),
      (all: unknown) => (all as Map<unknown, unknown>).delete(2),
    ],
    [
      'set',
      (shrink: object) => new Set<unknown>([shrink, 2]),
      (all: unknown) => (all as Set<unknown>).delete(2),
    ],
  ])('writes no half of a %s that changes while it is read', (_, make, change) => {
    const member = new Proxy(
      { a: 1 },
      {
        get: (target, name) => {
          change(all);
          return Reflect.get(target, name) as unknown;
        },
      },
    );
    const all = make(member);
    // Whatever was seen of it, it is a value.
    const bytes = encode([all]);
    expect(tryDecode(bytes)).toBeDefined();
    expect(isStrict(bytes)).toBe(true);
  });

  it('keeps the order in which a proxy has its members when it tells another', () => {
    const value = new Proxy({ 1: 'one', b: -0 }, { ownKeys: () => ['b', '1'] });
    expect(isSame(decode(encode(value)), { 1: 'one', b: -0 })).toBe(true);
  });
});
