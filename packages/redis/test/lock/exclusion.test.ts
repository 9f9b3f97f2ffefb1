import { setTimeout as sleep } from 'node:timers/promises';
import { fakeClock, gate } from '@cache/core/testing';
import { until } from '@cache/test-servers/poll';
import { describe, expect, test } from 'vitest';
import { lockScene } from './lock-scene.ts';

const FENCE = 'f:{lock}';

describe('withLock', () => {
  test('gives what the function gives, and leaves nothing behind but the last fence, which expires', async () => {
    await using scene = lockScene();
    const locks = scene.locks();
    expect(await locks.withLock('a', () => 1)).toBe(1);
    expect(await locks.withLock(['a', 'b'], async () => 'two')).toBe('two');
    const left = await scene.left();
    expect([...left.keys()]).toEqual([FENCE]);
    expect(left.get(FENCE)).toBeGreaterThan(0);
  });

  test('lets one of 200 contenders of two processes inside at a time, and all of them in the end', async () => {
    await using scene = lockScene();
    const processes = [scene.locks(), scene.locks()] as const;
    let inside = 0;
    let most = 0;
    const order: bigint[] = [];
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        processes[i % 2 === 0 ? 0 : 1].withLock(
          'a',
          async ({ fence }) => {
            most = Math.max(most, ++inside);
            order.push(fence);
            await sleep(1);
            inside--;
            return i;
          },
          { wait: '60s' },
        ),
      ),
    );
    expect(most).toBe(1);
    expect(outcomes).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(new Set(order).size).toBe(200);
    expect(order).toEqual(order.toSorted((a, b) => (a < b ? -1 : 1)));
  });

  test('waits for a lock that is held for longer than its lease', async () => {
    await using scene = lockScene();
    const [one, other] = [scene.locks({ lease: '1s' }), scene.locks({ lease: '1s' })];
    const entered = gate();
    const steps: string[] = [];
    const first = one.withLock('a', async ({ signal }) => {
      await entered.pass();
      await sleep(1_500); // the time is what is tested: more than a lease
      steps.push(`first ends, ${signal.aborted ? 'lost' : 'held'}`);
    });
    await entered.arrivals();
    const second = other.withLock('a', () => void steps.push('second begins'));
    entered.open();
    await Promise.all([first, second]);
    expect(steps).toEqual(['first ends, held', 'second begins']);
  });

  test('prolongs the lock when half of its time is over', async () => {
    await using scene = lockScene();
    const clock = fakeClock();
    const locks = await scene.locksOn(clock, { lease: '10s' });
    await locks.withLock('a', async ({ signal }) => {
      for (let round = 0; round < 3; round++) {
        await scene.redis.pexpire(scene.nameOf('a'), 60_000);
        clock.advance(4_949); // half of what is certain of the lease
        await until(
          'the lease begins anew',
          async () => (await scene.redis.pttl(scene.nameOf('a'))) <= 10_000,
        );
        await until('the next is planned', () => clock.pending === 2);
      }
      expect(signal.aborted).toBe(false);
    });
    expect(clock.pending).toBe(0);
  });

  test('takes all keys or none', async () => {
    await using scene = lockScene();
    const [one, other] = [scene.locks(), scene.locks()];
    await one.withLock('b', async () => {
      const both = other.withLock(['a', 'b', 'c'], () => undefined, { wait: 0 });
      await expect(both).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
      expect([...(await scene.left()).keys()].toSorted()).toEqual([FENCE, 'k:{lock}b']);
      expect(await other.withLock(['a', 'c'], () => 'free')).toBe('free');
    });
  });

  test('takes each key once, and never waits in a circle whatever the order', async () => {
    await using scene = lockScene();
    const [one, other] = [scene.locks(), scene.locks()];
    const seen: string[][] = [];
    let inside = 0;
    const enter = async (): Promise<void> => {
      expect(++inside).toBe(1);
      seen.push([...(await scene.left()).keys()].filter((name) => name !== FENCE).toSorted());
      inside--;
    };
    await Promise.all(
      Array.from({ length: 10 }, () => [
        one.withLock(['a', 'b', 'a'], enter),
        other.withLock(['b', 'a'], enter),
      ]).flat(),
    );
    expect(seen).toEqual(Array.from({ length: 20 }, () => ['k:{lock}a', 'k:{lock}b']));
  });

  test('lets functions run together that need other keys, or the same key under another prefix', async () => {
    await using scene = lockScene();
    await using elsewhere = lockScene();
    const [locks, strangers] = [scene.locks(), elsewhere.locks()];
    const together = gate<string>();
    const enter = (): Promise<string> => together.pass();
    const running = Promise.all([
      locks.withLock('a', enter),
      locks.withLock(['b', 'c'], enter),
      strangers.withLock('a', enter),
    ]);
    await together.arrivals(3);
    together.open('together');
    expect(await running).toEqual(['together', 'together', 'together']);
  });

  test('refuses a lock that the function would wait for from inside itself', async () => {
    await using scene = lockScene();
    const locks = scene.locks();
    await locks.withLock(['a', 'b'], async () => {
      await expect(locks.withLock(['b', 'c'], () => undefined)).rejects.toThrow(
        /^withLock\(\): 'b' is locked by the function that asks for it.*outside$/,
      );
      const inner = await locks.withLock('c', async () => {
        await expect(locks.withLock('a', () => undefined)).rejects.toThrow(TypeError);
        return 'another key';
      });
      expect(inner).toBe('another key');
    });
  });

  test('does not take for nested what goes on after the function has ended', async () => {
    await using scene = lockScene();
    const locks = scene.locks();
    const ended = gate();
    let later: Promise<string> | undefined;
    await locks.withLock('a', () => {
      later = ended.pass().then(() => locks.withLock('a', () => 'later'));
    });
    ended.open();
    expect(await later).toBe('later');
  });
});
