/** Sessions on a server: the kit, and what only shows there. */
import { randomUUID } from 'node:crypto';
import { encrypted } from '@cache/codec-encrypted';
import { binaryCodec, createManager, type Codec } from '@cache/core';
import { redis } from '@cache/redis';
import { startRedis } from '@cache/test-servers/redis';
import type { RedisServer } from '@cache/test-servers/server';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { ProvidedRedis } from '@cache/test-servers/redis.global';
import { createSessionManager, type SessionManager, type SessionManagerOptions } from '../src/index.ts';
import { describeSessions } from './kit.ts';

const provided: ProvidedRedis = inject('redis');

describeSessions({
  name: 'Redis, one server',
  provider: () => redis({ url: provided.url, deadline: '10s' }),
  peer: () => redis({ url: provided.url, deadline: '10s' }),
  time: 'server',
  rounds: 5,
});

const stack = new AsyncDisposableStack();
let server: RedisServer;
beforeAll(async () => {
  server = stack.use(await startRedis({ unixSocket: true }));
});
afterAll(() => stack.disposeAsync());

interface Data {
  readonly text?: string;
}

type Options = Partial<SessionManagerOptions<Data>>;

/** A process with a session manager, on an empty server. */
async function opened(options: Options = {}): Promise<{ readonly sessions: SessionManager<Data> }> {
  await server.command('FLUSHALL');
  const manager = createManager({ providers: [redis({ url: server.url, deadline: '10s' })] });
  stack.defer(() => manager.close());
  const sessions = createSessionManager<Data>({
    manager,
    secret: new Uint8Array(32).fill(7),
    policy: { idle: '30m', absolute: '12h' },
    ...options,
  });
  return { sessions };
}

async function keysLike(pattern: string): Promise<readonly string[]> {
  return (await server.command('KEYS', pattern)) as string[];
}

describe('on a server', () => {
  test('T2: without the set of its index every session of a subject ends all the same', async () => {
    const { sessions } = await opened();
    const issued = [await sessions.create({ subject: 'ann' }), await sessions.create({ subject: 'ann' })];
    const sets = await keysLike('i:*');
    expect(sets).not.toEqual([]);
    await server.command('DEL', ...sets);
    await sessions.revokeAll('ann');
    for (const { token } of issued) expect(await sessions.get(token.reveal())).toBeNull();
  });

  test('T5: every record has an end, and none is later than the session’s', async () => {
    const { sessions } = await opened({
      policy: { idle: '5m', absolute: '10m', touchInterval: 1 },
      limit: { max: 3, onExceeded: 'evict-lru' },
    });
    const { token } = await sessions.create({ subject: 'ann' });
    await sessions.create();
    await sessions.touch(token.reveal());
    await sessions.patch(token.reveal(), { text: 'a' });
    const rotated = await sessions.rotate(token.reveal());
    const stepped = await sessions.stepUp(rotated?.token?.reveal(), 'otp');
    await sessions.login(stepped?.token.reveal(), { subject: 'ann' });
    for (const key of await keysLike('*')) {
      const left = Number(await server.command('PTTL', key));
      expect({ key, ends: left > 0 }).toEqual({ key, ends: true });
      if (key.startsWith('e:')) expect(left).toBeLessThanOrEqual(5 * 60_000);
    }
  });

  test('T20: what somebody else wrote in the place of a session lets nobody in, and is told', async () => {
    const { sessions } = await opened();
    const { token, session } = await sessions.create({ subject: 'ann' });
    const [key] = await keysLike(`e:*${session.id}`);
    const space = /\{(?<space>[^}]*):/.exec(key ?? '')?.groups?.['space'] ?? '';
    const stranger = createManager({ providers: [redis({ url: server.url })] });
    const forged = stranger.cache<unknown>(decodeURIComponent(space), {
      colocate: (id) => id.slice(0, 2),
    });
    const corrupt: string[] = [];
    sessions.on('corrupt', ({ id }) => corrupt.push(id));
    for (const value of [1, 'text', { subject: 'ann' }, { ...session, data: null }]) {
      await forged.set(session.id, value);
      expect(await sessions.get(token.reveal())).toBeNull();
      expect(await sessions.list('ann')).toEqual([]);
    }
    expect(corrupt.length).toBeGreaterThanOrEqual(4);
    await stranger.close();
  });

  test('bytes that cannot be read are an error, and are left alone', async () => {
    let isReadable = true;
    const codec: Codec = {
      id: 'test',
      encode: (value) => new TextEncoder().encode(JSON.stringify(value)),
      decode(bytes) {
        if (!isReadable) throw new Error('of another key');
        return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
      },
    };
    const { sessions } = await opened({ cache: { codec } });
    const { token } = await sessions.create({ subject: 'ann' });
    isReadable = false;
    await expect(sessions.get(token.reveal())).rejects.toMatchObject({ code: 'CODEC_FAILED' });
    isReadable = true;
    expect(await sessions.get(token.reveal())).not.toBeNull();
  });

  test('T5: a session ends on the server when it ends, and a subject without sessions leaves nothing', async () => {
    const { sessions } = await opened({
      policy: { idle: 60, absolute: 60 },
      limit: { max: 1, onExceeded: 'deny' },
    });
    await sessions.create({ subject: 'ann' });
    await expect.poll(() => keysLike('[ei]:*'), { timeout: 5_000 }).toEqual([]);
    // T26: what has ended takes no seat.
    await sessions.create({ subject: 'ann' });
  });

  test('the store holds no token, and no subject in a name', async () => {
    const { sessions } = await opened();
    const subject = randomUUID();
    const { token } = await sessions.create({ subject });
    const keys = await keysLike('*');
    expect(keys.some((key) => key.includes(subject))).toBe(false);
    expect(keys.some((key) => key.includes(token.reveal().slice(3, 20)))).toBe(false);
  });
  test('with encryption nobody reads on the server whose session it is, or what is in it', async () => {
    const codec = encrypted(binaryCodec, { keys: [{ id: 'k1', key: new Uint8Array(32).fill(9) }] });
    const everything = async (options: Options): Promise<string> => {
      const { sessions } = await opened(options);
      const { token } = await sessions.create({ subject: 'ann@example.org', data: { text: 'a secret' } });
      expect((await sessions.get(token.reveal()))?.data.text).toBe('a secret');
      expect(await sessions.count('ann@example.org')).toBe(1);
      const entries = await Promise.all((await keysLike('e:*')).map((key) => server.command('GET', key)));
      return `${(await keysLike('*')).join(' ')} ${entries.map(String).join(' ')}`;
    };
    expect(await everything({})).toContain('a secret');
    const kept = await everything({ cache: { codec } });
    expect(kept).not.toContain('a secret');
    expect(kept).not.toContain('ann@');
  });

  test('a session that was put in the place of another lets nobody in', async () => {
    const codec = encrypted(binaryCodec, { keys: [{ id: 'k1', key: new Uint8Array(32).fill(9) }] });
    for (const isEncrypted of [false, true]) {
      const { sessions } = await opened(isEncrypted ? { cache: { codec } } : {});
      const mine = await sessions.create({ subject: 'mallory' });
      const theirs = await sessions.create({ subject: 'ann' });
      const [from] = await keysLike(`e:*${theirs.session.id}`);
      const [to] = await keysLike(`e:*${mine.session.id}`);
      await server.command('COPY', from ?? '', to ?? '', 'REPLACE');
      const found = sessions.get(mine.token.reveal());
      if (isEncrypted) await expect(found).rejects.toMatchObject({ code: 'CODEC_FAILED' });
      else expect(await found).toBeNull();
    }
  });
});
