import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';

test('a delay beyond 24.8 days is waited out, not fired at once', () => {
  vi.useFakeTimers();
  try {
    const fired = vi.fn();
    const days = 86_400_000;
    systemClock().after(60 * days, fired);
    vi.advanceTimersByTime(59.9 * days);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(0.2 * days);
    expect(fired).toHaveBeenCalledOnce();
  } finally {
    vi.useRealTimers();
  }
});

test('a cancelled timer does not fire, and for ever is no timer', () => {
  vi.useFakeTimers();
  try {
    const fired = vi.fn();
    const cancel = systemClock().after(10, fired);
    systemClock().after(Infinity, fired);
    cancel();
    cancel();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('recent is read again after a millisecond of the event loop, and after 128 readings without one', () => {
  vi.useFakeTimers({ now: 1_000 });
  try {
    const clock = systemClock();
    expect(clock.recent()).toBe(1_000);
    vi.setSystemTime(5_000);
    for (let n = 0; n < 128; n += 1) expect(clock.recent()).toBe(1_000);
    expect(clock.recent()).toBe(5_000);
    vi.setSystemTime(6_000);
    vi.advanceTimersByTime(1);
    expect(clock.recent()).toBe(6_001);
  } finally {
    vi.useRealTimers();
  }
});

// The program blocks the loop → its timers are due → their callbacks run → only then its sockets are read.
test('a timer that is late because the program blocked the event loop fires after what had arrived meanwhile', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const [accepted, client] = await Promise.all([
    once(server, 'connection') as Promise<[Socket]>,
    (async () => {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      return socket;
    })(),
  ]);
  try {
    const seen: string[] = [];
    const read = once(accepted[0], 'data').then(() => seen.push('read'));
    const timed = new Promise<void>((resolve) => {
      client.write('x', () => {
        systemClock().after(5, () => {
          seen.push('timer');
          resolve();
        });
        const until = performance.now() + 30;
        while (performance.now() < until);
      });
    });
    await Promise.all([read, timed]);
    expect(seen).toEqual(['read', 'timer']);
  } finally {
    client.destroy();
    accepted[0].destroy();
    server.close();
  }
});
