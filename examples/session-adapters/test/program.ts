/** One of the programs, as a user starts it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export class Program {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(url: string, child: ChildProcess, lines: AsyncIterator<string>) {
    this.url = url;
    this.#child = child;
    this.#lines = lines;
  }

  static async start(name: string): Promise<Program> {
    const path = fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url));
    const child = spawn(process.execPath, ['--conditions=@cache/source', path], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, PORT: '0' },
    });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const first = await lines.next();
    const url = /^listening on (http\S+)$/.exec(String(first.value))?.[1];
    if (url !== undefined) return new Program(url, child, lines);
    child.kill();
    throw new Error(`${name} said ${String(first.value)}`);
  }

  /** What it prints next. */
  async line(): Promise<string> {
    return String((await this.#lines.next()).value);
  }

  /** Asks it to end; gives its code. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    const [code] = (await once(this.#child, 'exit')) as [number | null];
    return code;
  }
}

/** A client that keeps cookies. */
export class Client {
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  async ask(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> {
    const isForm = body instanceof URLSearchParams;
    const response = await fetch(new URL(path, this.#origin), {
      method,
      redirect: 'manual',
      headers: {
        origin: this.#origin,
        connection: 'close',
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(body !== undefined && !isForm && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
    });
    for (const header of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (header.split(';')[0] ?? '').split(/=(.*)/s);
      this.#cookies.set(name, value);
    }
    const text = await response.text();
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
  }

  /** As somebody would who has seen its cookies. */
  copy(): Client {
    const copy = new Client(this.#origin);
    for (const [name, value] of this.#cookies) copy.#cookies.set(name, value);
    return copy;
  }
}
