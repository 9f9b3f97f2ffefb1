import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShardedMap } from '../src/sharded-map.ts';

describe('a sharded map', () => {
  it('means what a Map means', () => {
    const key = fc.oneof(fc.constantFrom('', '__proto__', '\u0000', '\ud800'), fc.string());
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), key, fc.nat()), { maxLength: 300, size: 'max' }),
        (steps) => {
          const map = new ShardedMap<number>(7, 4);
          const model = new Map<string, number>();
          for (const [sets, name, value] of steps) {
            if (sets) {
              map.set(name, value);
              model.set(name, value);
            } else {
              map.delete(name);
              model.delete(name);
            }
            expect(map.get(name)).toBe(model.get(name));
            expect(map.size).toBe(model.size);
          }
          for (const [name, value] of model) expect(map.get(name)).toBe(value);
        },
      ),
    );
  });

  it('holds tens of thousands of keys at its real size', () => {
    const map = new ShardedMap<number>(7, 4096);
    for (let number = 0; number < 30_000; number++) map.set(`user:${number}`, number);
    for (let number = 0; number < 30_000; number += 3) map.delete(`user:${number}`);
    expect(map.size).toBe(20_000);
    expect(map.get('user:3')).toBeUndefined();
    expect(map.get('user:29997')).toBeUndefined();
    expect(map.get('user:29998')).toBe(29_998);
  });
});
