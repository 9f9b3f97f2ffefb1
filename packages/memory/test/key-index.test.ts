import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hash } from '../src/hash.ts';
import { KeyIndex } from '../src/key-index.ts';
import { NONE } from '../src/slots.ts';

const SEED = 7;

/** An index whose slots are places in a list. */
function indexed(keysPerShard: number): { index: KeyIndex; keys: string[]; add: (key: string) => void } {
  const keys: string[] = [];
  const index = new KeyIndex({ key: (slot) => keys[slot] as string }, SEED, keysPerShard);
  return {
    index,
    keys,
    add: (key) => index.add(key, keys.push(key) - 1),
  };
}

/** The first `count` keys whose hashes are equal in the given bits. */
function alike(count: number, bits: number): string[] {
  const keys: string[] = [];
  const wanted = hash('0', SEED) & bits;
  for (let number = 0; keys.length < count; number++) {
    if ((hash(`${number}`, SEED) & bits) === wanted) keys.push(`${number}`);
  }
  return keys;
}

describe('the index', () => {
  it('G7: finds what was added and not removed, like a Map', () => {
    const key = fc.oneof(
      fc.constantFrom('', '__proto__', 'constructor', '\u0000', '\ud800', '\udc00'),
      fc.string(),
    );
    const step = fc.tuple(fc.boolean(), key);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
        const { index, keys, add } = indexed(4);
        const model = new Map<string, number>();
        for (const [adds, name] of steps) {
          const slot = model.get(name);
          if (adds && slot === undefined) {
            add(name);
            model.set(name, keys.length - 1);
          } else if (!adds && slot !== undefined) {
            index.delete(name, slot);
            model.delete(name);
          }
          expect(index.get(name)).toBe(model.get(name) ?? NONE);
          expect(index.size).toBe(model.size);
        }
        for (const [name, slot] of model) expect(index.get(name)).toBe(slot);
        expect(new Set([...index.shards()].flat())).toEqual(new Set(model.values()));
        expect([...index.shards()].flat().length).toBe(model.size);
      }),
    );
  });

  it('holds tens of thousands of keys at its real size', () => {
    const { index, add, keys } = indexed(4096);
    for (let number = 0; number < 30_000; number++) add(`user:${number}`);
    for (let slot = 0; slot < keys.length; slot += 3) index.delete(`user:${slot}`, slot);
    for (let slot = 0; slot < keys.length; slot++) {
      expect(index.get(`user:${slot}`)).toBe(slot % 3 === 0 ? NONE : slot);
    }
    expect(index.size).toBe(20_000);
  });

  it.each([
    ['end alike, so that they crowd one place of every table', 0x0000_07ff],
    ['begin alike, so that no split parts them', ~0x00ff_ffff],
  ])('keys whose hashes %s are found and removed like others', (_, bits) => {
    const { index, add, keys } = indexed(256);
    for (const key of alike(400, bits)) add(key);
    for (let number = 0; number < 400; number++) add(`other:${number}`);
    for (const [slot, key] of keys.entries()) expect(index.get(key)).toBe(slot);
    expect(index.get('absent')).toBe(NONE);
    expect([...index.shards()].flat().length).toBe(800);
    for (const [slot, key] of keys.entries()) if (slot % 2 === 0) index.delete(key, slot);
    for (const [slot, key] of keys.entries()) expect(index.get(key)).toBe(slot % 2 === 0 ? NONE : slot);
    expect(index.size).toBe(400);
  });

  it('a walk meets every key that stays exactly once, whatever comes and goes between its steps', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat(6)), fc.integer({ min: 1, max: 60 }), (chances, stayers) => {
        const { index, add, keys } = indexed(4);
        const staying = Array.from({ length: stayers }, (_, number) => `stays:${number}`);
        for (const key of staying) add(key);
        const goers = new Map<string, number>();
        const met: string[] = [];
        let steps = 0;
        for (const shard of index.shards()) {
          met.push(...shard.map((slot) => keys[slot] as string).filter((key) => key.startsWith('stays')));
          if (++steps > 200) break;
          for (let count = chances.next().value as number; count > 0; count--) {
            goers.set(`goes:${keys.length}`, keys.length);
            add(`goes:${keys.length}`);
          }
          for (const [key, slot] of [...goers].slice(0, chances.next().value as number)) {
            index.delete(key, slot);
            goers.delete(key);
          }
        }
        expect(met.toSorted()).toEqual(staying.toSorted());
      }),
    );
  });
});
