import { randomUUID } from 'node:crypto';
import { faultProxy, type FaultProxy } from '@cache/test-servers/fault-proxy';
import type { Which } from '@cache/test-servers/faults';
import { until } from '@cache/test-servers/poll';
import { startRedis } from '@cache/test-servers/redis';
import type { RedisServer } from '@cache/test-servers/server';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { asked, nameOf, waiters } from './observed.ts';
import type { Setting } from './orders.ts';
import { type Load, startWorkers, type WorkerProcess } from './worker-process.ts';

const forMessages: Which = ({ commands }) => commands.has('SUBSCRIBE');
const forCommands: Which = ({ commands }) => !commands.has('SUBSCRIBE');

describe('a process that waits for a load of another process', { timeout: 30_000 }, () => {
  const stack = new AsyncDisposableStack();
  let server: RedisServer;
  let proxy: FaultProxy;
  let setting: Setting;
  let leader: WorkerProcess;
  /** Its connections go through the proxy. */
  let follower: WorkerProcess;
  let keys = 0;
  let key: string;
  let led: Load;
  let awaited: Load;

  beforeAll(async () => {
    server = stack.use(await startRedis());
    proxy = stack.use(await faultProxy(server));
    setting = { url: server.url, namespace: randomUUID(), lease: 30_000 };
    const [one, two] = await startWorkers(stack, [setting, { ...setting, url: proxy.url }]);
    if (one === undefined || two === undefined) throw new TypeError('there are two');
    [leader, follower] = [one, two];
  }, 30_000);
  afterAll(() => stack.disposeAsync());

  beforeEach(async () => {
    proxy.heal();
    key = `key ${++keys}`;
    await until('the follower listens', async () => (await subscribers(setting)) === 2);
    led = leader.load(key);
    await led.loading;
    awaited = follower.load(key);
    await until('the follower waits', () => waiters(setting, key));
  });

  test('G3: is woken by a message that has the value: it asks for nothing more', async () => {
    proxy.blackHole({ which: forCommands });
    led.end({ value: 'in the message' });
    expect(await awaited.outcome).toBe('in the message');
    expect(awaited.isLoading).toBe(false);
  });

  test('G3: reads a value that is too large for a message', async () => {
    const large = 'x'.repeat(100_000);
    led.end({ value: large });
    expect(await awaited.outcome).toBe(large);
    expect(awaited.isLoading).toBe(false);
  });

  test('G3: finds the value though the message was lost', async () => {
    proxy.blackHole({ direction: 'replies', which: forMessages });
    led.end({ value: 'found' });
    expect(await awaited.outcome).toBe('found');
    expect(awaited.isLoading).toBe(false);
  });

  test('G3: finds the value though its connection for messages is killed', async () => {
    expect(await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub')).toBe(2);
    led.end({ value: 'found' });
    expect(await awaited.outcome).toBe('found');
    expect(awaited.isLoading).toBe(false);
  });

  test('G3: hears that the loader failed, and why', async () => {
    proxy.blackHole({ which: forCommands });
    led.end({ error: 'the table is locked' });
    await expect(led.outcome).rejects.toMatchObject({ code: undefined, message: 'the table is locked' });
    await expect(awaited.outcome).rejects.toMatchObject({
      code: 'LOADER_FAILED_ELSEWHERE',
      message: expect.stringContaining('the table is locked') as string,
    });
  });

  test('G3: finds that the loader failed though the message was lost', async () => {
    proxy.blackHole({ direction: 'replies', which: forMessages });
    led.end({ error: 'the table is locked' });
    await expect(led.outcome).rejects.toMatchObject({ message: 'the table is locked' });
    // What is kept for a second is kept for longer here, lest a slow machine comes too late.
    await asked(setting, (redis) => redis.pexpire(nameOf('l', setting, key), 60_000));
    await expect(awaited.outcome).rejects.toMatchObject({
      code: 'LOADER_FAILED_ELSEWHERE',
      message: expect.stringContaining('the table is locked') as string,
    });
    expect(awaited.isLoading).toBe(false);
  });

  test('G3: leads when the loader gave nothing', async () => {
    led.end({ value: undefined });
    expect(await led.outcome).toBeUndefined();
    await awaited.loading;
    awaited.end({ value: 'of the second' });
    expect(await awaited.outcome).toBe('of the second');
  });
});

/** How many listen to a channel of their own. */
async function subscribers(setting: Setting): Promise<number> {
  const channels = await asked(setting, (redis) => redis.pubsub('CHANNELS', 'inbox:*'));
  return channels.length;
}
