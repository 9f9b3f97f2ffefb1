/** What an operator should know of the server. */
import { CacheError, type EngineHealth } from '@cache/core';
import { messageOf } from './failures.ts';
import type { Client, Reply } from './port.ts';

/** What a server says about itself, as far as the user may ask. */
export interface ServerFacts {
  /** Such as `7.0.15`, or `8.0.1`. */
  readonly version: string;
  readonly product: 'redis' | 'valkey';
  /** `undefined`: the user may not ask. */
  readonly policy: string | undefined;
}

/**
 * Asks what the masters are. Where they differ, the policy is the one that takes the most liberties. Rejects when any does not answer.
 */
export async function factsOf(client: Client): Promise<ServerFacts> {
  const masters = client.masters();
  const nodes = masters.length === 0 ? [client] : masters;
  const all = await Promise.all(nodes.map((node) => infoOf(node.send('INFO', ['server', 'memory']))));
  const info = all.reduce((worst, other) => (liberty(other) > liberty(worst) ? other : worst));
  const valkey = info.get('valkey_version');
  return {
    version: valkey ?? info.get('redis_version') ?? 'unknown',
    product: valkey === undefined ? 'redis' : 'valkey',
    policy: info.get('maxmemory_policy'),
  };
}

/** What a server may evict: nothing, what expires, or anything. */
function liberty(info: ReadonlyMap<string, string>): number {
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  return policy === 'noeviction' ? 0 : policy.startsWith('allkeys-') ? 2 : 1;
}

/** Rejects when any master does not answer. */
export async function healthOf(client: Client): Promise<EngineHealth> {
  const masters = client.masters();
  if (masters.length === 0) throw new CacheError('UNAVAILABLE', 'redis: no master is known');
  await Promise.all(masters.map((node) => node.send('PING', [])));
  const [facts, info] = await Promise.all([
    factsOf(client),
    infoOf((masters[0] ?? client).send('INFO', ['replication', 'clients'])),
  ]);
  const role = info.get('role');
  const clients = info.get('connected_clients');
  return {
    details: {
      product: facts.product,
      version: facts.version,
      masters: masters.length,
      cluster: client.isCluster,
      ...(role !== undefined && { role }),
      ...(facts.policy !== undefined && { policy: facts.policy }),
      ...(clients !== undefined && { clients: Number(clients) }),
    },
  };
}

/** The lines of an `INFO`; none for a user who may not ask. */
async function infoOf(asked: Promise<Reply>): Promise<ReadonlyMap<string, string>> {
  try {
    const text = ((await asked) as Buffer).toString();
    return new Map(
      text.split('\r\n').flatMap((line) => {
        const split = line.indexOf(':');
        return split < 0 ? [] : [[line.slice(0, split), line.slice(split + 1)] as const];
      }),
    );
  } catch (error) {
    if (messageOf(error).startsWith('NOPERM')) return new Map();
    throw error;
  }
}
