import { randomUUID } from 'node:crypto';
import { createServer, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createManager, type AcquireRequest, type Engine } from '@cache/core';
import { gate } from '@cache/core/testing';
import { until } from '@cache/test-servers/poll';
import { startRedis } from '@cache/test-servers/redis';
import type { RedisServer } from '@cache/test-servers/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redis } from '../../src/index.ts';
import { openOn, spaceOf, writeOf } from './open-engine.ts';

const TOKEN = 'a'.repeat(16);
const REQUEST: AcquireRequest = { token: TOKEN, leaseMs: 60_000, tags: [], awaited: undefined };

const stack = new AsyncDisposableStack();
let server: RedisServer;

beforeAll(async () => {
  server = stack.use(await startRedis());
});
afterAll(() => stack.disposeAsync());

/** Two engines on one space, as of two processes. */
async function pair(): Promise<readonly [Engine, Engine]> {
  const space = spaceOf();
  const engines = [
    await openOn(redis({ url: server.url }), space),
    await openOn(redis({ url: server.url }), space),
  ] as const;
  for (const engine of engines) stack.defer(() => engine.close());
  return engines;
}

describe('G4: a request for the lease that arrives twice, the second time when the lease has ended, lets nothing old be stored', () => {
  test.each([
    ['a delete', (other: Engine) => other.remove('k')],
    [
      'a set and a take',
      async (other: Engine) => {
        await other.write('k', writeOf(), undefined);
        await other.take('k');
      },
    ],
    ['an expiry by hand', (other: Engine) => other.expire('k')],
    ['a delete by index', (other: Engine) => other.removeByTerm('team=red')],
  ])('by %s', async (_, end) => {
    const [engine, late] = await pair();
    expect((await engine.acquire('k', REQUEST)).status).toBe('lead');
    await end(late);
    // The same request, which was on its way on another connection.
    await late.acquire('k', REQUEST);
    expect(await engine.commit('k', TOKEN, writeOf({ terms: ['team=red'] }))).toBe('overtaken');
    expect(await engine.get('k')).toBeUndefined();
    // What the second arrival was granted is in nobody's way any more.
    expect((await late.acquire('k', { ...REQUEST, token: 'b'.repeat(16) })).status).toBe('lead');
  });

  test('by its own end', async () => {
    const [engine, late] = await pair();
    const short = { ...REQUEST, leaseMs: 20 };
    expect((await engine.acquire('k', short)).status).toBe('lead');
    await sleep(2 * short.leaseMs);
    expect((await late.acquire('k', REQUEST)).status).toBe('lead');
    expect(await engine.commit('k', TOKEN, writeOf())).toBe('overtaken');
  });

  test('over a network that keeps the first back', async () => {
    const held: { up: Socket; bytes: Buffer }[] = [];
    let isArmed = false;
    // Keeps the first request for a lease, and lets its client find the connection gone.
    const proxy = createServer((client) => {
      const up = connect({ port: server.port, host: '127.0.0.1' });
      let isHeld = false;
      client.on('error', () => undefined).on('close', () => isHeld || up.destroy());
      up.on('error', () => undefined).on('close', () => client.destroy());
      up.on('data', (bytes) => void client.write(bytes));
      client.on('data', (bytes) => {
        if (isArmed && bytes.includes('l:{')) {
          isArmed = false;
          isHeld = true;
          held.push({ up, bytes });
          client.resetAndDestroy();
        } else {
          up.write(bytes);
        }
      });
    });
    await new Promise<void>((resolve) => {
      proxy.listen(0, '127.0.0.1', resolve);
    });
    const { port } = proxy.address() as { readonly port: number };
    const namespace = randomUUID();
    const a = createManager({ namespace, providers: [redis({ host: '127.0.0.1', port })] });
    const b = createManager({ namespace, providers: [redis({ url: server.url })] });
    try {
      const one = a.cache<string>('c', { deadline: '10s' });
      const two = b.cache<string>('c', { deadline: '10s' });
      await one.getOrSet('warm', () => 'x');
      const query = gate<string>();
      isArmed = true;
      const load = one.getOrSet('k', () => query.pass());
      // Granted over the second connection.
      await query.arrivals();
      await two.delete('k');
      const [first] = held;
      first?.up.write(first.bytes);
      await until('the first request has arrived', async () => {
        const leases = await server.command('KEYS', `l:*${namespace}*`);
        return (leases as readonly string[]).length > 0;
      });
      query.open('old');
      expect(await load).toBe('old');
      expect(await two.get('k')).toBeUndefined();
    } finally {
      await Promise.all([a.close(), b.close()]);
      for (const { up } of held) up.destroy();
      proxy.close();
    }
  });
});

test('G4: a lease that has ended by its captured tag stays ended', async () => {
  const space = spaceOf();
  const engine = await openOn(redis({ url: server.url }), space);
  stack.defer(() => engine.close());
  await engine.acquire('k', { ...REQUEST, tags: ['a'] });
  await engine.invalidateTags(['a']);
  expect(await engine.extend('k', TOKEN, 60_000)).toBe(false);
  // What the mark of the tag forgets, the lease must not depend on.
  const [marks] = (await server.command('KEYS', `m:*${space}*`)) as readonly [string];
  await server.command('HDEL', marks, 't:a');
  expect(await engine.extend('k', TOKEN, 60_000)).toBe(false);
  expect(await engine.commit('k', TOKEN, writeOf())).toBe('overtaken');
});
