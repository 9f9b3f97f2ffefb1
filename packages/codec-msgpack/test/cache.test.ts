import { createManager, type Manager } from '@cache/core';
import { intercept, simpleStore } from '@cache/core/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { msgpackCodec } from '../src/index.ts';

const managers: Manager[] = [];
afterEach(async () => {
  for (const manager of managers.splice(0)) await manager.close();
});

/** A manager over a store that holds bytes, and what went into it. */
function opened(): { readonly manager: Manager; readonly written: Buffer[] } {
  const written: Buffer[] = [];
  const provider = intercept(
    simpleStore(),
    ({ method, args }, run) => {
      if (method === 'put') written.push(Buffer.from((args[1] as { data: Uint8Array }).data));
      return run(...args);
    },
    { holds: 'bytes' },
  );
  const manager = createManager({ providers: [provider] });
  managers.push(manager);
  return { manager, written };
}

describe('a cache with this codec', () => {
  it('stores what the codec writes and gives back what was stored', async () => {
    const { manager, written } = opened();
    const sessions = manager.cache<object>('sessions', { codec: msgpackCodec, ttl: '1h' });
    const session = { user: 'ann', at: new Date(0), seen: new Map([['a', new Set([1n])]]), none: undefined };
    await sessions.set('s1', session);
    const bytes = msgpackCodec.encode(session, { cache: '', space: '', key: '', schemaVersion: 0 });
    expect(written.some((data) => data.includes(Buffer.from(bytes)))).toBe(true);
    expect(await sessions.get('s1')).toStrictEqual(session);
    expect(await sessions.getOrSet('s2', () => session)).toStrictEqual(session);
    await sessions.update('s2', (value) => ({ ...value, none: -0 }));
    expect(await sessions.get('s2')).toStrictEqual({ ...session, none: -0 });
  });

  it('refuses at the write what is not of the value model', async () => {
    const { manager, written } = opened();
    const things = manager.cache<unknown>('things', { codec: msgpackCodec, ttl: '1h' });
    await expect(things.set('a', { list: [() => 1] })).rejects.toThrow('value.list[0] is a function');
    expect(written).toEqual([]);
  });
});
