/** The handle of one running server, of whatever role. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './child.ts';
import { type Address, Connection, type ConnectionOptions } from './connection.ts';
import { undoAtExit } from './leftovers.ts';
import { until } from './poll.ts';
import { type Reply, ReplyError } from './replies.ts';

/** How to start a server. */
export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
  /** Exists, and belongs to the server from now on. */
  readonly dir: string;
  readonly address: Address;
  readonly password?: string | undefined;
}

export class RedisServer implements AsyncDisposable {
  readonly dir: string;
  /** 0 when the server listens on its unix socket alone. */
  readonly port: number;
  readonly socketPath: string | undefined;
  /** `redis://`, `rediss://`, or `unix://` when there is no port; with the password, if there is one. */
  readonly url: string;
  readonly #launch: Launch;
  readonly #log: string;
  readonly #forget: () => void;
  #child: Child;
  #paused = false;
  /** Resolves when the child of a restart is there, or will never be. */
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  private constructor(launch: Launch, log: string, child: Child) {
    const { dir, address } = launch;
    this.dir = dir;
    this.port = address.port;
    this.socketPath = address.socketPath;
    this.url = urlOf(launch);
    this.#launch = launch;
    this.#log = log;
    this.#child = child;
    this.#forget = undoAtExit(() => {
      this.#child.signal('SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    });
  }

  /** Resolves when the server answers. When it cannot start, its folder is removed and the error has the end of its log. */
  static async start(launch: Launch): Promise<RedisServer> {
    const log = join(launch.dir, 'server.log');
    let server: RedisServer | undefined;
    try {
      const child = await Child.start(launch.program, launch.args, { cwd: launch.dir, log });
      server = new RedisServer(launch, log, child);
      await server.#ready();
      return server;
    } catch (error) {
      await server?.stop();
      rmSync(launch.dir, { recursive: true, force: true });
      throw error;
    }
  }

  /** Changes with each restart. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Whether it can answer: neither killed nor paused. */
  get running(): boolean {
    return this.#child.running && !this.#paused;
  }

  /** A connection of its own, to be closed by the caller. */
  connect(options: ConnectionOptions = {}): Promise<Connection> {
    return Connection.open(this.#launch.address, { password: this.#launch.password, ...options });
  }

  /** The reply to one command, over a connection that is opened for it. */
  async command(...args: readonly (string | number)[]): Promise<Reply> {
    using connection = await this.connect();
    return await connection.send(...args);
  }

  /** All that the server said since its first start. */
  log(): string {
    return readFileSync(this.#log, 'utf8');
  }

  /** Stops its clock: connections stay open and are still accepted by the kernel, and nobody is answered. */
  pause(): void {
    this.#paused = true;
    this.#child.signal('SIGSTOP');
  }

  resume(): void {
    this.#paused = false;
    this.#child.signal('SIGCONT');
  }

  /** The end without warning, as of a machine that fails. The folder stays, for `restart`. */
  async kill(): Promise<void> {
    await this.#child.end('SIGKILL');
  }

  /** Starts it again on the same port in the same folder. A server that runs is asked to end first, and may save what it is configured to. */
  async restart(): Promise<void> {
    this.#checkNotStopped();
    if (this.#paused) this.resume();
    await this.#child.end('SIGTERM');
    this.#checkNotStopped();
    const { program, args, dir } = this.#launch;
    const starting = Child.start(program, args, { cwd: dir, log: this.#log });
    this.#starting = starting.then(
      (child) => {
        this.#child = child;
      },
      // Told by `starting` itself.
      () => undefined,
    );
    await starting;
    await this.#ready();
    this.#checkNotStopped();
  }

  /** Ends the server, paused or not, and removes its folder. Any number of calls is one. */
  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #checkNotStopped(): void {
    if (this.#stopping !== undefined) throw new TypeError('the server was stopped: start another one');
  }

  async #stop(): Promise<void> {
    await this.#starting;
    await this.#child.end('SIGKILL'); // what it could still save goes with the folder
    rmSync(this.dir, { recursive: true, force: true });
    this.#forget();
  }

  async #ready(): Promise<void> {
    const outcome = await until(
      `${this.url} answers`,
      async () => {
        if (!this.#child.running) return 'ended';
        return (await this.#answers()) && 'answers';
      },
      { every: 2 },
    );
    if (outcome === 'answers') return;
    throw new Error(`${this.#launch.program} ended at once:\n${this.log().slice(-2_000)}`);
  }

  /** On a port that two servers wanted, the one that answers need not be this one. */
  async #answers(): Promise<boolean> {
    using connection = await this.connect({ timeout: 1_000 });
    const [pong, info] = await Promise.allSettled([
      connection.send('PING'),
      connection.send('INFO', 'server'),
    ]);
    if (pong.status === 'rejected') {
      // Nobody but this server's users may ask, and their passwords are not known here.
      if (pong.reason instanceof ReplyError && ['NOAUTH', 'NOPERM'].includes(pong.reason.code)) return true;
      throw pong.reason;
    }
    if (info.status === 'rejected') return true;
    return String(info.value).includes(`process_id:${this.pid}\r\n`);
  }
}

function urlOf({ address: { port, socketPath, tls }, password }: Launch): string {
  if (port === 0) return `unix://${socketPath}`;
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
  return `${tls === undefined ? 'redis' : 'rediss'}://${secret}127.0.0.1:${port}`;
}
