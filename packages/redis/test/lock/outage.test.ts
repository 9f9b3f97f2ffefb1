import { fakeClock } from '@cache/core/testing';
import { faultProxy } from '@cache/test-servers/fault-proxy';
import { until } from '@cache/test-servers/poll';
import { startRedis } from '@cache/test-servers/redis';
import { describe, expect, test } from 'vitest';
import { lockScene } from './lock-scene.ts';

describe('a server that is not there', () => {
  test('is UNAVAILABLE, never a lock that others hold', async () => {
    const server = await startRedis();
    await server.stop();
    await using scene = lockScene(server.url);
    let wasRun = false;
    const calling = scene.locks({ deadline: '100ms', wait: '60s' }).withLock('a', () => {
      wasRun = true;
    });
    await expect(calling).rejects.toMatchObject({ name: 'CacheError', code: 'UNAVAILABLE' });
    expect(wasRun).toBe(false);
  });
});

describe('a server that says nothing', () => {
  test('is UNKNOWN_OUTCOME when the deadline is over, also through a client that would wait for ever', async () => {
    await using server = await startRedis();
    await using scene = lockScene(server.url);
    const client = scene.redis.duplicate({ enableOfflineQueue: false });
    client.on('error', () => undefined);
    try {
      const own = scene.locks({ deadline: '100ms' });
      const { createLocks } = await import('../../src/lock/index.ts');
      const around = createLocks({ client, prefix: scene.prefix, deadline: '100ms' });
      await own.withLock('a', () => undefined);
      await around.withLock('a', () => undefined);
      server.pause();
      await expect(own.withLock('a', () => undefined)).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' });
      await expect(around.withLock('a', () => undefined)).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' });
      await around.close();
    } finally {
      server.resume();
      client.disconnect();
    }
  });
});

describe('a reply that is lost', () => {
  test('of the lock itself is UNKNOWN_OUTCOME, and what may have been locked ends with its lease', async () => {
    await using server = await startRedis();
    await using proxy = await faultProxy(server);
    await using scene = lockScene(server.url);
    const locks = scene.locks({ url: proxy.url, lease: '500ms' });
    await locks.withLock('a', () => undefined);
    proxy.loseReplies(1, ({ command }) => command === 'EVALSHA');
    let wasRun = false;
    const calling = locks.withLock('a', () => {
      wasRun = true;
    });
    await expect(calling).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' });
    expect(wasRun).toBe(false);
    expect(await locks.withLock('a', () => 'free')).toBe('free');
  });

  test('of the fence is asked for again', async () => {
    await using server = await startRedis();
    await using proxy = await faultProxy(server);
    await using scene = lockScene(server.url);
    const locks = scene.locks({ url: proxy.url });
    await locks.withLock('a', () => undefined);
    let scripts = 0;
    const loss = proxy.loseReplies(1, ({ command }) => command === 'EVALSHA' && ++scripts === 2);
    expect(await locks.withLock('a', () => 'inside')).toBe('inside');
    expect(loss.left).toBe(0);
  });
});

describe('a user', () => {
  test('needs no more than the documentation says', async () => {
    await using server = await startRedis({
      acl: [
        'user default on nopass ~* &* +@all',
        'user app on >secret ~k:{app:lock}* ~f:{app:lock} +@read +@write +@scripting +@connection +info +time',
      ],
    });
    await using scene = lockScene(server.url);
    const app = { username: 'app', password: 'secret' };
    expect(await scene.locks({ ...app, prefix: 'app:' }).withLock(['a', 'b'], () => 'inside')).toBe('inside');
    await expect(
      scene.locks({ ...app, prefix: 'other:' }).withLock('a', () => undefined),
    ).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/NOPERM.*permission/s) as unknown,
    });
  });
});

describe('a server without memory left', () => {
  test('takes no new lock and says so, and keeps those that are held', async () => {
    await using server = await startRedis();
    await using scene = lockScene(server.url);
    const clock = fakeClock();
    const locks = await scene.locksOn(clock, { lease: '10s' });
    const done = locks.withLock('a', async ({ signal }) => {
      await scene.redis.config('SET', 'maxmemory', '1');
      await expect(locks.withLock('b', () => undefined)).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringMatching(/OOM.*out of memory/s) as unknown,
      });
      await scene.redis.pexpire(scene.nameOf('a'), 60_000);
      clock.advance(4_949);
      await until('the lease begins anew', async () => (await scene.redis.pttl(scene.nameOf('a'))) <= 10_000);
      return signal.aborted ? 'lost' : 'held';
    });
    expect(await done).toBe('held');
    expect(await scene.redis.exists(scene.nameOf('a'))).toBe(0);
  });
});
