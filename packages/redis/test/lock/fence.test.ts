import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { gate } from '@cache/core/testing';
import { until } from '@cache/test-servers/poll';
import { describe, expect, inject, test } from 'vitest';
import { createLocks } from '../../src/lock/index.ts';
import { lockScene } from './lock-scene.ts';
import type { FromHolder } from './paused-holder.ts';

describe('a fence', () => {
  test('rises with every lock under the prefix, of whatever key and process', async () => {
    await using scene = lockScene();
    const [one, other] = [scene.locks(), scene.locks()];
    const fences: bigint[] = [];
    for (const [locks, keys] of [
      [one, 'a'],
      [other, 'a'],
      [one, ['b', 'c']],
      [other, 'd'],
      [one, 'a'],
    ] as const)
      await locks.withLock(keys, ({ fence }) => void fences.push(fence));
    for (const [i, fence] of fences.entries()) expect(fence).toBeGreaterThan(fences[i - 1] ?? 0n);
  });

  test('rises also when the last one is lost, as by a failover', async () => {
    await using scene = lockScene();
    const locks = scene.locks();
    const before = await locks.withLock('a', ({ fence }) => fence);
    expect(await scene.redis.del(`f:{${scene.prefix}lock}`)).toBe(1);
    expect(await locks.withLock('a', ({ fence }) => fence)).toBeGreaterThan(before);
  });

  test('rises also when the clock of the server is behind the last one', async () => {
    await using scene = lockScene();
    const locks = scene.locks();
    const before = 4_000_000_000_000_000n; // the year 2096
    await scene.redis.set(`f:{${scene.prefix}lock}`, String(before));
    expect(await locks.withLock('a', ({ fence }) => fence)).toBe(before + 1n);
    expect(await locks.withLock('a', ({ fence }) => fence)).toBe(before + 2n);
  });

  test('is drawn only by who still holds the lock', async () => {
    await using scene = lockScene();
    const locks = scene.locks();
    // A thief between the lock and its fence: the script is told of it by name, so this is the step itself.
    const { FENCE } = await import('../../src/lock/fence.ts');
    const names = [`f:{${scene.prefix}lock}`, scene.nameOf('a')];
    await locks.withLock('a', async () => {
      expect(await scene.redis.eval(FENCE.source, 2, ...names, 'not the token')).toBe(0);
    });
    expect(await scene.redis.eval(FENCE.source, 2, ...names, 'not the token')).toBe(0);
  });

  test('that cannot be drawn costs the lock, which is given back', async () => {
    await using scene = lockScene();
    await scene.redis.lpush(`f:{${scene.prefix}lock}`, 'something else');
    const calling = scene.locks().withLock('a', () => undefined);
    await expect(calling).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await scene.redis.exists(scene.nameOf('a'))).toBe(0);
    await scene.redis.del(`f:{${scene.prefix}lock}`);
  });

  test('that is not drawn because one key was lost gives the other keys back', async () => {
    await using scene = lockScene();
    const client = scene.redis.duplicate({ maxRetriesPerRequest: 0, enableOfflineQueue: false });
    await once(client, 'ready');
    const send = client.callBuffer.bind(client) as (...args: unknown[]) => Promise<unknown>;
    client.callBuffer = async (...args: unknown[]): Promise<unknown> => {
      if (args.includes(`f:{${scene.prefix}lock}`))
        await scene.redis.set(scene.nameOf('a'), 'thief', 'PX', 60_000);
      return send(...args);
    };
    const locks = createLocks({ client, prefix: scene.prefix, lease: '60s' });
    try {
      const calling = locks.withLock(['a', 'b'], () => undefined, { wait: 0 });
      await expect(calling).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
      expect(await scene.redis.get(scene.nameOf('a'))).toBe('thief');
      expect(await scene.redis.exists(scene.nameOf('b'))).toBe(0);
    } finally {
      await locks.close();
      client.disconnect();
    }
  });

  test('lets a resource refuse a holder that was stopped for longer than its lease', async () => {
    await using scene = lockScene();
    /** It remembers the greatest fence that it has seen. */
    const resource = {
      greatest: 0n,
      lines: [] as string[],
      write(fence: bigint, line: string): boolean {
        if (fence < this.greatest) return false;
        this.greatest = fence;
        this.lines.push(line);
        return true;
      },
    };
    const holder = fork(join(import.meta.dirname, 'paused-holder.ts'), [inject('redis').url, scene.prefix], {
      execArgv: ['--conditions=@cache/source'],
    });
    try {
      const inside = gate();
      const wrote = gate<boolean>();
      const ended = gate<string>();
      holder.on('message', (message: FromHolder) => {
        if (message.type === 'inside') void inside.pass();
        else if (message.type === 'write')
          wrote.open(resource.write(BigInt(message.fence), 'of the stopped'));
        else ended.open(message.outcome);
      });
      await inside.arrivals();
      holder.kill('SIGSTOP');
      holder.send('write');
      await scene
        .locks({ wait: '60s' })
        .withLock('report', ({ fence }) => expect(resource.write(fence, 'of the next')).toBe(true));
      holder.kill('SIGCONT');
      expect(await wrote.pass()).toBe(false);
      expect(await ended.pass()).toBe('LOCK_LOST');
      expect(resource.lines).toEqual(['of the next']);
    } finally {
      const gone = once(holder, 'exit');
      if (holder.exitCode === null && holder.signalCode === null) {
        holder.kill('SIGKILL');
        await gone;
      }
    }
    await until('the lock is gone', async () => (await scene.redis.exists(scene.nameOf('report'))) === 0);
  });
});
