import { randomUUID } from 'node:crypto';
import { until } from '@cache/test-servers/poll';
import { describe, expect, inject, test } from 'vitest';
import { waiters } from './observed.ts';
import { startWorkers } from './worker-process.ts';

describe('G3: a leader that fails', { timeout: 30_000 }, () => {
  test('by kill -9 while it loads is followed by another process when its lease has run out', async () => {
    await using stack = new AsyncDisposableStack();
    const setting = { url: inject('redis').url, namespace: randomUUID(), lease: 500 };
    const [leader, other] = await startWorkers(stack, [setting, setting]);
    const lost = leader?.load('key');
    await lost?.loading;
    const next = other?.load('key');
    await until('the other waits', () => waiters(setting, 'key'));
    const killed = performance.now();
    await leader?.kill();
    await next?.loading;
    const took = performance.now() - killed;
    process.stdout.write(`kill -9: another led after ${Math.round(took)} ms, on a lease of 500 ms\n`);
    expect(took).toBeLessThan(setting.lease * 3);
    next?.end({ value: 'of the next' });
    expect(await next?.outcome).toBe('of the next');
    expect(await other?.call('get', 'key')).toBe('of the next');
    await expect(lost?.outcome).rejects.toThrow(/^the process ended/);
  });

  test.each([
    ['before the next leader has stored', 'early'],
    ['after the next leader has stored', 'late'],
  ] as const)('by being stopped beyond its lease is refused when it goes on %s', async (_, moment) => {
    await using stack = new AsyncDisposableStack();
    const setting = { url: inject('redis').url, namespace: randomUUID(), lease: 300 };
    const [stopped, other] = await startWorkers(stack, [setting, setting]);
    if (stopped === undefined || other === undefined) throw new TypeError('there are two');
    const first = stopped.load('key');
    await first.loading;
    stopped.pause();
    const second = other.load('key');
    await second.loading;
    first.end({ value: 'of the stopped' });
    if (moment === 'early') {
      stopped.resume();
      expect(await first.outcome).toBe('of the stopped');
      expect(await other.call('get', 'key')).toBeUndefined();
      second.end({ value: 'of the next' });
      expect(await second.outcome).toBe('of the next');
    } else {
      second.end({ value: 'of the next' });
      expect(await second.outcome).toBe('of the next');
      stopped.resume();
      expect(await first.outcome).toBe('of the stopped');
    }
    expect(await stopped.call('stats')).toMatchObject({ loads: 1, overtaken: 1 });
    for (const worker of [stopped, other]) expect(await worker.call('get', 'key')).toBe('of the next');
  });

  test('is none that takes several times its lease: it is one run', async () => {
    await using stack = new AsyncDisposableStack();
    const setting = { url: inject('redis').url, namespace: randomUUID(), lease: 300 };
    const [slow, other] = await startWorkers(stack, [setting, setting]);
    const first = slow?.load('key', { takes: 2_000, value: 'slow' });
    await until('it loads', () => waiters(setting, 'key', 0));
    const second = other?.load('key', { takes: 0, value: 'second run' });
    expect(await Promise.all([first?.outcome, second?.outcome])).toEqual(['slow', 'slow']);
    expect(await slow?.call('stats')).toMatchObject({ loads: 1, overtaken: 0 });
    expect(await other?.call('stats')).toMatchObject({ loads: 0 });
  });
});
