/**
 * The tour's HTTP client. On one HTTP/1.1 connection requests wait for each other, so ten thousand that wait for one query would need as
 * many sockets, which `ulimit -n` forbids on many machines. HTTP/2 carries them over a few.
 */
import { once } from 'node:events';
import { connect, constants, type ClientHttp2Session } from 'node:http2';

const CONNECTIONS = 8;

export interface Reply {
  readonly status: number;
  /** The JSON of the body; `undefined` when there is none. */
  readonly body: unknown;
}

export interface RequestOptions {
  readonly body?: unknown;
  /** Of a session. */
  readonly token?: string;
  readonly signal?: AbortSignal;
}

export class Client {
  readonly #sessions: readonly ClientHttp2Session[];
  #next = 0;

  private constructor(sessions: readonly ClientHttp2Session[]) {
    this.#sessions = sessions;
  }

  static async connect(url: string): Promise<Client> {
    const sessions = Array.from({ length: CONNECTIONS }, () => connect(url));
    // Until the server has told how many streams it takes, a session sends a hundred.
    await Promise.all(sessions.map((session) => once(session, 'remoteSettings')));
    // A broken connection fails the requests on it, and those tell of it.
    for (const session of sessions) session.on('error', () => undefined);
    return new Client(sessions);
  }

  /** A client that sends to all of them in turn, over their connections. */
  static inTurn(clients: readonly Client[]): Client {
    const turns = Array.from({ length: CONNECTIONS }, (_, n) => clients.map((client) => client.#sessions[n]));
    return new Client(turns.flat() as ClientHttp2Session[]);
  }

  get(path: string, options?: RequestOptions): Promise<Reply> {
    return this.#request('GET', path, options);
  }

  post(path: string, body?: unknown): Promise<Reply> {
    return this.#request('POST', path, { body });
  }

  patch(path: string, body: unknown): Promise<Reply> {
    return this.#request('PATCH', path, { body });
  }

  delete(path: string, options?: RequestOptions): Promise<Reply> {
    return this.#request('DELETE', path, options);
  }

  close(): void {
    for (const session of this.#sessions) session.close();
  }

  /** Rejects when the connection breaks and when `signal` fires, which cancels the one request. */
  #request(method: string, path: string, { body, token, signal }: RequestOptions = {}): Promise<Reply> {
    const session = this.#sessions[this.#next++ % this.#sessions.length] as ClientHttp2Session;
    const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = {
      ':method': method,
      ':path': path,
      ...(content && { 'content-length': content.length }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    const reply = new Promise<Reply>((resolve, reject) => {
      const stream = session.request(headers, { endStream: content === undefined });
      let status = 0;
      let text = '';
      stream.setEncoding('utf8');
      stream.on('response', ({ ':status': told }) => (status = told ?? 0));
      stream.on('data', (part: string) => (text += part));
      stream.on('end', () => resolve({ status, body: text === '' ? undefined : JSON.parse(text) }));
      stream.on('error', reject);
      stream.on('close', () =>
        reject(new Error(`the connection ended before ${method} ${path} was answered`)),
      );
      signal?.addEventListener('abort', () => {
        reject(signal.reason as Error);
        stream.close(constants.NGHTTP2_CANCEL);
      });
      if (content !== undefined) stream.end(content);
    });
    // A step that ends early leaves requests behind that nobody awaits.
    reply.catch(() => undefined);
    return reply;
  }
}
