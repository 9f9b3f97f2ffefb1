import type { Clock } from '@cache/core';
import { fakeClock, gate } from '@cache/core/testing';
import { faultProxy } from '@cache/test-servers/fault-proxy';
import { until } from '@cache/test-servers/poll';
import { startRedis } from '@cache/test-servers/redis';
import { describe, expect, test, vi } from 'vitest';
import { LockLostError } from '../../src/lock/index.ts';
import { aborted, lockScene } from './lock-scene.ts';

describe('a lock that is lost', () => {
  test.each([
    ['deleted', ['del']],
    ['of somebody else', ['set', 'thief', 'px', '5000']],
  ] as const)(
    'fires the signal when it is %s, and the call rejects when the function has ended',
    async (_, [command, ...rest]) => {
      await using scene = lockScene();
      const clock = fakeClock();
      const locks = await scene.locksOn(clock, { lease: '10s' });
      const ends = gate();
      let reason: unknown;
      let hasRejected = false;
      const running = locks.withLock(['b', 'a', 'b'], async ({ signal }) => {
        await scene.redis.call(command, scene.nameOf('b'), ...rest);
        clock.advance(4_949);
        await aborted(signal);
        ({ reason } = signal);
        await ends.pass();
        return 'what nobody should see';
      });
      running.catch(() => {
        hasRejected = true;
      });
      await ends.arrivals();
      expect(reason).toBeInstanceOf(LockLostError);
      expect(hasRejected).toBe(false);
      ends.open();
      await expect(running).rejects.toBe(reason);
      expect(reason).toMatchObject({ code: 'LOCK_LOST', keys: ['a', 'b'] });
      expect((reason as Error).cause).toBeUndefined();
      expect((reason as Error).message).toMatch(/^the lock on 'a', 'b' was lost while it was needed/);
      expect(clock.pending).toBe(0);
    },
  );

  test('is noticed at the end at the latest, however short the function', async () => {
    await using scene = lockScene();
    const stolen = scene.locks().withLock('a', () => scene.redis.del(scene.nameOf('a')));
    await expect(stolen).rejects.toMatchObject({ code: 'LOCK_LOST' });
  });

  test('is not given back to the detriment of its new holder', async () => {
    await using scene = lockScene();
    const stolen = scene
      .locks()
      .withLock('a', () => scene.redis.set(scene.nameOf('a'), 'thief', 'PX', 5_000));
    await expect(stolen).rejects.toMatchObject({ code: 'LOCK_LOST' });
    expect(await scene.redis.get(scene.nameOf('a'))).toBe('thief');
  });

  test('does not hide the error of the function', async () => {
    await using scene = lockScene();
    const own = new Error('my own');
    const failing = scene.locks().withLock('a', async () => {
      await scene.redis.del(scene.nameOf('a'));
      throw own;
    });
    await expect(failing).rejects.toBe(own);
  });

  test('is lost the moment its lease is over for certain, without a word from the server', async () => {
    await using scene = lockScene();
    const clock = fakeClock();
    const locks = await scene.locksOn(clock, { lease: '10s', deadline: '60s' });
    const running = locks.withLock('a', ({ signal }) => {
      clock.advance(9_897);
      expect(signal.aborted).toBe(false);
      clock.advance(1);
      expect(signal.reason).toBeInstanceOf(LockLostError);
    });
    await expect(running).rejects.toMatchObject({ code: 'LOCK_LOST' });
    await until('what was asked is answered', () => clock.pending === 0);
  });
});

describe('a program that could not look at its timers', () => {
  /** Its time is what the test says, and no timer ever fires. */
  function blocked(): Clock & { time: number } {
    const clock = { time: 0, now: () => clock.time, recent: () => clock.time, elapsed: () => clock.time };
    return Object.assign(clock, { after: () => () => undefined });
  }

  test.each([
    [9_897, 'done'],
    [9_898, 'LOCK_LOST'],
  ])(
    'knows by its clock whether the lock stood to the end, when the server cannot say: %i is %s',
    async (time, outcome) => {
      await using server = await startRedis();
      await using proxy = await faultProxy(server);
      await using scene = lockScene(proxy.url);
      const clock = blocked();
      const locks = await scene.locksOn(clock, { lease: '10s' });
      const running = locks.withLock('a', () => {
        clock.time = time;
        proxy.loseReplies(1, ({ command }) => command === 'EVALSHA' || command === 'EVAL');
        return 'done';
      });
      expect(await running.catch((error: LockLostError) => error.code)).toBe(outcome);
    },
  );
});

describe('a lock that stands', () => {
  test('is not lost because a wall clock is set', async () => {
    await using scene = lockScene();
    const clock = fakeClock();
    const locks = await scene.locksOn(clock, { lease: '10s' });
    const done = locks.withLock('a', async ({ signal }) => {
      await scene.redis.pexpire(scene.nameOf('a'), 60_000);
      const set = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
      try {
        clock.advance(4_949);
      } finally {
        set.mockRestore();
      }
      await until('the lease begins anew, or not', async () => {
        return signal.aborted || (await scene.redis.pttl(scene.nameOf('a'))) <= 10_000;
      });
      return signal.aborted ? 'lost' : 'held';
    });
    expect(await done).toBe('held');
  });

  test('is not lost because the server says nothing for a part of the lease', async () => {
    await using server = await startRedis();
    await using scene = lockScene(server.url);
    const clock = fakeClock();
    const locks = await scene.locksOn(clock, { lease: '10s', deadline: '500ms' });
    const done = locks.withLock('a', async ({ signal }) => {
      const pass = (at: number): Promise<boolean> =>
        until(
          `it is ${at}`,
          () => {
            clock.advance(20);
            return signal.aborted || clock.elapsed() >= at;
          },
          { every: 1 },
        );
      server.pause();
      try {
        await pass(7_000);
      } finally {
        server.resume();
      }
      await pass(15_000);
      return signal.aborted ? 'lost' : 'held';
    });
    expect(await done).toBe('held');
  });
});

describe('a function that fails', () => {
  test.each([
    [
      'throws',
      () => {
        throw new Error('my own');
      },
    ],
    ['rejects', () => Promise.reject(new Error('my own'))],
  ])('and %s gives its error, and the lock back', async (_, fn) => {
    await using scene = lockScene();
    const locks = scene.locks();
    await expect(locks.withLock('a', fn)).rejects.toThrow(/^my own$/);
    expect(await locks.withLock('a', () => 'free', { wait: 0 })).toBe('free');
  });
});

describe('a connection that dies while a lock is held', () => {
  test('costs the lock when its lease is over, and nothing else', async () => {
    await using server = await startRedis();
    await using scene = lockScene(server.url);
    const locks = scene.locks({ lease: '300ms', deadline: '100ms' });
    const running = locks.withLock('a', async ({ signal }) => {
      await server.kill();
      await aborted(signal);
      return signal.reason as unknown;
    });
    const lost = await running.catch((error: unknown) => error);
    expect(lost).toBeInstanceOf(LockLostError);
    // Whatever the client says of a connection that died: it is there for whoever looks for the cause.
    expect((lost as LockLostError).cause).toMatchObject({ name: 'CacheError' });
    await server.restart();
    await until('the client is back', () => locks.withLock('a', () => true));
  });

  test('costs nothing when it comes back within the lease', async () => {
    await using server = await startRedis();
    await using scene = lockScene(server.url);
    const locks = scene.locks({ lease: '5s' });
    const done = await locks.withLock('a', async ({ signal }) => {
      await scene.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      return signal.aborted ? 'lost' : 'held';
    });
    expect(done).toBe('held');
    expect([...(await scene.left()).keys()]).toEqual(['f:{lock}']);
  });

  test('lets a function that has ended end, and leaves the lock to its lease', async () => {
    await using server = await startRedis();
    await using scene = lockScene(server.url);
    const locks = scene.locks({ deadline: '100ms' });
    const done = locks.withLock('a', async () => {
      await server.kill();
      return 'done';
    });
    expect(await done).toBe('done');
  });
});
