import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Connection } from '../servers/src/connection.ts';
import { type FaultProxy, faultProxy } from '../servers/src/fault-proxy.ts';
import { until } from '../servers/src/poll.ts';
import { startRedis } from '../servers/src/redis.ts';
import type { RedisServer } from '../servers/src/server.ts';

let server: RedisServer;
let proxy: FaultProxy;
let client: Connection;

beforeAll(async () => {
  server = await startRedis({ unixSocket: true });
});
afterAll(() => server?.stop());

beforeEach(async () => {
  await server.command('FLUSHALL');
  proxy = await faultProxy(server);
  client = await Connection.open(proxy);
});
afterEach(async () => {
  client.close();
  await proxy.stop();
});

/** Ends a wait that a fault is meant to make endless. */
const impatient = { timeout: 60 };

describe('losses', () => {
  test('a lost reply is that of a command that was executed', async () => {
    const loss = proxy.loseReplies(1);
    await expect(client.send('INCR', 'count')).rejects.toThrow(/closed/);
    await loss.done;
    expect(loss.left).toBe(0);
    expect(await server.command('GET', 'count')).toBe('1');
    using next = await Connection.open(proxy);
    expect(await next.send('INCR', 'count')).toBe(2);
  });

  test('the reply to an earlier command does not pass for the one that is to be lost', async () => {
    const loss = proxy.loseReplies(1, ({ command }) => command === 'INCR');
    await server.command('CLIENT', 'PAUSE', 60_000, 'WRITE');
    const outcomes = Promise.allSettled([client.send('GET', 'count'), client.send('INCR', 'count')]);
    await until('INCR waits and GET does not', async () =>
      String(await server.command('CLIENT', 'LIST')).includes('cmd=incr'),
    );
    await server.command('CLIENT', 'UNPAUSE');
    await loss.done;
    expect((await outcomes)[1]?.status).toBe('rejected');
    expect(await server.command('GET', 'count')).toBe('1');
  });

  test('a lost request is not executed, and those before it are', async () => {
    const loss = proxy.loseRequests(2, ({ command, args }) => command === 'SET' && args[0] === 'lost');
    const outcomes = await Promise.allSettled([client.send('SET', 'sent', 1), client.send('SET', 'lost', 1)]);
    expect(outcomes[1]?.status).toBe('rejected');
    await until('the first request is executed', async () => (await server.command('GET', 'sent')) === '1');
    expect(loss.left).toBe(1);
    using second = await Connection.open(proxy);
    await expect(second.send('SET', 'lost', 1)).rejects.toThrow(/closed/);
    await loss.done;
    expect(await server.command('GET', 'lost')).toBeNull();
  });

  test('a cancelled loss does not happen', async () => {
    proxy.loseReplies(1).cancel();
    expect(await client.send('INCR', 'count')).toBe(1);
  });

  test('a command that arrives in many pieces is one', async () => {
    const value = 'x'.repeat(300_000);
    expect(await client.send('SET', 'key', value)).toBe('OK');
    expect(await client.send('GET', 'key')).toBe(value);
    expect(proxy.connections.map(({ commands }) => [...commands])).toEqual([['SET', 'GET']]);
  });
});

describe('delays', () => {
  test('jitter does not change the order in either direction', async () => {
    await using jittery = await faultProxy(server, { random: alternating([0.99, 0, 0.5]) });
    jittery.delay({ requests: 1, replies: 1, jitter: 20 });
    using impatientClient = await Connection.open(jittery);
    const replies: Promise<unknown>[] = [];
    for (let index = 0; index < 10; index++) {
      replies.push(impatientClient.send('RPUSH', 'list', index));
      await new Promise(setImmediate); // each in a packet of its own
    }
    expect(await Promise.all(replies)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await server.command('LRANGE', 'list', 0, -1)).toEqual(
      Array.from({ length: 10 }, (_, index) => String(index)),
    );
  });

  test('only the connections that are meant are delayed', async () => {
    await client.send('CLIENT', 'SETNAME', 'slow');
    using other = await Connection.open(proxy);
    proxy.delay({ replies: 60_000, which: ({ commands }) => commands.has('CLIENT') });
    expect(await other.send('PING')).toBe('PONG');
    const late = client.send('PING');
    proxy.cut();
    await expect(late).rejects.toThrow(/closed/);
  });
});

describe('a network that fails', () => {
  test('what a black hole held back arrives when it is healed', async () => {
    proxy.blackHole();
    const held = client.send('INCR', 'count');
    await expect(Connection.open(proxy, impatient).then((late) => late.send('PING'))).rejects.toThrow(
      /no reply/,
    );
    expect(await server.command('GET', 'count')).toBeNull();
    proxy.heal();
    expect(await held).toBe(1);
  });

  test('a black hole for replies lets the requests through', async () => {
    proxy.blackHole({ direction: 'replies' });
    const held = client.send('INCR', 'count');
    await until('it is executed', async () => (await server.command('GET', 'count')) === '1');
    proxy.heal();
    expect(await held).toBe(1);
  });

  test('a half-open connection is closed for the server alone', async () => {
    await client.send('PING');
    proxy.halfOpen();
    const unanswered = client.send('PING');
    await until('the server has only this connection', async () =>
      /^id=.*\n$/.test(String(await server.command('CLIENT', 'LIST'))),
    );
    expect(proxy.connections).toHaveLength(1);
    client.close();
    await expect(unanswered).rejects.toThrow(/closed/);
    await until('the proxy forgets it', () => proxy.connections.length === 0);
  });

  test('connections of one kind are reset, and the others live on', async () => {
    using subscriber = await Connection.open(proxy);
    await subscriber.send('SUBSCRIBE', 'channel');
    await client.send('PING');
    const message = subscriber.send('PING', 'twice').then(() => subscriber.send('PING'));
    proxy.reset(({ commands }) => commands.has('SUBSCRIBE'));
    await expect(message).rejects.toThrow(/ECONNRESET|closed/);
    expect(await client.send('PING')).toBe('PONG');
  });

  test('down refuses, up listens again on the same port', async () => {
    const unanswered = client.send('BLPOP', 'nothing', 0);
    const [outcome] = await Promise.allSettled([unanswered, proxy.down()]);
    expect(outcome.status).toBe('rejected');
    await expect(Connection.open(proxy)).rejects.toThrow(/ECONNREFUSED/);
    await proxy.up();
    using next = await Connection.open(proxy);
    expect(await next.send('PING')).toBe('PONG');
  });

  test('a server that is killed ends the connections of its clients', async () => {
    await using mortal = await startRedis();
    await using way = await faultProxy(mortal);
    using connection = await Connection.open(way);
    await connection.send('PING');
    const unanswered = connection.send('BLPOP', 'nothing', 0);
    const [outcome] = await Promise.allSettled([unanswered, mortal.kill()]);
    expect(outcome.status).toBe('rejected');
    await expect(Connection.open(way).then((refused) => refused.send('PING'))).rejects.toThrow(
      /closed|ECONNRESET/,
    );
  });
});

function alternating(values: readonly number[]): () => number {
  let calls = 0;
  return () => values[calls++ % values.length] ?? 0;
}
