/** What an operator should know of the servers. */
import { CacheError, type EngineHealth } from '@cache/core';
import { messageOf } from './failures.ts';
import type { Client, Reply } from './port.ts';

/** What the masters say about themselves, as far as the user may ask: of all together, what holds of the worst. */
export interface ServerFacts {
  /** The oldest, such as `7.0.15`, or `8.0.1`. */
  readonly version: string;
  readonly product: 'redis' | 'valkey';
  /** The one that evicts most; `undefined`: the user may not ask everywhere, and nothing worse is known. */
  readonly policy: string | undefined;
}

/** The lines of an `INFO` by their names; none for a user who may not ask. */
export type Info = ReadonlyMap<string, string>;

/** Asks what the masters are. Rejects when any does not answer. */
export async function factsOf(client: Client): Promise<ServerFacts> {
  const masters = client.masters();
  const nodes = masters.length === 0 ? [client] : masters;
  return factsIn(await Promise.all(nodes.map((node) => infoOf(node.send('INFO', ['server', 'memory'])))));
}

/** At least one. */
export function factsIn(masters: readonly Info[]): ServerFacts {
  const oldest = masters.reduce((one, other) => (ageOf(other) > ageOf(one) ? other : one));
  const policies = masters.map((info) => info.get('maxmemory_policy'));
  return {
    version: versionIn(oldest),
    product: oldest.has('valkey_version') ? 'valkey' : 'redis',
    policy: policies.reduce((one, other) => (liberty(other) > liberty(one) ? other : one)),
  };
}

function versionIn(info: Info): string {
  return info.get('valkey_version') ?? info.get('redis_version') ?? 'unknown';
}

/** One that is unknown is not older than any. */
function ageOf(info: Info): number {
  const [major = NaN, minor = 0, patch = 0] = versionIn(info).split('.').map(Number);
  return Number.isNaN(major) ? -Infinity : -(major * 1e6 + minor * 1e3 + patch);
}

/** What a server may evict: nothing, what expires, nobody knows, or anything. */
function liberty(policy: string | undefined): number {
  if (policy === undefined) return 2;
  return policy === 'noeviction' ? 0 : policy.startsWith('allkeys-') ? 3 : 1;
}

/** Rejects when any master does not answer. */
export async function healthOf(client: Client): Promise<EngineHealth> {
  const masters = client.masters();
  const [first] = masters;
  if (first === undefined) throw new CacheError('UNAVAILABLE', 'redis: no master is known');
  const [infos, rest] = await Promise.all([
    Promise.all(masters.map((node) => infoOf(node.send('INFO', ['server', 'memory'])))),
    infoOf(first.send('INFO', ['replication', 'clients'])),
    Promise.all(masters.map((node) => node.send('PING', []))),
  ]);
  const { product, version, policy } = factsIn(infos);
  const role = rest.get('role');
  const clients = rest.get('connected_clients');
  return {
    details: {
      product,
      version,
      masters: masters.length,
      cluster: client.isCluster,
      ...(role !== undefined && { role }),
      ...(policy !== undefined && { policy }),
      ...(clients !== undefined && { clients: Number(clients) }),
      ...memoryIn(infos),
    },
  };
}

/** Of the master with the least room, in bytes. One without a ceiling has the most. */
function memoryIn(masters: readonly Info[]): EngineHealth['details'] {
  const [fullest] = masters
    .map((info) => ({
      used: Number(info.get('used_memory')),
      max: Number(info.get('maxmemory')),
      refuses: info.get('maxmemory_policy') === 'noeviction',
    }))
    .filter(({ used, max }) => used > 0 && max >= 0)
    .toSorted((one, other) => partUsed(other) - partUsed(one));
  if (fullest === undefined) return {};
  const { used, max, refuses } = fullest;
  if (max === 0) return { usedMemory: used };
  return { usedMemory: used, maxMemory: max, refusesWrites: refuses && used >= max };
}

function partUsed({ used, max }: { readonly used: number; readonly max: number }): number {
  return max === 0 ? 0 : used / max;
}

async function infoOf(asked: Promise<Reply>): Promise<Info> {
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
