/** The client port on ioredis. */
import type { Cancel, Clock } from '@cache/core';
import { Cluster, Redis, type ClusterOptions } from 'ioredis';
import { sendToCluster } from './cluster-command.ts';
import { messageOf } from './failures.ts';
import { isCluster } from './given-client.ts';
import { listen, type Whereabouts } from './listening.ts';
import { bearErrors, once, pauseOf, type RedisOptions, type Terms } from './once.ts';
import type { Argument, Client, Connector, Node, Reply } from './port.ts';
import { Selection } from './selection.ts';
import { giveUpSilence } from './silence.ts';
import { Together } from './together.ts';

/** For one server or for a Cluster. */
type IoredisClient = Redis | Cluster;

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where to connect, in the words of ioredis. */
export type Target =
  | { readonly kind: 'server'; readonly address: string; readonly options: RedisOptions }
  | {
      readonly kind: 'cluster';
      readonly address: string;
      readonly nodes: readonly Address[];
      readonly options: RedisOptions;
      /** Where the addresses that the nodes tell of each other are not those to connect to. */
      readonly natMap: ClusterOptions['natMap'] | undefined;
    };

/** What a connection that does not stand, for no error that is known, is about. */
const WITHOUT_ERROR: Readonly<Record<string, string>> = {
  connecting:
    'no connection stands yet; a server that is silent, or that does not speak TLS, looks like this',
  connect: 'the server is not ready: it is silent, or it loads its data',
};

/** What says less than the error before it: that all nodes failed, or what came of a connection that was given up. */
const SAYS_LITTLE = /^(Failed to refresh slots|All sentinels are unreachable|Stream isn't writeable)/;

type StateListener = (state: 'up' | 'down', error?: unknown) => void;

interface PortOptions {
  readonly onState: StateListener;
  readonly close: (withinMs: number) => Promise<void>;
  /** Whether nobody else uses the client. */
  readonly isOurs: boolean;
}

export function connectorTo(target: Target, terms: Terms): Connector {
  const { clock, random } = terms;
  const options = heedful(target.options, terms);
  let latest: IoredisClient | undefined;
  const open = (): IoredisClient => {
    if (target.kind === 'server') return giveUpSilence(bearErrors(new Redis(options)), terms);
    // Nodes queue while they connect: the Cluster sends to them without looking.
    const { enableOfflineQueue: _, ...redisOptions } = options;
    const cluster = new Cluster([...target.nodes], {
      redisOptions,
      retryDelayOnFailover: 0,
      maxRedirections: 16,
      slotsRefreshTimeout: terms.deadline,
      enableOfflineQueue: false,
      enableAutoPipelining: false,
      scaleReads: 'master',
      clusterRetryStrategy: (attempt) => pauseOf(attempt - 1, random),
      ...(target.natMap !== undefined && { natMap: target.natMap }),
    });
    return cluster.on('+node', (node: Redis) => giveUpSilence(bearErrors(node), terms));
  };
  return {
    address: target.address,
    connect(onState) {
      const client = (latest = open());
      const close = (withinMs: number): Promise<void> => quit(client, clock, withinMs);
      return new IoredisPort(client, { onState, close, isOurs: true });
    },
    subscribe(subscription) {
      const nodes = (): readonly Address[] => (target.kind === 'cluster' ? target.nodes : []);
      return listen(
        whereabouts(options, () => [...nodesOf(latest), ...nodes()], terms),
        subscription,
      );
    },
  };
}

/** Around a client that the caller owns. It is used as it is, and never closed; messages come over a connection that is ours. */
export function connectorAround(client: IoredisClient, terms: Terms): Connector {
  const given = isCluster(client) ? (client.options.redisOptions ?? {}) : client.options;
  const options = heedful(given as RedisOptions, terms);
  return {
    address: addressOf(client),
    connect(onState) {
      // Nobody else may ever ask it to connect; why it could not is told as its state.
      if (client.status === 'wait') client.connect().catch(() => undefined);
      const close = (): Promise<void> => {
        port.leave();
        return Promise.resolve();
      };
      const port: IoredisPort = new IoredisPort(client, { onState, close, isOurs: false });
      return port;
    },
    subscribe: (subscription) =>
      listen(
        whereabouts(options, () => nodesOf(client), terms),
        subscription,
      ),
  };
}

/**
 * Without a timeout of ioredis' own: it fires after a program blocked its event loop, before what arrived meanwhile is read. Silence is
 * watched in its place.
 */
function heedful(given: RedisOptions, terms: Terms): RedisOptions {
  const { socketTimeout: _, ...options } = { ...given, ...once(terms) };
  return options;
}

/** One node after the other, where there are several; which one first is chance, so that processes spread. */
function whereabouts(
  options: RedisOptions,
  nodes: () => readonly Address[],
  { clock, random, deadline }: Terms,
): Whereabouts {
  const first = Math.floor(random() * 1_000);
  return {
    optionsOf(attempt) {
      const all = nodes();
      const node = all[(first + attempt) % all.length];
      return node === undefined ? options : { ...options, host: node.host, port: node.port };
    },
    clock,
    deadline,
    pauseOf: (attempt) => pauseOf(attempt, random),
  };
}

/** The nodes that a Cluster knows of now. */
function nodesOf(client: IoredisClient | undefined): readonly Address[] {
  if (client === undefined || !isCluster(client)) return [];
  return client.nodes().map(({ options }) => options as Address);
}

function addressOf(client: IoredisClient): string {
  if (isCluster(client)) return 'the given Cluster';
  const { path, name, sentinels, host, port } = client.options;
  return `the given client of ${sentinels === undefined || sentinels === null ? (path ?? `${host}:${port}`) : name}`;
}

class IoredisPort implements Client {
  readonly #client: IoredisClient;
  readonly #onState: StateListener;
  readonly #close: (withinMs: number) => Promise<void>;
  readonly #together: Together;
  readonly #isOurs: boolean;
  /** A Cluster has one database. */
  readonly #selection: Selection | undefined;
  /** Why there is no connection, as far as it is known. */
  #reason: unknown;
  /** What was told last; `undefined`: nothing yet. */
  #told: 'up' | 'down' | undefined;

  constructor(client: IoredisClient, { onState, close, isOurs }: PortOptions) {
    this.#client = client;
    this.#onState = onState;
    this.#close = close;
    this.#together = new Together(client);
    this.#isOurs = isOurs;
    this.#selection = isCluster(client) ? undefined : new Selection(client, isOurs);
    this.#told = client.status === 'ready' ? 'up' : undefined;
    // Without a listener an error would be printed; what it means is told with the state.
    client
      .on('ready', this.#up)
      .on('close', this.#down)
      .on('error', this.#failed)
      .on('node error', this.#failed)
      .on('sentinelError', this.#failed);
  }

  get isReady(): boolean {
    return this.#client.status === 'ready';
  }

  get turn(): number {
    return this.#together.turn;
  }

  get isCluster(): boolean {
    return isCluster(this.#client);
  }

  /** Before the connection stands nothing is sent, and nothing is put aside for later. */
  send(command: string, args: readonly Argument[]): Promise<Reply> {
    if (this.#client.status !== 'ready' || this.#selection?.fault !== undefined)
      return Promise.reject(this.#notConnected());
    this.#together.gather();
    // Of a program's own copy of ioredis the classes are others.
    const reply =
      this.#client instanceof Cluster
        ? sendToCluster(this.#client, command, args)
        : (this.#client.callBuffer(command, ...(args as (string | Buffer | number)[])) as Promise<Reply>);
    return this.#isOurs ? reply : reply.then(checkExecuted);
  }

  masters(): readonly Node[] {
    const client = this.#client;
    if (!isCluster(client)) return [this];
    return client.nodes('master').map((node) => ({
      send: (command, args) =>
        node.callBuffer(command, ...(args as (string | Buffer | number)[])) as Promise<Reply>,
    }));
  }

  close(withinMs: number): Promise<void> {
    return this.#close(withinMs);
  }

  /** Stops listening to the client. */
  leave(): void {
    this.#selection?.leave();
    this.#client
      .off('ready', this.#up)
      .off('close', this.#down)
      .off('error', this.#failed)
      .off('node error', this.#failed)
      .off('sentinelError', this.#failed);
  }

  readonly #up = (): void => {
    if (this.#selection?.fault !== undefined) return;
    this.#told = 'up';
    this.#reason = undefined;
    this.#onState('up');
  };

  readonly #down = (): void => {
    if (this.#told === 'down') return;
    this.#told = 'down';
    this.#onState('down', this.#reason);
  };

  readonly #failed = (error: unknown): void => {
    if (this.#reason === undefined || !SAYS_LITTLE.test(messageOf(error)))
      this.#reason = this.#selection?.fault ?? error;
  };

  #notConnected(): Error {
    const reason = this.#selection?.fault ?? this.#reason;
    if (reason !== undefined) return new Error(`not connected: ${messageOf(reason)}`, { cause: reason });
    return new Error(`not connected: ${WITHOUT_ERROR[this.#client.status] ?? 'the connection is closed'}`);
  }
}

const QUEUED = Buffer.from('QUEUED');

/** Throws when the owner of a client has begun a transaction on it: then the reply is no result. No command of this package has such a one. */
function checkExecuted(reply: Reply): Reply {
  if (Buffer.isBuffer(reply) && reply.equals(QUEUED))
    throw new Error('QUEUED for the end of a transaction that the program began on the client');
  return reply;
}

async function quit(client: IoredisClient, clock: Clock, withinMs: number): Promise<void> {
  if (client.status === 'end') return;
  let cancel: Cancel | undefined;
  const late = new Promise<void>((resolve) => {
    cancel = clock.after(withinMs, resolve);
  });
  try {
    await Promise.race([client.quit().catch(() => undefined), late]);
  } finally {
    cancel?.();
    client.disconnect();
  }
}
