/** From the options, or a URL, to where the server is and how to be let in. */
import type { ConnectionOptions } from 'node:tls';
import type { ClusterOptions } from 'ioredis';
import { database, portOf, refuse, text } from './checks.ts';
import type { Target } from './ioredis.ts';
import type { RedisOptions as IoredisOptions } from './once.ts';

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** Where the server is, and how to be let in. */
export interface Place {
  /**
   * `redis://user:password@host:port/database`, `rediss://` for TLS, `unix:///path?database=1` for a socket. Default
   * `redis://127.0.0.1:6379`.
   */
  readonly url?: string;
  readonly host?: string;
  readonly port?: number;
  /** A unix socket. */
  readonly path?: string;
  /** The Sentinels, and the name they know the master by. */
  readonly sentinels?: {
    readonly nodes: readonly RedisNode[];
    readonly name: string;
    readonly username?: string;
    readonly password?: string;
  };
  /** Some nodes of the Cluster, and where those are whose own addresses cannot be reached. */
  readonly cluster?: {
    readonly nodes: readonly RedisNode[];
    readonly natMap?: Readonly<Record<string, RedisNode>>;
  };
  readonly username?: string;
  readonly password?: string;
  /** The number of the database; a Cluster has only 0. Default 0. */
  readonly database?: number;
  /** TLS: true for the machine's authorities, or the options of `node:tls`. Default false. */
  readonly tls?: boolean | ConnectionOptions;
}

/** Throws a `TypeError` for what makes no sense. */
export function targetOf(options: Place): Target {
  const access: IoredisOptions = {
    ...(options.username !== undefined && { username: text('username', options.username) }),
    ...(options.password !== undefined && { password: text('password', options.password) }),
    ...(options.database !== undefined && { db: database(options.database) }),
    ...tlsOf(options.tls),
  };
  const { cluster, sentinels } = options;
  if (cluster !== undefined) {
    if (access.db !== undefined && access.db !== 0)
      refuse(`database ${access.db} is not in a Cluster, which has only 0`, 'leave database out');
    const nodes = nodesOf('cluster.nodes', cluster.nodes);
    const natMap = cluster.natMap as ClusterOptions['natMap'];
    return { kind: 'cluster', address: nodes.map(addressOf).join(','), nodes, options: access, natMap };
  }
  if (sentinels !== undefined) {
    const nodes = nodesOf('sentinels.nodes', sentinels.nodes);
    const name = text(
      'sentinels.name',
      sentinels.name,
      'give the name by which the Sentinels know the master',
    );
    return {
      kind: 'server',
      address: `${name} by ${nodes.map(addressOf).join(',')}`,
      options: {
        ...access,
        sentinels: nodes.map(({ host, port }) => ({ host, port })),
        name,
        ...(access.tls !== undefined && { enableTLSForSentinelMode: true, sentinelTLS: access.tls }),
        ...(sentinels.username !== undefined && {
          sentinelUsername: text('sentinels.username', sentinels.username),
        }),
        ...(sentinels.password !== undefined && {
          sentinelPassword: text('sentinels.password', sentinels.password),
        }),
      },
    };
  }
  if (options.path !== undefined) {
    const path = text('path', options.path);
    return { kind: 'server', address: path, options: { ...access, path } };
  }
  if (options.url !== undefined) return fromUrl(options.url, access);
  const host = text('host', options.host ?? '127.0.0.1');
  const port = portOf('port', options.port ?? 6379);
  return { kind: 'server', address: `${host}:${port}`, options: { ...access, host, port } };
}

/** What the URL says; options beside it count before it. */
function fromUrl(given: string, access: IoredisOptions): Target {
  let url: URL;
  try {
    url = new URL(given);
  } catch {
    // Without the text: it may hold a password.
    return refuse(
      'url is no URL',
      'give redis://user:password@host:port/database, rediss://..., or unix:///path, with user and password percent-encoded',
    );
  }
  const said: IoredisOptions = {
    ...(url.username !== '' && { username: decoded('the user of the url', url.username) }),
    ...(url.password !== '' && { password: decoded('the password of the url', url.password) }),
  };
  const isSocket = url.protocol === 'unix:';
  // Without the text: what stands before the colon may be half of a secret whose scheme was forgotten.
  if (!isSocket && url.protocol !== 'redis:' && url.protocol !== 'rediss:')
    return refuse('the url is of another scheme', 'give redis://, rediss:// or unix://');
  if (url.hash !== '' || (!isSocket && `${url.pathname}${url.search}`.includes('@')))
    // Without the text: behind the character is the rest of a password, and before it, as its host, the beginning.
    refuse(
      'the url has a #, / or ? that ends the user and the password too early',
      'percent-encode both, as encodeURIComponent does: %23 for #, %2F for /, %3F for ?',
    );
  const asked = [...url.searchParams.keys()].filter((name) => !isSocket || name !== 'database');
  if (asked.length > 0)
    refuse(`the url says ${asked.join(' and ')}, which means nothing here`, 'say it in the options');
  if (isSocket) {
    if (url.hostname !== '' || url.pathname.length < 2)
      refuse('the url names no socket', 'give unix:///path, with three slashes');
    const path = decoded('the path of the url', url.pathname);
    const db = databaseIn('database', url.searchParams.get('database') ?? '');
    return { kind: 'server', address: path, options: { ...said, ...db, ...access, path } };
  }
  const host = url.hostname === '' ? '127.0.0.1' : url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? 6379 : Number(url.port);
  return {
    kind: 'server',
    address: `${host}:${port}`,
    options: {
      ...said,
      ...databaseIn('the path', url.pathname.slice(1)),
      ...(url.protocol === 'rediss:' && { tls: {} }),
      ...access,
      host,
      port,
    },
  };
}

function databaseIn(part: string, digits: string): IoredisOptions {
  if (digits === '') return {};
  if (!/^\d+$/.test(digits)) refuse(`${part} of the url is no number`, 'give the number of the database');
  return { db: database(Number(digits)) };
}

function decoded(part: string, encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return refuse(`${part} has a % that encodes nothing`, 'write %25 for it, as encodeURIComponent does');
  }
}

const A_NODE = "{ host: '10.0.0.1', port: 6379 }";

function nodesOf(option: string, nodes: readonly RedisNode[]): readonly RedisNode[] {
  if (!Array.isArray(nodes) || nodes.length === 0)
    return refuse(`${option} must be a list of at least one node`, `such as [${A_NODE}]`);
  return nodes.map((node: RedisNode) => {
    if (typeof node !== 'object' || node === null)
      return refuse(`${option} has a node of type ${typeof node}`, `write it as ${A_NODE}`);
    return {
      host: text(`${option}.host`, node.host, 'give its name or address'),
      port: portOf(`${option}.port`, node.port),
    };
  });
}

function tlsOf(given: Place['tls']): IoredisOptions {
  if (given === undefined || given === false) return {};
  if (given === true) return { tls: {} };
  if (typeof given === 'object' && given !== null) return { tls: given };
  return refuse(
    `tls must be true, false or options of node:tls, not a value of type ${typeof given}`,
    "give true for the machine's authorities",
  );
}

function addressOf({ host, port }: RedisNode): string {
  return `${host}:${port}`;
}
