import { type Message, create, toBinary } from '@bufbuild/protobuf';
import { createManager, type Manager } from '@cache/core';
import { intercept, simpleStore } from '@cache/core/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { protobufCodec } from '../src/index.ts';
import { UserSchema } from '@cache/test-values/message-schemas';

type User = Message & { id: string; roles: string[]; visits: number };

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

const user = (id: string): User => create(UserSchema, { id, roles: ['reader'] }) as User;

describe('a cache with this codec', () => {
  it('stores messages as the library writes them, and gives them back', async () => {
    const { manager, written } = opened();
    const users = manager.cache<User>('users', { codec: protobufCodec(UserSchema), ttl: '1h' });
    await users.set('ann', user('ann'));
    expect(written.some((data) => data.includes(Buffer.from(toBinary(UserSchema, user('ann')))))).toBe(true);
    expect(await users.get('ann')).toEqual(user('ann'));
    expect(await users.getOrSet('bob', () => user('bob'))).toEqual(user('bob'));
    await users.update('bob', (value) => ({ ...(value ?? user('bob')), visits: 5 }));
    expect(await users.get('bob')).toEqual({ ...user('bob'), visits: 5 });
  });

  it('refuses at the write what the schema does not hold', async () => {
    const { manager, written } = opened();
    const users = manager.cache<object>('users', { codec: protobufCodec(UserSchema), ttl: '1h' });
    await expect(users.set('ann', { ...user('ann'), visits: -1 })).rejects.toThrow(
      'value.visits is not what',
    );
    await expect(users.set('ann', { name: 'Ann' })).rejects.toThrow('value.name is no member of shop.User');
    expect(written).toEqual([]);
  });
});
