/** A client that keeps cookies, as a browser does for one site. */
export class Jar {
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Sends what it keeps, keeps what it is sent, and follows no redirection. */
  async ask(path: string, { headers, ...init }: RequestInit = {}): Promise<Response> {
    const response = await fetch(new URL(path, this.#origin), {
      redirect: 'manual',
      ...init,
      headers: {
        origin: this.#origin,
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(headers as Record<string, string> | undefined),
      },
    });
    for (const header of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (header.split(';')[0] ?? '').split(/=(.*)/s);
      if (value === '' || /;\s*max-age=0/i.test(header)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }

  /** The cookie whose name ends so. */
  cookie(ending: string): string | undefined {
    return [...this.#cookies].find(([name]) => name.endsWith(ending))?.[1];
  }

  /** A second one with the same cookies. */
  copy(): Jar {
    const copy = new Jar(this.#origin);
    for (const [name, value] of this.#cookies) copy.#cookies.set(name, value);
    return copy;
  }
}
