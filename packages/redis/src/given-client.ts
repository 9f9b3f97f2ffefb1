/** Which clients of ioredis can be used as they are: those that send a command once, to a master, and tell its reply as it is. */
import type { Cluster, Redis } from 'ioredis';
import { refuse } from './checks.ts';

/**
 * A client of ioredis, of version 5 or later, for one server or for a Cluster, as far as it is used. A program may have a copy of ioredis of its
 * own, whose classes are others.
 */
export interface IoredisClient {
  readonly isCluster: boolean;
  readonly status: string;
  readonly options: object;
  connect(): Promise<unknown>;
  callBuffer(command: string, ...args: (string | Buffer | number)[]): Promise<unknown>;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
}

type Expected = readonly [found: unknown, wanted: unknown];

/** By what it says of itself. */
export function isCluster(client: Redis | Cluster): client is Cluster {
  return client.isCluster;
}

/** The client, in the words of the ioredis of this package. Throws a `TypeError` that names the options to change. */
export function checkClient(given: IoredisClient): Redis | Cluster {
  if (typeof given !== 'object' || given === null || typeof given.callBuffer !== 'function')
    refuse('client is no client of ioredis', 'give a Redis or a Cluster of it, or leave it out');
  const client = given as unknown as Redis | Cluster;
  const options = (isCluster(client) ? (client.options.redisOptions ?? {}) : client.options) as Readonly<
    Record<string, unknown>
  >;
  const prefix = client.options.keyPrefix ?? options['keyPrefix'];
  if (prefix !== undefined && prefix !== '')
    refuse(
      'the client has a keyPrefix, which scripts do not see',
      'give the prefix as an option here, and the client none',
    );
  compare(
    'with its options the client would send a write again whose reply was lost',
    isCluster(client)
      ? {
          retryDelayOnFailover: [client.options.retryDelayOnFailover, 0],
          enableAutoPipelining: [client.options.enableAutoPipelining ?? false, false],
          // Nodes that connect again send again what was under way.
          clusterNodeRetryStrategy: [client.options.clusterNodeRetryStrategy ?? null, null],
        }
      : {
          maxRetriesPerRequest: [client.options.maxRetriesPerRequest, 0],
          enableOfflineQueue: [client.options.enableOfflineQueue, false],
        },
  );
  if (!isCluster(client))
    compare('a client that pipelines of itself sends other commands than it is given', {
      enableAutoPipelining: [client.options.enableAutoPipelining ?? false, false],
    });
  if (isCluster(client))
    compare('the client would read from replicas, which lag behind', {
      scaleReads: [client.options.scaleReads, 'master'],
    });
  compare('the client changes what replies look like', {
    stringNumbers: [options['stringNumbers'] ?? false, false],
    replyMapping: [options['replyMapping'] ?? 'legacy', 'legacy'],
  });
  return client;
}

/** Refuses options that are not as they must be. */
function compare(fault: string, options: Readonly<Record<string, Expected>>): void {
  const wrong = Object.entries(options)
    .filter(([, [found, wanted]]) => found !== wanted)
    .map(([name, [, wanted]]) => `${name}: ${typeof wanted === 'string' ? `'${wanted}'` : String(wanted)}`);
  if (wrong.length > 0) refuse(fault, `make it with ${wrong.join(', ')}`);
}
