/** Where rounds play: a server, and for each process a provider with connections of its own, through a proxy of its own. */
import { faultProxy, type FaultProxy } from '@cache/test-servers/fault-proxy';
import { startCluster, type RedisCluster } from '@cache/test-servers/cluster';
import { serves } from '@cache/test-servers/cluster-view';
import { startRedis, type RedisOptions } from '@cache/test-servers/redis';
import type { RedisServer } from '@cache/test-servers/server';
import { slotOf } from '@cache/test-servers/slot';
import type { EngineProvider } from '@cache/core';
import { redis } from '../../src/index.ts';

const PROCESSES = 3;
/** Keys of others, so many that a walk over a server takes several steps. */
const BYSTANDERS = 6_000;

export interface Stage extends AsyncDisposable {
  readonly processes: readonly EngineProvider[];
  /** Of each process; on a Cluster, one for each master. */
  readonly proxies: readonly FaultProxy[];
}

export interface ServerStage extends Stage {
  readonly server: RedisServer;
}

export interface ClusterStage extends Stage {
  readonly cluster: RedisCluster;
}

export async function serverStage(options: RedisOptions = {}): Promise<ServerStage> {
  await using made = new AsyncDisposableStack();
  const server = made.use(await startRedis(options));
  await addBystanders(server, () => true);
  const proxies: FaultProxy[] = [];
  for (let process = 0; process < PROCESSES; process += 1) proxies.push(made.use(await faultProxy(server)));
  const processes = proxies.map(({ url }) => redis({ url }));
  const all = made.move();
  return { server, proxies, processes, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

export async function clusterStage(partitions: number): Promise<ClusterStage> {
  await using made = new AsyncDisposableStack();
  const cluster = made.use(await startCluster({ masters: 3, replicas: 0 }));
  for (const { node, view } of await cluster.masters()) {
    await addBystanders(node, (key) => serves(view, slotOf(key)));
  }
  const proxies: FaultProxy[] = [];
  const processes: EngineProvider[] = [];
  for (let process = 0; process < PROCESSES; process += 1) {
    const natMap: Record<string, { host: string; port: number }> = {};
    for (const node of cluster.nodes) {
      const proxy = made.use(await faultProxy(node));
      proxies.push(proxy);
      natMap[`127.0.0.1:${node.port}`] = { host: '127.0.0.1', port: proxy.port };
    }
    processes.push(redis({ cluster: { nodes: Object.values(natMap), natMap }, partitions }));
  }
  const all = made.move();
  return { cluster, proxies, processes, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

async function addBystanders(server: RedisServer, isHere: (key: string) => boolean): Promise<void> {
  using connection = await server.connect();
  const keys: string[] = [];
  for (let number = 0; keys.length < BYSTANDERS; number += 1) {
    const key = `bystander-${number}`;
    if (isHere(key)) keys.push(key);
  }
  await Promise.all(keys.map((key) => connection.send('SET', key, '')));
}
