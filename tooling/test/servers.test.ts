import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { makeCertificates } from '../servers/src/certificates.ts';
import { Connection } from '../servers/src/connection.ts';
import { startCluster } from '../servers/src/cluster.ts';
import { serves } from '../servers/src/cluster-view.ts';
import { until } from '../servers/src/poll.ts';
import { startRedis } from '../servers/src/redis.ts';
import { moveSlots, openMove } from '../servers/src/resharding.ts';
import { startSentinel } from '../servers/src/sentinel.ts';
import { slotOf } from '../servers/src/slot.ts';

/** Whether the process runs. One that has ended, and that its parent has not asked about, does not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('one server', () => {
  test.each([{ unixSocket: true }, { binary: 'valkey' }] as const)(
    'started with %j, it answers, and stop leaves neither process nor folder',
    async (options) => {
      const server = await startRedis(options);
      try {
        expect(await server.command('PING')).toBe('PONG');
        expect(isAlive(server.pid)).toBe(true);
        expect(server.port + 10_000).toBeLessThan(32_768);
      } finally {
        await Promise.all([server.stop(), server.stop()]);
      }
      expect(isAlive(server.pid)).toBe(false);
      expect(existsSync(server.dir)).toBe(false);
    },
  );

  test('a paused server answers nobody until it is resumed, and can be stopped paused', async () => {
    await using server = await startRedis({ unixSocket: true });
    using connection = await server.connect();
    server.pause();
    let answered = false;
    const pong = connection.send('PING').finally(() => (answered = true));
    await expect(server.connect({ timeout: 50 }).then((late) => late.send('PING'))).rejects.toThrow(
      /no reply/,
    );
    expect(answered).toBe(false);
    server.resume();
    expect(await pong).toBe('PONG');
    server.pause();
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
  });

  test('a killed server is gone, and restarts empty on the same port', async () => {
    await using server = await startRedis();
    await server.command('SET', 'key', 'value');
    const { pid } = server;
    await server.kill();
    expect(isAlive(pid)).toBe(false);
    expect(server.running).toBe(false);
    await expect(server.command('PING')).rejects.toThrow(/ECONNREFUSED/);
    await server.restart();
    expect(server.pid).not.toBe(pid);
    expect(await server.command('GET', 'key')).toBeNull();
  });

  test('what is no reply fails the command, and not the process', async () => {
    const stranger = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n'));
    await new Promise<void>((resolve) => {
      stranger.listen(0, '127.0.0.1', resolve);
    });
    const address = stranger.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    try {
      using connection = await Connection.open({ port });
      await expect(connection.send('PING')).rejects.toThrow(/not a reply of RESP2/);
    } finally {
      stranger.close();
    }
  });

  test('a server that cannot start says why and leaves no folder', async () => {
    const dir = `${import.meta.dirname}/nowhere-${process.pid}`;
    await expect(startRedis({ dir, args: ['--no-such-directive', '1'] })).rejects.toThrow(
      /no-such-directive/,
    );
    expect(existsSync(dir)).toBe(false);
  });

  test('what an ACL forbids is refused', async () => {
    await using server = await startRedis({
      unixSocket: true,
      acl: ['user default off', 'user app on >secret ~app:* +@all'],
    });
    await expect(server.command('PING')).rejects.toThrow(/NOAUTH/);
    using app = await server.connect({ username: 'app', password: 'secret' });
    expect(await app.send('SET', 'app:key', 1)).toBe('OK');
    await expect(app.send('SET', 'other', 1)).rejects.toMatchObject({ code: 'NOPERM' });
  });

  test.runIf(process.platform === 'linux')('a server ends with a process that could not end it', async () => {
    const module = JSON.stringify(new URL('../servers/src/redis.ts', import.meta.url).href);
    const script = `const { startRedis } = await import(${module});
      const { pid, dir } = await startRedis({ unixSocket: true });
      process.stdout.write(pid + ' ' + dir, () => process.kill(process.pid, 'SIGKILL'));`;
    const starter = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    starter.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await once(starter, 'close');
    const [, pid, dir = ''] = /^(\d+) (.+)$/.exec(said) ?? [];
    rmSync(dir, { recursive: true });
    await until('the server is gone', () => !isAlive(Number(pid)));
    expect(isAlive(Number(pid))).toBe(false);
  });
});

describe('TLS', () => {
  test('the server shows the certificate of the authority that was made, and asks for one', async () => {
    using certificates = await makeCertificates();
    await using server = await startRedis({ tls: { certificates, clientCertificates: true } });
    expect(server.url).toMatch(/^rediss:/);
    expect(await server.command('PING')).toBe('PONG');

    const { ca } = certificates.client;
    const nameless = connectTls({ host: '127.0.0.1', port: server.port, servername: 'localhost', ca });
    await expect(once(nameless, 'data')).rejects.toThrow(/certificate required/);
    using others = await makeCertificates();
    const distrustful = connectTls({ ...others.client, host: '127.0.0.1', port: server.port });
    await expect(once(distrustful, 'secureConnect')).rejects.toThrow(/certificate/);
  });
});

// They take their time while they wait for timeouts of their own, so they do it together.
describe.concurrent('several servers', { timeout: 60_000 }, () => {
  test('a cluster moves slots key by key, and a replica takes over from a killed master', async () => {
    await using cluster = await startCluster();
    const slot = slotOf('{user}:1');
    const source = await cluster.master(slot);
    const keys = ['{user}:1', '{user}:2', '{user}:3'];
    for (const key of keys) await source.command('SET', key, key);

    const move = await openMove(cluster, slot);
    expect(await move.moveKeys(1)).toBe(1);
    await expect(source.command('MGET', ...keys)).rejects.toMatchObject({ code: 'TRYAGAIN' });
    await move.finish();
    await expect(source.command('GET', '{user}:1')).rejects.toThrow(
      `MOVED ${slot} 127.0.0.1:${move.to.port}`,
    );
    expect(await move.to.command('MGET', ...keys)).toEqual(keys);
    let moved = 0;
    await moveSlots(cluster, [slot], { to: source, beforeKey: () => void moved++ });
    expect(moved).toBe(keys.length);
    expect(await cluster.master(slot)).toBe(source);

    // In a circle, one move after the other: each has to know the epoch of the one before.
    for (let round = 0; round < 12; round++) {
      await moveSlots(cluster, [slot]);
      const owners = (await cluster.masters()).filter(({ view }) => serves(view, slot));
      expect(owners).toHaveLength(1);
    }
    expect(await cluster.master(slot)).toBe(source);

    await cluster.settled();
    // Replication is asynchronous: without this, the last keys might not be on the replica yet.
    using connection = await source.connect();
    await connection.send('SET', '{user}:4', 'last');
    expect(await connection.send('WAIT', 1, 5_000)).toBe(1);
    const { killed, promoted } = await cluster.failOver(slot);
    expect(killed).toBe(source);
    expect(promoted).not.toBe(killed);
    expect(await promoted.command('GET', '{user}:4')).toBe('last');
    await killed.restart();
    await cluster.settled();
    expect(await killed.command('INFO', 'replication')).toContain('role:slave');
  });

  test('sentinels put a replica in the place of a killed master', async () => {
    await using group = await startSentinel();
    expect(group.sentinels).toHaveLength(3);
    const { killed, promoted } = await group.failOver();
    expect(killed).toBe(group.data[0]);
    expect(promoted).toBe(group.data[1]);
    expect(await promoted.command('SET', 'key', 'value')).toBe('OK');
    await killed.restart();
    await group.settled();
    expect(await killed.command('GET', 'key')).toBe('value');
  });
});
