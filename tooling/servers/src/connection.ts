/** One plain connection to a server, for set-up, observation and checks beside the client under test. */
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions as TlsOptions } from 'node:tls';
import { type Encoding, readReply, type Reply, ReplyError } from './replies.ts';

/** `port` 0: the unix socket alone. */
export interface Address {
  readonly port: number;
  readonly socketPath?: string | undefined;
  readonly tls?: TlsOptions | undefined;
}

export interface ConnectionOptions {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Default `utf8`. */
  readonly encoding?: Encoding;
  /** How long the server may be silent while it owes a reply, in milliseconds. Default 5000. */
  readonly timeout?: number;
}

/** Commands go out in the order of the calls, without waiting for each other. */
export class Connection implements Disposable {
  readonly #socket: Socket;
  readonly #encoding: Encoding;
  readonly #owed: PromiseWithResolvers<Reply>[] = [];
  #unread: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket, encoding: Encoding, timeout: number) {
    this.#socket = socket;
    this.#encoding = encoding;
    socket.setNoDelay(true);
    socket.setTimeout(timeout, () => {
      if (this.#owed.length > 0) socket.destroy(new Error(`no reply within ${timeout} ms`));
    });
    socket.on('data', (chunk: Buffer) => {
      try {
        this.#read(chunk);
      } catch (error) {
        // What is no reply is nobody's answer, and neither is what follows it.
        socket.destroy(error as Error);
      }
    });
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the connection was closed')));
  }

  /** Rejects when nobody listens, when the server is silent for too long, and when it refuses the password. */
  static async open(address: Address, options: ConnectionOptions = {}): Promise<Connection> {
    const { username, password, encoding = 'utf8', timeout = 5_000 } = options;
    const socket = await dial(address, timeout);
    const connection = new Connection(socket, encoding, timeout);
    try {
      if (password !== undefined) await connection.send('AUTH', username ?? 'default', password);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** The reply; rejects with a `ReplyError` when it is one, and with the fault when the connection is lost before it. */
  send(...args: readonly (string | number)[]): Promise<Reply> {
    const owed = Promise.withResolvers<Reply>();
    if (this.#socket.destroyed) {
      owed.reject(new Error('the connection was closed'));
      return owed.promise;
    }
    this.#owed.push(owed);
    const parts = args.map((arg) => Buffer.from(String(arg), this.#encoding));
    const head = Buffer.from(`*${parts.length}\r\n`);
    const body = parts.flatMap((part) => [Buffer.from(`$${part.length}\r\n`), part, Buffer.from('\r\n')]);
    this.#socket.write(Buffer.concat([head, ...body]));
    return owed.promise;
  }

  close(): void {
    this.#socket.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #read(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    let at = 0;
    while (at < this.#unread.length) {
      const read = readReply(this.#unread, at, this.#encoding);
      if (read === undefined) break;
      at = read.next;
      const owed = this.#owed.shift();
      if (read.reply instanceof ReplyError) owed?.reject(read.reply);
      else owed?.resolve(read.reply);
    }
    this.#unread = this.#unread.subarray(at);
  }

  #fail(error: Error): void {
    for (const owed of this.#owed.splice(0)) owed.reject(error);
  }
}

function dial({ port, socketPath, tls }: Address, timeout: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket =
    port === 0 && socketPath !== undefined
      ? connect(socketPath)
      : tls === undefined
        ? connect(port, '127.0.0.1')
        : connectTls({ servername: 'localhost', ...tls, host: '127.0.0.1', port });
  const late = setTimeout(
    () => socket.destroy(new Error(`no connection to port ${port} within ${timeout} ms`)),
    timeout,
  );
  socket.once(tls === undefined || port === 0 ? 'connect' : 'secureConnect', () => {
    clearTimeout(late);
    socket.off('error', reject);
    resolve(socket);
  });
  socket.once('error', reject);
  socket.once('close', () => clearTimeout(late));
  return promise;
}
