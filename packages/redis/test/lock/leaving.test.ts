import { fakeClock, gate } from '@cache/core/testing';
import { until } from '@cache/test-servers/poll';
import { startRedis } from '@cache/test-servers/redis';
import { describe, expect, test } from 'vitest';
import type { Locks } from '../../src/lock/index.ts';
import { aborted, lockScene } from './lock-scene.ts';

/** Holds a key until it is told to let go. */
async function hold(locks: Locks, key: string): Promise<() => Promise<void>> {
  const inside = gate();
  const holding = locks.withLock(key, inside.pass);
  await inside.arrivals();
  return async () => {
    inside.open();
    await holding;
  };
}

describe('a call that waits for a lock', () => {
  test('ends with DEADLINE_EXCEEDED when the wait is over, not before', async () => {
    await using scene = lockScene();
    const letGo = await hold(scene.locks({ lease: '60s' }), 'a');
    const clock = fakeClock();
    let wasRun = false;
    let endedAt = 0;
    const waiter = await scene.locksOn(clock, { wait: '10s', deadline: '60s' });
    const waiting = waiter
      .withLock('a', () => {
        wasRun = true;
      })
      .catch((error: unknown) => {
        endedAt = clock.elapsed();
        return error;
      });
    await until(
      'the wait ends',
      () => {
        if (endedAt === 0) clock.advance(50);
        return endedAt > 0;
      },
      { every: 1 },
    );
    expect(await waiting).toMatchObject({ name: 'CacheError', code: 'DEADLINE_EXCEEDED', key: 'a' });
    expect(endedAt).toBeGreaterThanOrEqual(10_000);
    expect(wasRun).toBe(false);
    expect(clock.pending).toBe(0);
    await letGo();
  });

  test('tries once when the wait is 0', async () => {
    await using scene = lockScene();
    const [one, other] = [scene.locks(), scene.locks({ wait: 0 })];
    const letGo = await hold(one, 'a');
    await expect(other.withLock('a', () => 'inside')).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await letGo();
    expect(await other.withLock('a', () => 'inside')).toBe('inside');
  });

  test('leaves at once with the reason of its signal, and takes nothing later', async () => {
    await using scene = lockScene();
    const [one, other] = [scene.locks(), scene.locks()];
    const letGo = await hold(one, 'a');
    const caller = new AbortController();
    let wasRun = false;
    const waiting = other.withLock(
      'a',
      () => {
        wasRun = true;
      },
      { signal: caller.signal },
    );
    caller.abort(new Error('the user went home'));
    await expect(waiting).rejects.toThrow('the user went home');
    await letGo();
    expect(await one.withLock('a', () => 'free')).toBe('free');
    await other.close();
    expect(wasRun).toBe(false);
    expect([...(await scene.left()).keys()]).toEqual(['f:{lock}']);
  });

  test('leaves also while the lock is on its way to it, which is then given back', async () => {
    await using scene = lockScene();
    const locks = scene.locks();
    await locks.withLock('warm', () => undefined);
    const caller = new AbortController();
    let wasRun = false;
    const calling = locks.withLock(
      'a',
      () => {
        wasRun = true;
      },
      { signal: caller.signal },
    );
    caller.abort(new Error('too late'));
    await expect(calling).rejects.toThrow('too late');
    await locks.close();
    expect([...(await scene.left()).keys()]).toEqual(['f:{lock}']);
    expect(wasRun).toBe(false);
  });

  test('leaves also while the server says nothing', async () => {
    await using server = await startRedis();
    await using scene = lockScene(server.url);
    const locks = await scene.locksOn(fakeClock()); // on which no deadline is ever over
    const caller = new AbortController();
    server.pause();
    try {
      const waiting = locks.withLock('a', () => undefined, { signal: caller.signal });
      caller.abort(new Error('enough'));
      await expect(waiting).rejects.toThrow('enough');
    } finally {
      server.resume();
    }
  });

  test('does not begin when its signal has fired already', async () => {
    await using scene = lockScene();
    const calling = scene.locks().withLock('a', () => 'inside', { signal: AbortSignal.abort('before') });
    await expect(calling).rejects.toBe('before');
    expect(await scene.left()).toEqual(new Map());
  });

  test('leaves no listener on the signal', async () => {
    await using scene = lockScene();
    const locks = scene.locks();
    const { signal } = new AbortController();
    let listeners = 0;
    const count = (by: number) => () => void (listeners += by);
    signal.addEventListener = count(1);
    signal.removeEventListener = count(-1);
    await locks.withLock(
      'a',
      () => {
        expect(listeners).toBe(1);
      },
      { signal },
    );
    expect(listeners).toBe(0);
  });
});

describe('a lock that came too late', () => {
  test('is given back and waited for anew when its lease was over before its reply was there', async () => {
    await using scene = lockScene();
    const clock = fakeClock();
    const locks = await scene.locksOn(clock, { lease: '10s', wait: '60s', deadline: '60s' });
    let isInside = false;
    const running = locks.withLock('a', ({ signal }) => {
      isInside = true;
      clock.advance(1);
      return signal.aborted ? 'lost' : 'held';
    });
    clock.advance(9_898);
    await until('the function runs', () => {
      if (!isInside) clock.advance(1);
      return isInside;
    });
    expect(await running).toBe('held');
  });
});

describe('the signal of a caller whose function runs', () => {
  test('fires the signal of the function, which keeps the lock until it has ended', async () => {
    await using scene = lockScene();
    const [one, other] = [scene.locks(), scene.locks({ wait: 0 })];
    const caller = new AbortController();
    const inside = gate();
    const told = gate<unknown>();
    const running = one.withLock(
      'a',
      async ({ signal }) => {
        const leaving = inside.pass();
        await aborted(signal);
        told.open(signal.reason);
        await leaving;
        return 'done all the same';
      },
      { signal: caller.signal },
    );
    await inside.arrivals();
    caller.abort('enough');
    expect(await told.pass()).toBe('enough');
    await expect(other.withLock('a', () => 'inside')).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    inside.open();
    expect(await running).toBe('done all the same');
    expect(await other.withLock('a', () => 'inside')).toBe('inside');
  });
});

describe('close', () => {
  test('ends the waiting with CLOSED, lets functions end, and refuses what comes', async () => {
    await using scene = lockScene();
    const [one, other] = [scene.locks(), scene.locks()];
    const letGo = await hold(one, 'a');
    const waiting = other.withLock('a', () => undefined);
    let reason: unknown;
    const inside = gate();
    const running = other.withLock('b', async ({ signal }) => {
      void inside.pass();
      await aborted(signal);
      ({ reason } = signal);
      return 'ended';
    });
    await inside.arrivals();
    const [refused, ended] = await Promise.allSettled([waiting, running, other.close(), other.close()]);
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'CLOSED' } });
    expect(ended).toEqual({ status: 'fulfilled', value: 'ended' });
    expect(reason).toMatchObject({ code: 'CLOSED' });
    await expect(other.withLock('c', () => undefined)).rejects.toMatchObject({ code: 'CLOSED' });
    await letGo();
    expect([...(await scene.left()).keys()]).toEqual(['f:{lock}']);
  });

  test('does not wait for a function for longer than the deadline', async () => {
    await using scene = lockScene();
    const locks = scene.locks({ deadline: '100ms' });
    const inside = gate();
    const running = locks.withLock('a', inside.pass);
    await inside.arrivals();
    await locks.close();
    inside.open();
    expect((await Promise.allSettled([running]))[0].status).toBe('fulfilled');
    expect((await scene.left()).get('k:{lock}a') ?? 0).not.toBe(-1);
  });

  test('does nothing to locks that were never used', async () => {
    await using scene = lockScene();
    await expect(scene.locks().close()).resolves.toBeUndefined();
  });

  test('leaves a client that was given to its owner', async () => {
    await using scene = lockScene();
    const { redis } = scene;
    const client = redis.duplicate({ maxRetriesPerRequest: 0, enableOfflineQueue: false });
    try {
      const { createLocks } = await import('../../src/lock/index.ts');
      const locks = createLocks({ client, prefix: scene.prefix });
      expect(await locks.withLock('a', () => 'inside')).toBe('inside');
      await locks.close();
      expect(await client.ping()).toBe('PONG');
      expect(client.listenerCount('close')).toBe(0);
    } finally {
      client.disconnect();
    }
  });
});
