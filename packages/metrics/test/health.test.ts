import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createManager, type Manager } from '@cache/core';
import { chaos, fakeClock, gate, settle, type Weather } from '@cache/core/testing';
import { memory } from '@cache/memory';
import { healthOf, nodeHealth, webHealth, type Health, type Readiness } from '@cache/metrics/health';
import { redis } from '@cache/redis';
import { startRedis } from '@cache/test-servers/redis';
import { beforeEach, describe, expect, test } from 'vitest';

const clock = fakeClock();
let fault: Weather['fault'];
let manager: Manager;

beforeEach(() => {
  fault = undefined;
  manager = createManager({
    providers: [
      memory(),
      { ...chaos(memory({ sweepInterval: 'never' }), () => ({ fault }), clock), name: 'far' },
    ],
    clock,
    defaults: { deadline: '1s', breaker: { failures: 2, halfOpenAfter: '10s' } },
  });
});

test('a manager is as well as the worst of its providers, and says why', async () => {
  manager.cache('near');
  manager.cache('users', { provider: 'far' });
  manager.cache('sessions', { provider: 'far', onFailure: 'throw' });
  const health = healthOf(manager);
  expect(await health.ready()).toEqual({
    status: 'ok',
    reasons: [],
    providers: {
      memory: { status: 'ok', reasons: [], latency: 0, caches: { near: 'ok' } },
      far: { status: 'ok', reasons: [], latency: 0, caches: { users: 'ok', sessions: 'ok' } },
    },
    checks: {},
  });
  fault = 'fail';
  expect(await health.ready()).toMatchObject({
    status: 'down',
    reasons: ['far: users: UNAVAILABLE; reads go on without it', 'far: sessions: UNAVAILABLE; calls fail'],
    providers: {
      memory: { status: 'ok' },
      far: { status: 'down', caches: { users: 'degraded', sessions: 'down' } },
    },
  });
});

test('without a provider that reads can do without, a manager is degraded', async () => {
  const cache = manager.cache('users', { provider: 'far' });
  fault = 'fail';
  for (let n = 0; n < 2; n++) await cache.get('ann');
  expect(await healthOf(manager).ready()).toMatchObject({
    status: 'degraded',
    reasons: ['far: users: UNAVAILABLE, circuit breaker open; reads go on without it'],
  });
  // Nobody else asks: the question is the call on trial.
  fault = undefined;
  await clock.pass(10_000);
  expect(await healthOf(manager).ready()).toMatchObject({ status: 'ok', reasons: [] });
});

test('a process that closes its manager is alive and not ready', async () => {
  manager.cache('users');
  const health = healthOf(manager);
  await manager.close();
  expect(health.live()).toEqual({ status: 'ok', reasons: [] });
  expect(await health.ready()).toMatchObject({
    status: 'down',
    reasons: ['memory: users: CLOSED; calls fail'],
  });
});

describe('a check of the program', () => {
  test('that fails is down, with its code and not with what it says', async () => {
    const refused = Object.assign(new Error('connect to db-7.internal'), { code: 'ECONNREFUSED' });
    const health = healthOf(manager, {
      checks: {
        database: () => Promise.reject(refused),
        disk: () => {
          throw new Error('secret');
        },
        queue: () => 'well',
      },
    });
    const found = await health.ready();
    expect(found.reasons).toEqual(['database: ECONNREFUSED', 'disk: failed']);
    expect(found).toMatchObject({ status: 'down', checks: { queue: { status: 'ok', reasons: [] } } });
  });

  test('that has no answer in time is down, and hears of it', async () => {
    let signal: AbortSignal | undefined;
    const health = healthOf(manager, {
      checks: {
        database: (given) => {
          signal = given;
          return new Promise(() => undefined);
        },
      },
      deadline: '1s',
      clock,
    });
    const ready = health.ready();
    await clock.pass(1_000);
    expect((await ready).reasons).toEqual(['database: no answer within 1000 ms']);
    expect(signal?.aborted).toBe(true);
  });

  test('runs once for all who ask at the same time', async () => {
    const door = gate();
    let runs = 0;
    const check = (): Promise<void> => {
      runs++;
      return door.pass();
    };
    const health = healthOf(manager, { checks: { database: check } });
    const asked = [health.ready(), health.ready()];
    await door.arrivals();
    door.open();
    await Promise.all(asked);
    expect(runs).toBe(1);
    await health.ready();
    expect(runs).toBe(2);
  });
});

test('what is no manager, no check, no deadline and no path is refused', () => {
  expect(() => healthOf({} as never)).toThrow(/expected a manager/);
  expect(() => healthOf(manager, { checks: { database: true as never } })).toThrow(/'database' is boolean/);
  expect(() => healthOf(manager, { deadline: -1 })).toThrow(/deadline/);
  for (const path of ['health', '/', '/health/', '/health?x'])
    expect(() => webHealth(healthOf(manager), { path })).toThrow(/path is/);
});

/** A server on a port of its own, which answers what is not for health with 404. */
async function serving(health: Health) {
  const answer = nodeHealth(health);
  const server = createServer((request, response) => {
    if (!answer(request, response)) response.writeHead(404).end('not here');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('over HTTP', () => {
  test('a server of Node tells a Redis that goes and comes back', async () => {
    await using server = await startRedis({ unixSocket: true });
    await using own = createManager({
      providers: [redis({ url: server.url })],
      defaults: { deadline: '2s', breaker: { failures: 3, halfOpenAfter: '100ms' } },
    });
    await own.cache('sessions', { onFailure: 'throw' }).ready();
    await using place = await serving(healthOf(own));
    const ask = async (path: string): Promise<readonly [number, Readiness['status']]> => {
      const response = await fetch(`${place.url}${path}`);
      return [response.status, ((await response.json()) as Readiness).status];
    };
    expect(await ask('/health')).toEqual([200, 'ok']);
    await server.kill();
    expect(await ask('/health/ready')).toEqual([503, 'down']);
    expect(await ask('/health/live')).toEqual([200, 'ok']);
    await server.restart();
    await expect.poll(() => ask('/health'), { timeout: 20_000 }).toEqual([200, 'ok']);
  });

  test('a Redis that has no room left is degraded', async () => {
    await using server = await startRedis({
      unixSocket: true,
      args: ['--maxmemory', '100mb', '--maxmemory-policy', 'noeviction'],
    });
    await using own = createManager({ providers: [redis({ url: server.url })] });
    await own.cache('users').ready();
    const health = healthOf(own);
    expect((await health.ready()).status).toBe('ok');
    await server.command('CONFIG', 'SET', 'maxmemory', '100kb');
    expect(await health.ready()).toMatchObject({
      status: 'degraded',
      reasons: ['redis: users: writes are refused, for there is no room'],
      providers: { redis: { status: 'degraded', caches: { users: 'degraded' } } },
    });
  });

  test('only reading is allowed, what is not for health is left alone, and nobody keeps an answer', async () => {
    await using place = await serving(healthOf(manager));
    const head = await fetch(`${place.url}/health?verbose`, { method: 'HEAD' });
    expect([head.status, await head.text(), head.headers.get('cache-control')]).toEqual([
      200,
      '',
      'no-store',
    ]);
    const post = await fetch(`${place.url}/health`, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    for (const path of ['/', '/healthy', '/health/', '/health/other'])
      expect((await fetch(`${place.url}${path}`)).status).toBe(404);
  });

  test('what somebody else has answered meanwhile is left alone, and what cannot be judged is down', async () => {
    const held = gate();
    const answer = nodeHealth(healthOf(manager, { checks: { slow: () => held.pass() } }));
    let answered: unknown;
    const response = {
      headersSent: false,
      writeHead: () => (answered = 'twice'),
      end: () => undefined,
    };
    expect(answer({ url: '/health' }, response)).toBe(true);
    await held.arrivals();
    // As a server does that waits for less.
    response.headersSent = true;
    held.open();
    await settle();
    expect(answered).toBeUndefined();

    await using place = await serving({
      live: () => ({ status: 'ok', reasons: [] }),
      ready: () => Promise.reject(new RangeError('secret')),
    });
    const broken = await fetch(`${place.url}/health`);
    expect([broken.status, await broken.json()]).toEqual([
      503,
      { status: 'down', reasons: ['health: RangeError'] },
    ]);
  });

  test('a server that speaks HTTP/2 does as well', async () => {
    const answer = nodeHealth(healthOf(manager), { path: '/up' });
    const server = createHttp2Server((request, response) => void answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const stream = client.request({ ':path': '/up/live' });
    const [headers] = (await once(stream, 'response')) as [{ readonly ':status': number }];
    expect(headers[':status']).toBe(200);
    stream.resume();
    await once(stream, 'end');
    client.close();
    server.close();
    await once(server, 'close');
  });

  test('a handler of requests does as well, and keeps the reasons to itself where it is told to', async () => {
    manager.cache('sessions', { provider: 'far', onFailure: 'throw' });
    const answer = webHealth(healthOf(manager), { reasons: false });
    const asked = (path: string): Promise<Response> | undefined => answer(new Request(`http://x${path}`));
    expect(asked('/users')).toBeUndefined();
    fault = 'fail';
    const response = await asked('/health');
    expect([response?.status, await response?.json()]).toEqual([503, { status: 'down' }]);
    expect((await asked('/health/live'))?.status).toBe(200);
  });
});
