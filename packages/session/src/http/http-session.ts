/** The session of one request: what a handler asks, and the cookie that comes of it. */
import type { AuthMethod } from '../assurance.ts';
import type { DataUpdater } from '../changing.ts';
import type { Login } from '../authenticating.ts';
import type { NewSession } from '../creating.ts';
import type { SessionManager } from '../manager.ts';
import { isSessionError } from '../session-error.ts';
import type { Session } from '../session.ts';
import type { SessionToken } from '../token.ts';
import type { Requirement } from '../validating.ts';
import type { Adoption } from './adoption.ts';
import type { SessionCookie } from './cookie.ts';

/** One request and its answer, whatever the framework. */
export interface Exchange {
  /** The header `Cookie`. */
  readonly cookies: string | null | undefined;
  readonly ip: string | undefined;
  readonly userAgent: string | undefined;
  /** Whether the head of the answer has gone out, so that no cookie can be set any more. */
  isAnswered(): boolean;
  /** Puts the value of `Set-Cookie` in the place of the last one of this request, and `Cache-Control: no-store` beside it. */
  setCookie(value: string): void;
}

/**
 * The session of one request. Nothing is asked before a handler asks, and a visitor who is not greeted gets neither session nor cookie. A cookie
 * is set when there is a new token, and taken away by `logout`; a token that is good no more, or a store that fails, leaves it alone:
 * another request may have replaced it meanwhile.
 */
export interface HttpSession<D extends object> {
  /** The session, if there is one; asked for once in a request. Its token is rotated when that is due. */
  get(): Promise<Session<D> | null>;
  /** Like `require` of the manager. */
  require(need?: Requirement): Promise<Session<D>>;
  /** The session; if there is none, a new one of nobody. */
  start(input?: Omit<NewSession<D>, 'subject' | 'amr' | 'aal'>): Promise<Session<D>>;
  /** Makes a session of a subject that was just authenticated, in the place of this one. */
  login(input: Login<D>): Promise<Session<D>>;
  stepUp(...methods: readonly AuthMethod[]): Promise<Session<D> | null>;
  update(updater: DataUpdater<D>): Promise<Session<D> | null>;
  patch(part: Partial<D>): Promise<Session<D> | null>;
  flash<K extends keyof D>(name: K): Promise<D[K] | undefined>;
  /** Ends the session and takes the cookie away. */
  logout(): Promise<boolean>;
  /** Ends the subject's other sessions; gives how many. Rejects with `UNAUTHENTICATED` when there is no session of a subject. */
  logoutOthers(): Promise<number>;
  /** Ends all of the subject's sessions, this one included, and takes the cookie away; gives how many. Rejects as `logoutOthers` does. */
  logoutEverywhere(): Promise<number>;
}

export function httpSession<D extends object>(
  sessions: SessionManager<D>,
  cookie: SessionCookie,
  exchange: Exchange,
  adopt: Adoption<D> | undefined,
): HttpSession<D> {
  return new RequestSession(sessions, cookie, exchange, adopt);
}

class RequestSession<D extends object> implements HttpSession<D> {
  readonly #sessions: SessionManager<D>;
  readonly #cookie: SessionCookie;
  readonly #exchange: Exchange;
  /** Until it was asked; `undefined` where there is a cookie of ours. */
  #adopt: Adoption<D> | undefined;
  #token: string | undefined;
  #found: Promise<Session<D> | null> | undefined;

  constructor(
    sessions: SessionManager<D>,
    cookie: SessionCookie,
    exchange: Exchange,
    adopt: Adoption<D> | undefined,
  ) {
    this.#sessions = sessions;
    this.#cookie = cookie;
    this.#exchange = exchange;
    this.#token = cookie.read(exchange.cookies);
    this.#adopt = this.#token === undefined ? adopt : undefined;
  }

  get(): Promise<Session<D> | null> {
    if (this.#token === undefined && this.#adopt === undefined) return Promise.resolve(null);
    this.#found ??= this.#find();
    return this.#found;
  }

  async require(need: Requirement = {}): Promise<Session<D>> {
    const session = await this.get();
    return this.#sessions.demand(session, need);
  }

  async start(input: Omit<NewSession<D>, 'subject' | 'amr' | 'aal'> = {}): Promise<Session<D>> {
    const session = await this.get();
    if (session !== null) return session;
    this.#checkTime('start');
    const { data, profile, notAfter, device = this.#device } = input;
    const { token, session: made } = await this.#sessions.create({ data, profile, notAfter, device });
    return this.#took(token, made);
  }

  async login(input: Login<D>): Promise<Session<D>> {
    this.#checkTime('login');
    const issued = await this.#sessions.login(await this.#own(), { device: this.#device, ...input });
    return this.#took(issued.token, issued.session);
  }

  async stepUp(...methods: readonly AuthMethod[]): Promise<Session<D> | null> {
    this.#checkTime('stepUp');
    const issued = await this.#sessions.stepUp(await this.#own(), ...methods);
    return issued === null ? this.#knows(null) : this.#took(issued.token, issued.session);
  }

  async update(updater: DataUpdater<D>): Promise<Session<D> | null> {
    return this.#knows(await this.#sessions.update(await this.#own(), updater));
  }

  async patch(part: Partial<D>): Promise<Session<D> | null> {
    return this.#knows(await this.#sessions.patch(await this.#own(), part));
  }

  async flash<K extends keyof D>(name: K): Promise<D[K] | undefined> {
    const taken = await this.#sessions.flash(await this.#own(), name);
    // What was found before still shows it.
    this.#found = undefined;
    return taken;
  }

  async logout(): Promise<boolean> {
    this.#checkTime('logout');
    const isEnded = await this.#sessions.revoke(await this.#own());
    this.#leave();
    return isEnded;
  }

  async logoutOthers(): Promise<number> {
    const { subject } = await this.require();
    return this.#sessions.revokeAll(subject as string, { except: this.#token });
  }

  async logoutEverywhere(): Promise<number> {
    this.#checkTime('logoutEverywhere');
    const { subject } = await this.require();
    const ended = await this.#sessions.revokeAll(subject as string);
    this.#leave();
    return ended;
  }

  get #device(): { readonly ip: string | undefined; readonly userAgent: string | undefined } {
    const { ip, userAgent } = this.#exchange;
    return { ip, userAgent };
  }

  /** The token, after a session that was there before has been taken over. */
  async #own(): Promise<string | undefined> {
    if (this.#adopt !== undefined) await this.get();
    return this.#token;
  }

  async #find(): Promise<Session<D> | null> {
    if (this.#adopt !== undefined) return this.#taken(this.#adopt);
    const session = await this.#sessions.get(this.#token, this.#device);
    if (session === null || this.#exchange.isAnswered() || !this.#sessions.isRenewalDue(session))
      return session;
    const rotated = await this.#sessions.rotate(this.#token);
    // Another request was quicker: its answer has the cookie.
    if (rotated?.token === null || rotated === null) return rotated?.session ?? null;
    return this.#took(rotated.token, rotated.session);
  }

  async #taken(adopt: Adoption<D>): Promise<Session<D> | null> {
    const adopted = await adopt(this.#exchange.cookies, this.#device);
    this.#adopt = undefined;
    if (adopted === null) return null;
    // One that comes too late for this answer comes again: until then the old cookie gives the same one.
    if (!this.#exchange.isAnswered()) this.#send(adopted.token, adopted.session);
    this.#token = adopted.token;
    return adopted.session;
  }

  /** A token that cannot be sent is a session nobody has: better not made. */
  #checkTime(what: string): void {
    if (this.#exchange.isAnswered())
      throw new TypeError(
        `${what} after the answer has begun: no cookie can be set any more; call it before`,
      );
  }

  #took(token: SessionToken, session: Session<D>): Session<D> {
    this.#token = token.reveal();
    this.#found = Promise.resolve(session);
    this.#send(this.#token, session);
    return session;
  }

  #leave(): void {
    this.#token = undefined;
    this.#exchange.setCookie(this.#cookie.clear());
  }

  #send(token: string, session: Session<D>): void {
    this.#exchange.setCookie(this.#cookie.write(token, this.#sessions.cookieAge(session)));
  }

  #knows(session: Session<D> | null): Session<D> | null {
    this.#found = Promise.resolve(session);
    return session;
  }
}

/** The status of an answer to an error of a session or of its store: 401, 403 for a limit, 503; `undefined` for any other. */
export function statusOf(error: unknown): 401 | 403 | 503 | undefined {
  if (isSessionError(error)) {
    if (error.code === 'SESSION_LIMIT') return 403;
    return error.code === 'COLLISION' ? 503 : 401;
  }
  return error instanceof Error && error.name === 'CacheError' ? 503 : undefined;
}
