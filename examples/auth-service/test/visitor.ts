/** A browser's worth of a client: one cookie, and the text that the page sends with what it changes. */
export class Visitor {
  readonly #userAgent: string;
  /** Where the next request goes: any process of the service. */
  url: string;
  cookie: string | undefined;
  /** Every `Set-Cookie` that came. */
  readonly setCookies: string[] = [];
  #csrfToken = '';

  constructor(url: string, userAgent = 'test') {
    this.url = url;
    this.#userAgent = userAgent;
  }

  async ask(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        'user-agent': this.#userAgent,
        'x-csrf-token': this.#csrfToken,
        ...(this.cookie !== undefined && { cookie: this.cookie }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      this.setCookies.push(cookie);
      this.cookie = /max-age=0/i.test(cookie) ? undefined : cookie.split(';')[0];
    }
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  /** As the page does before it changes anything. */
  async look(): Promise<{ readonly status: number; readonly body: unknown }> {
    const me = await this.ask('GET', '/me');
    if (me.status === 200) this.#csrfToken = (me.body as { csrfToken: string }).csrfToken;
    return me;
  }

  async logIn(email: string, password: string): Promise<number> {
    const { status } = await this.ask('POST', '/me/login', { email, password });
    await this.look();
    return status;
  }

  async devices(): Promise<readonly Device[]> {
    return (await this.ask('GET', '/me/devices')).body as readonly Device[];
  }
}

export interface Device {
  readonly id: string;
  readonly device: string;
  readonly address: string;
  readonly lastSeenAt: number;
  readonly current: boolean;
}
