import { createManager } from '@cache/core';
import { makeCertificates } from '@cache/test-servers/certificates';
import { faultProxy } from '@cache/test-servers/fault-proxy';
import { until } from '@cache/test-servers/poll';
import { startRedis } from '@cache/test-servers/redis';
import { afterAll, expect, test } from 'vitest';
import { redis } from '../../src/index.ts';
import { openCache } from './caches.ts';

const DEADLINE_MS = 200;

function block(ms: number): void {
  const endsAt = performance.now() + ms;
  while (performance.now() < endsAt);
}

/** When the requests of this turn have left. */
function sent(): Promise<void> {
  return new Promise((resolve) => process.nextTick(() => process.nextTick(resolve)));
}

const certificates = await makeCertificates();
const [server, secured] = await Promise.all([startRedis(), startRedis({ tls: { certificates } })]);
afterAll(async () => {
  await Promise.all([server.stop(), secured.stop()]);
  certificates.remove();
});

const { ca } = certificates.client;
const AT = {
  'in the clear': { host: '127.0.0.1', port: server.port },
  'over TLS': { host: '127.0.0.1', port: secured.port, tls: { ca } },
};

test.each([
  ['in the clear', DEADLINE_MS],
  ['in the clear', 60_000],
  ['over TLS', DEADLINE_MS],
  ['over TLS', 60_000],
] as const)(
  '%s no answer and no connection is lost by a program that blocks its event loop, with a deadline of the cache of %i ms',
  async (way, deadline) => {
    const manager = createManager({ providers: [redis({ ...AT[way], deadline: DEADLINE_MS })] });
    try {
      const cache = manager.cache<number>(`blocked ${deadline}`, { deadline, onFailure: 'throw' });
      const states: string[] = [];
      cache.on('connection', ({ state }) => states.push(state));
      await cache.set('k', 0);
      // A server that is told a script takes one more round trip.
      await cache.getOrSet('told', () => 0);
      const writes = [1, 2, 3].map((at) => cache.set(`k${at}`, at));
      const read = cache.get('k');
      const load = cache.getOrSet('l', () => 1);
      await sent();
      block(4 * DEADLINE_MS);
      await Promise.all(writes);
      expect(await read).toBe(0);
      expect(await load).toBe(1);
      expect(await cache.increment('k')).toBe(1);
      expect(states).not.toContain('down');
    } finally {
      await manager.close();
    }
  },
);

test('a connection on which some reply is always due is kept, as long as replies come', async () => {
  await using proxy = await faultProxy(server);
  await using opened = openCache({ host: '127.0.0.1', port: proxy.port, deadline: DEADLINE_MS }, 10_000);
  const states: string[] = [];
  opened.cache.on('connection', ({ state }) => states.push(state));
  await opened.cache.set('k', 1);
  proxy.delay({ replies: DEADLINE_MS / 4 });
  const calls: Promise<unknown>[] = [];
  const sending = setInterval(() => calls.push(opened.cache.get('k')), DEADLINE_MS / 20);
  try {
    await until('some deadlines have passed', () => calls.length > 60);
    expect(new Set(await Promise.all(calls))).toEqual(new Set([1]));
    expect(states).not.toContain('down');
  } finally {
    clearInterval(sending);
    // Also those that were sent last.
    await Promise.allSettled(calls);
  }
});

test.each(['in the clear', 'over TLS'] as const)(
  '%s a server that owes a reply and says nothing is given up, also when others still send',
  async (way) => {
    await using proxy = await faultProxy({ port: AT[way].port });
    await using opened = openCache({ ...AT[way], port: proxy.port, deadline: DEADLINE_MS }, 10_000);
    await opened.cache.set('k', 1);
    proxy.halfOpen();
    const calls: Promise<unknown>[] = [];
    const sending = setInterval(() => calls.push(opened.cache.get('k')), DEADLINE_MS / 10);
    try {
      await until('it answers again', () => calls.at(-1));
      expect(new Set(await Promise.all(calls))).toEqual(new Set([1]));
    } finally {
      clearInterval(sending);
      // Also those that were sent last.
      await Promise.allSettled(calls);
    }
  },
);
