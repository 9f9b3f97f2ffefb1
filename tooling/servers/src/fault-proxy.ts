/** A way to a server on which things go wrong when a test wants them to. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type BlackHole, type Delay, Faults, type Loss, type Which, type WhichRequest } from './faults.ts';
import { onFreePort } from './ports.ts';
import { ProxiedConnection } from './proxied-connection.ts';

/** A port of 127.0.0.1; with port 0, the unix socket. The handle of a server is one. */
export interface Upstream {
  readonly port: number;
  readonly socketPath?: string | undefined;
}

export interface ProxyOptions {
  /** From 0 to below 1, for jitter. Default `Math.random`. */
  readonly random?: () => number;
}

/** Starts a proxy on 127.0.0.1. The caller stops it. */
export function faultProxy(
  upstream: Upstream,
  { random = Math.random }: ProxyOptions = {},
): Promise<FaultProxy> {
  return onFreePort((port) => FaultProxy.listen(port, upstream, random));
}

export class FaultProxy implements AsyncDisposable {
  readonly port: number;
  readonly #upstream: Upstream;
  readonly #faults: Faults;
  readonly #server: Server;
  readonly #connections = new Set<ProxiedConnection>();
  #opened = 0;

  private constructor(port: number, upstream: Upstream, random: () => number) {
    this.port = port;
    this.#upstream = upstream;
    this.#faults = new Faults(random);
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#open(client));
  }

  static async listen(port: number, upstream: Upstream, random: () => number): Promise<FaultProxy> {
    const proxy = new FaultProxy(port, upstream, random);
    await proxy.up();
    return proxy;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Those that are open now, oldest first. */
  get connections(): readonly ProxiedConnection[] {
    return [...this.#connections];
  }

  /** Has everything take longer from now on; `undefined` ends it. What is on its way already stays as it is. */
  delay(delay: Delay | undefined): void {
    this.#faults.delay = delay;
  }

  /**
   * Nothing arrives any more, and nobody is told, as in a network that is cut in two. As TCP would, the proxy keeps what is sent meanwhile,
   * the end of a connection included, and `heal` delivers it.
   */
  blackHole(blackHole: BlackHole = {}): void {
    this.#faults.blackHole = blackHole;
    for (const connection of this.#connections) connection.drain(); // those that an earlier one had held
  }

  heal(): void {
    this.#faults.blackHole = undefined;
    for (const connection of this.#connections) connection.drain();
  }

  /** RST to both sides. */
  reset(which?: Which): void {
    for (const connection of this.#matching(which)) connection.reset();
  }

  /** FIN to both sides. */
  cut(which?: Which): void {
    for (const connection of this.#matching(which)) connection.close();
  }

  /** Ends connections for the server alone: the client takes them for open, and is never answered. */
  halfOpen(which?: Which): void {
    for (const connection of this.#matching(which)) connection.halfOpen();
  }

  /**
   * Of the next so many requests: each is delivered and executed, its reply is swallowed, and the connection is cut. What the client sent on
   * the connection after that request is not delivered. Needs a user that may PING, no open MULTI, and no TLS.
   */
  loseReplies(count: number, which?: WhichRequest): Loss {
    return this.#faults.lose('replies', count, which);
  }

  /** Of the next so many requests: none is delivered, and each time the connection is cut. What was sent on it before is executed. Not with TLS. */
  loseRequests(count: number, which?: WhichRequest): Loss {
    return this.#faults.lose('requests', count, which);
  }

  /** Resets every connection and refuses new ones. */
  async down(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve()); // also when it is down already
    this.reset();
    await promise;
  }

  /** Listens again, on the same port. */
  async up(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once('error', reject);
    this.#server.listen(this.port, '127.0.0.1', () => {
      this.#server.off('error', reject);
      resolve();
    });
    await promise;
  }

  /** Any number of calls is one. */
  async stop(): Promise<void> {
    await this.down();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #open(client: Socket): void {
    const { port, socketPath } = this.#upstream;
    const server =
      port === 0 && socketPath !== undefined
        ? connect({ path: socketPath, allowHalfOpen: true })
        : connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const connection = new ProxiedConnection(++this.#opened, client, server, this.#faults, () =>
      this.#connections.delete(connection),
    );
    this.#connections.add(connection);
  }

  #matching(which: Which = () => true): ProxiedConnection[] {
    return this.connections.filter((connection) => which(connection));
  }
}
