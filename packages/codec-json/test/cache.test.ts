import { createManager, type Manager } from '@cache/core';
import { intercept, simpleStore } from '@cache/core/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { jsonCodec, taggedJsonCodec } from '../src/index.ts';

const managers: Manager[] = [];
afterEach(async () => {
  for (const manager of managers.splice(0)) await manager.close();
});

/** A manager over a store that holds bytes, and the text that went into it. */
function opened(): { readonly manager: Manager; readonly written: string[] } {
  const written: string[] = [];
  const provider = intercept(
    simpleStore(),
    ({ method, args }, run) => {
      if (method === 'put') written.push(Buffer.from((args[1] as { data: Uint8Array }).data).toString());
      return run(...args);
    },
    { holds: 'bytes' },
  );
  const manager = createManager({ providers: [provider] });
  managers.push(manager);
  return { manager, written };
}

describe('a cache with these codecs', () => {
  it('stores readable text and gives back what was stored', async () => {
    const { manager, written } = opened();
    const sessions = manager.cache<object>('sessions', { codec: taggedJsonCodec, ttl: '1h' });
    const session = { user: 'ann', at: new Date(0), seen: new Map([['a', new Set([1n])]]), none: undefined };
    await sessions.set('s1', session);
    expect(written.join()).toContain('{"user":"ann","at":{"$date":"1970-01-01T00:00:00.000Z"},');
    expect(await sessions.get('s1')).toStrictEqual(session);
  });

  it('loads, updates and counts', async () => {
    const { manager } = opened();
    const users = manager.cache<{ name: string; visits: number }>('users', { codec: jsonCodec, ttl: '1h' });
    expect(await users.getOrSet('ann', () => ({ name: 'Ann', visits: 0 }))).toEqual({
      name: 'Ann',
      visits: 0,
    });
    await users.update('ann', (user) => user && { ...user, visits: user.visits + 1 });
    expect(await users.get('ann')).toEqual({ name: 'Ann', visits: 1 });
    const counts = manager.cache<number>('counts', { codec: jsonCodec, ttl: '1h' });
    await counts.increment('n', 5);
    expect(await counts.get('n')).toBe(5);
  });

  it('refuses at the write what plain JSON does not keep, and what is not of the value model', async () => {
    const { manager, written } = opened();
    const things = manager.cache<unknown>('things', { codec: jsonCodec, ttl: '1h' });
    await expect(things.set('a', { list: [NaN] })).rejects.toThrow('value.list[0] is NaN');
    await expect(things.set('a', { list: [() => 1] })).rejects.toThrow('value.list[0] is a function');
    expect(written).toEqual([]);
    expect(written).toEqual([]);
    await expect(things.getOrSet('a', () => ({ at: new Date(0) }))).rejects.toThrow('value.at is of type');
    expect(await things.get('a')).toBeUndefined();
  });
});
