/** A cluster on this machine: its set-up, who serves what, and what happens when a master fails. */
import { allStarted } from './all-started.ts';
import { type NodeView, readView, serves } from './cluster-view.ts';
import type { Failover } from './failover.ts';
import { until } from './poll.ts';
import { commandLine, type RedisOptions, startRedis } from './redis.ts';
import type { RedisServer } from './server.ts';
import { SLOTS } from './slot.ts';

export interface ClusterOptions extends Pick<RedisOptions, 'binary' | 'password' | 'args'> {
  /** Default 3, which is the least for which the others can agree that one failed. */
  readonly masters?: number;
  /** Of each master. Default 1. */
  readonly replicas?: number;
  /** Milliseconds of silence after which a node counts as failed. Default 1000. */
  readonly nodeTimeout?: number;
}

/** Starts a cluster in which all slots are served, every node knows that, and every replica has what its master has. */
export async function startCluster(options: ClusterOptions = {}): Promise<RedisCluster> {
  const { masters = 3, replicas = 1, nodeTimeout = 1_000, binary = 'redis', password, args = [] } = options;
  const nodes = await allStarted(masters * (1 + replicas), () =>
    startRedis({
      binary,
      ...(password === undefined ? {} : { password }),
      args: [
        ...commandLine({
          'cluster-enabled': 'yes',
          'cluster-node-timeout': String(nodeTimeout),
          'cluster-replica-validity-factor': '0', // however long its link was down, a replica may stand for election
          'repl-diskless-sync-delay': '0',
        }),
        ...args,
      ],
    }),
  );
  const cluster = new RedisCluster(nodes.servers, password);
  try {
    nodes.check();
    await join(cluster.nodes, masters);
    await cluster.settled();
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

export class RedisCluster implements AsyncDisposable {
  /** At first the masters, by their slots, then the replicas. */
  readonly nodes: readonly RedisServer[];
  readonly password: string | undefined;

  constructor(nodes: readonly RedisServer[], password: string | undefined) {
    this.nodes = nodes;
    this.password = password;
  }

  /** What a client is given to start from. */
  get addresses(): readonly { readonly host: string; readonly port: number }[] {
    return this.nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
  }

  /** The nodes that can answer. */
  get running(): readonly RedisServer[] {
    return this.nodes.filter((node) => node.running);
  }

  /** The master of a slot, by its own claim; of two claims the later one. Rejects when no running node claims the slot. */
  async master(slot: number): Promise<RedisServer> {
    const [latest] = (await this.masters())
      .filter(({ view }) => serves(view, slot))
      .toSorted((a, b) => b.view.epoch - a.view.epoch);
    if (latest === undefined) throw new Error(`no running node claims slot ${slot}`);
    return latest.node;
  }

  /** The running nodes that say to be masters, each with its view of itself. */
  async masters(): Promise<readonly { readonly node: RedisServer; readonly view: NodeView }[]> {
    const views = await Promise.all(
      this.running.map(async (node) => ({
        node,
        view: readView(await node.command('CLUSTER', 'NODES')).find(({ self }) => self),
      })),
    );
    return views.flatMap(({ node, view }) => (view?.role === 'master' ? [{ node, view }] : []));
  }

  /** Kills the master of a slot and waits until a replica serves in its place and every running node knows. */
  async failOver(slot = 0): Promise<Failover> {
    const killed = await this.master(slot);
    await killed.kill();
    await this.settled();
    return { killed, promoted: await this.master(slot) };
  }

  /** Resolves when every running node sees all slots served by running masters, and every running replica follows one. */
  async settled(): Promise<void> {
    await Promise.all(
      this.running.map((node) =>
        until(`${node.url} sees the whole cluster at work`, () => this.#isSettled(node), { every: 20 }),
      ),
    );
  }

  /** Ends every node, and removes all folders. Any number of calls is one. */
  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #isSettled(node: RedisServer): Promise<boolean> {
    using connection = await node.connect();
    const [info, nodes, replication] = await Promise.all([
      connection.send('CLUSTER', 'INFO'),
      connection.send('CLUSTER', 'NODES'),
      connection.send('INFO', 'replication'),
    ]);
    const ports = new Set(this.running.map(({ port }) => port));
    const alive = readView(nodes).filter(({ port, doubtful }) => ports.has(port) && !doubtful);
    const owned = alive
      .filter(({ role }) => role === 'master')
      .flatMap(({ slots }) => slots)
      .reduce((sum, [first, last]) => sum + last - first + 1, 0);
    return (
      String(info).includes('cluster_state:ok') &&
      alive.length === ports.size &&
      alive.every(({ connected }) => connected) &&
      owned === SLOTS &&
      !String(replication).includes('master_link_status:down')
    );
  }
}

/** Shares the slots out, makes the nodes known to each other, and gives every master its replicas. */
async function join(nodes: readonly RedisServer[], masters: number): Promise<void> {
  const ids = await Promise.all(nodes.map((node) => node.command('CLUSTER', 'MYID')));
  await Promise.all(
    nodes.map(async (node, index) => {
      await node.command('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
      if (index >= masters) return;
      const [first, next] = [index, index + 1].map((part) => Math.floor((part * SLOTS) / masters));
      await node.command('CLUSTER', 'ADDSLOTSRANGE', first ?? 0, (next ?? SLOTS) - 1);
    }),
  );
  const [first, ...others] = nodes;
  for (const { port } of others) await first?.command('CLUSTER', 'MEET', '127.0.0.1', port);
  await Promise.all(
    nodes.slice(masters).map((replica, index) =>
      // Refused until the replica has heard of its master.
      until(
        `${replica.url} follows its master`,
        () => replica.command('CLUSTER', 'REPLICATE', String(ids[index % masters])).then(() => true),
        { every: 20 },
      ),
    ),
  );
}
