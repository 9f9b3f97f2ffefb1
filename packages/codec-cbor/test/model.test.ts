import { once } from 'node:events';
import { type Context, createContext, runInContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { binaryCodec } from '@cache/core';
import { VALUE_MATRIX } from '@cache/core/conformance';
import { context, isSame } from '@cache/test-values/trial';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode, tryDecode } from './codec.ts';
import { oddValue } from './odd-value.ts';
import { isStrict } from './strict.ts';

const STRANGERS = VALUE_MATRIX.filter(({ expect: due }) => due === 'refused');

function refusalBy(encoder: (value: unknown) => unknown, value: unknown): unknown {
  try {
    encoder(value);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('what comes back', () => {
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
});

describe('what is refused', () => {
  it.each(STRANGERS)('refuses $name as core does', ({ make }) => {
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
