/** A master, its replicas and the sentinels that watch them. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allStarted } from './all-started.ts';
import type { Failover } from './failover.ts';
import { until } from './poll.ts';
import { onFreePort } from './ports.ts';
import { type RedisOptions, serverProgram, startRedis } from './redis.ts';
import { RedisServer } from './server.ts';

export interface SentinelOptions extends Pick<RedisOptions, 'binary' | 'password' | 'args'> {
  /** Default 1. */
  readonly replicas?: number;
  /** Default 3. */
  readonly sentinels?: number;
  /** What the sentinels call the master. Default `main`. */
  readonly name?: string;
  /** Milliseconds of silence after which a sentinel holds the master for down. Default 500. */
  readonly downAfter?: number;
}

/** Starts a master with replicas that follow it, and sentinels that know them and each other. */
export async function startSentinel(options: SentinelOptions = {}): Promise<SentinelGroup> {
  const { replicas = 1, sentinels = 3, name = 'main', downAfter = 500 } = options;
  const { binary = 'redis', password, args = [] } = options;
  const data = (...more: readonly string[]): Promise<RedisServer> =>
    startRedis({
      binary,
      ...(password === undefined ? {} : { password }),
      args: ['--repl-diskless-sync-delay', '0', ...more, ...args],
    });
  const master = await data();
  const quorum = Math.floor(sentinels / 2) + 1;
  const watch = (index: number): readonly string[] => [
    `sentinel monitor ${name} 127.0.0.1 ${master.port} ${quorum}`,
    // When all find the master down in the same moment, each votes for itself and none is elected for seconds. The late ones decide.
    `sentinel down-after-milliseconds ${name} ${index < quorum ? downAfter : 3 * downAfter}`,
    `sentinel failover-timeout ${name} 2000`,
    ...(password === undefined ? [] : [`sentinel auth-pass ${name} ${password}`]),
  ];
  const [followers, watchers] = await Promise.all([
    allStarted(replicas, () => data('--replicaof', '127.0.0.1', String(master.port))),
    allStarted(sentinels, (index) => startWatcher(binary, watch(index))),
  ]);
  const group = new SentinelGroup(name, [master, ...followers.servers], watchers.servers);
  try {
    followers.check();
    watchers.check();
    await group.settled();
    return group;
  } catch (error) {
    await group.stop();
    throw error;
  }
}

export class SentinelGroup implements AsyncDisposable {
  readonly name: string;
  /** At first the master, then its replicas. */
  readonly data: readonly RedisServer[];
  readonly sentinels: readonly RedisServer[];

  constructor(name: string, data: readonly RedisServer[], sentinels: readonly RedisServer[]) {
    this.name = name;
    this.data = data;
    this.sentinels = sentinels;
  }

  /** What a client is given to start from: the sentinels. */
  get addresses(): readonly { readonly host: string; readonly port: number }[] {
    return this.sentinels.map(({ port }) => ({ host: '127.0.0.1', port }));
  }

  /** The server that every running sentinel names as the master. Rejects while they differ. */
  async master(): Promise<RedisServer> {
    const named = await Promise.all(
      this.sentinels
        .filter(({ running }) => running)
        .map((sentinel) => sentinel.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', this.name)),
    );
    const ports = new Set(named.map((address) => (Array.isArray(address) ? Number(address[1]) : 0)));
    const master = this.data.find(({ port }) => ports.has(port));
    if (master === undefined || ports.size !== 1)
      throw new Error(`the sentinels name ${[...ports].join(', ')}`);
    return master;
  }

  /** Kills the master and waits until the sentinels have put a replica in its place. */
  async failOver(): Promise<Failover> {
    const killed = await this.master();
    await killed.kill();
    const promoted = await until(
      'the sentinels name another master',
      async () => {
        const master = await this.master();
        return master !== killed && master;
      },
      { every: 20 },
    );
    await this.settled();
    return { killed, promoted };
  }

  /**
   * Resolves when every running sentinel names the same running master, which says so itself, and knows of all data servers and sentinels;
   * and when every running replica follows that master.
   */
  async settled(): Promise<void> {
    await until('the sentinels agree, and the replicas follow', () => this.#isSettled(), { every: 20 });
  }

  /** Ends every server, and removes all folders. Any number of calls is one. */
  async stop(): Promise<void> {
    await Promise.all([...this.data, ...this.sentinels].map((server) => server.stop()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #isSettled(): Promise<boolean> {
    const master = await this.master();
    const views = await Promise.all(
      this.sentinels
        .filter(({ running }) => running)
        .map((sentinel) => sentinel.command('SENTINEL', 'MASTER', this.name)),
    );
    const replications = await Promise.all(
      this.data.filter(({ running }) => running).map((server) => server.command('INFO', 'replication')),
    );
    return (
      views.every((view) => {
        const field = fieldsOf(view);
        return (
          field('flags') === 'master' &&
          field('num-slaves') === String(this.data.length - 1) &&
          field('num-other-sentinels') === String(this.sentinels.length - 1)
        );
      }) &&
      replications.every((text) => {
        const [role, port] = [/role:(\w+)/, /master_port:(\d+)/].map((part) => part.exec(String(text))?.[1]);
        if (role === 'master') return true;
        return port === String(master.port) && String(text).includes('master_link_status:up');
      }) &&
      replications.filter((text) => String(text).includes('role:master')).length === 1
    );
  }
}

async function startWatcher(binary: 'redis' | 'valkey', watch: readonly string[]): Promise<RedisServer> {
  const program = await serverProgram(binary);
  const sentinel = await onFreePort((port) => {
    const dir = mkdtempSync(join(tmpdir(), 'cache-sentinel-'));
    const configuration = join(dir, 'sentinel.conf');
    writeFileSync(configuration, ['bind 127.0.0.1', `port ${port}`, `dir ${dir}`, ...watch, ''].join('\n'));
    return RedisServer.start({ program, dir, address: { port }, args: [configuration, '--sentinel'] });
  });
  try {
    // By default they ask, and tell each other, every one, two and ten seconds. The period of their pings stays: what they know of a replica
    // is too old for an election after five of them, and while the master is down they ask the replica once in a second.
    for (const period of ['publish-period', 'info-period', 'ask-period'])
      await sentinel.command('SENTINEL', 'DEBUG', period, 100);
    return sentinel;
  } catch (error) {
    await sentinel.stop();
    throw error;
  }
}

/** The fields of a reply that lists names and values in turn. */
function fieldsOf(reply: unknown): (name: string) => string | undefined {
  const items = Array.isArray(reply) ? reply.map(String) : [];
  return (name) => {
    const at = items.findIndex((item, index) => index % 2 === 0 && item === name);
    return at < 0 ? undefined : items[at + 1];
  };
}
