import { type Context, createContext, runInContext } from 'node:vm';
import { binaryCodec } from '@cache/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyValue } from './any-value.ts';
import { KEPT, REFUSED, context, decode, encode, isSame } from './cases.ts';

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

  it('keeps more parts than are drafted at once', () => {
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

  it('refuses a proxy that tells other names when it is read', () => {
    let told = 0;
    const value = new Proxy(
      { a: 1, b: 2 },
      {
        ownKeys: (target) => (told++ % 2 === 0 ? Reflect.ownKeys(target) : ['a']),
      },
    );
    expect(() => encode([value])).toThrow(TypeError);
  });

  it('keeps the order in which a proxy has its members when it tells another', () => {
    const value = new Proxy({ 1: 'one', b: -0 }, { ownKeys: () => ['b', '1'] });
    expect(isSame(decode(encode(value)), { 1: 'one', b: -0 })).toBe(true);
  });
});
