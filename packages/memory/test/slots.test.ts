import { describe, expect, it } from 'vitest';
import { Slots } from '../src/slots.ts';

const RESIDENT = {};

function taken(slots: Slots<object>, count: number): number[] {
  return Array.from({ length: count }, () => slots.take(RESIDENT, 'key'));
}

describe('slots', () => {
  it('are given out once each, across chunks', () => {
    const slots = new Slots<object>(4);
    const given = taken(slots, 11);
    expect(given.toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 11 }, (_, slot) => slot),
    );
    expect(slots.end).toBe(12);
    expect(slots.resident(10)).toBe(RESIDENT);
    expect(slots.resident(11)).toBeUndefined();
  });

  it('come back after release, before the pool grows', () => {
    const slots = new Slots<object>(4);
    const given = taken(slots, 12);
    for (const slot of [1, 2, 6, 11]) slots.release(slot);
    expect(taken(slots, 4).toSorted((one, other) => one - other)).toEqual([1, 2, 6, 11]);
    expect(slots.end).toBe(given.length);
  });

  it('keep nothing of what was released', () => {
    const slots = new Slots<object>(4);
    const slot = slots.take(RESIDENT, 'key');
    const chunk = slots.chunk(slot);
    chunk.setPayload(slot, {});
    chunk.versions.set(slot, 'version');
    chunk.versions.set(slot, 'another version');
    chunk.setGroups(slot, { epochs: [], members: [], usedAt: 0 });
    slots.release(slot);
    for (const left of [chunk.key(slot), chunk.payload(slot), chunk.groups(slot), chunk.resident(slot)])
      expect(left).toBeUndefined();
    expect(chunk.versions.get(slot)).not.toBe('another version');
  });

  it('give the memory of empty chunks back, all but one', () => {
    const slots = new Slots<object>(4);
    const given = taken(slots, 16);
    const chunks = [0, 4, 8, 12].map((slot) => slots.chunk(slot));
    for (const slot of given) slots.release(slot);
    const again = taken(slots, 16);
    expect(again.toSorted((one, other) => one - other)).toEqual(given);
    const kept = [0, 4, 8, 12].filter((slot, at) => slots.chunk(slot) === chunks[at]);
    expect(kept.length).toBe(1);
  });

  it('do not make a chunk anew when the number in use swings around its end', () => {
    const slots = new Slots<object>(4);
    taken(slots, 4);
    const fifth = slots.take(RESIDENT, 'key');
    const chunk = slots.chunk(fifth);
    slots.release(fifth);
    expect(slots.chunk(slots.take(RESIDENT, 'key'))).toBe(chunk);
  });
});
