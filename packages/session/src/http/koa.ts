/** `@cache/session/koa`: sessions for Koa. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SessionManager } from '../manager.ts';
import { adoption, type AdoptOptions } from './adoption.ts';
import { sessionCookie, type CookieOptions } from './cookie.ts';
import { httpSession, type HttpSession } from './http-session.ts';
import { nodeExchange } from './node-exchange.ts';

export type { AdoptOptions } from './adoption.ts';
export type { CookieOptions } from './cookie.ts';
export { statusOf } from './http-session.ts';
export type { HttpSession } from './http-session.ts';

/** What is needed of a context of Koa. */
interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly ip: string;
}

export interface KoaOptions<D extends object> {
  readonly cookie?: CookieOptions | undefined;
  /** The sessions that were there before, for requests without a cookie of ours. Default: none. */
  readonly adopt?: AdoptOptions<D> | undefined;
  /** From where a request comes. Default: `context.ip`, which goes by the setting `proxy`. */
  readonly ip?: ((context: KoaContext) => string | undefined) | undefined;
}

/** The middleware, and how handlers get at what it made. */
export interface KoaSessions<D extends object> {
  (context: KoaContext, next: () => Promise<unknown>): Promise<unknown>;
  /** The session of the request. Throws a `TypeError` where the middleware did not run. */
  readonly of: (context: Pick<KoaContext, 'req'>) => HttpSession<D>;
}

/** Makes the middleware, to be `use`d before the handlers that need it. It waits for nothing: handlers ask. */
export function koaSessions<D extends object>(
  sessions: SessionManager<D>,
  { cookie, adopt, ip = (context) => context.ip }: KoaOptions<D> = {},
): KoaSessions<D> {
  const carrier = sessionCookie(cookie);
  const before = adoption(adopt);
  const known = new WeakMap<IncomingMessage, HttpSession<D>>();
  const middleware = (context: KoaContext, next: () => Promise<unknown>): Promise<unknown> => {
    const exchange = nodeExchange(context.req, context.res, ip(context));
    known.set(context.req, httpSession(sessions, carrier, exchange, before));
    return next();
  };
  const of = ({ req }: Pick<KoaContext, 'req'>): HttpSession<D> => {
    const session = known.get(req);
    if (session === undefined) throw new TypeError('no session of this request: use the middleware before');
    return session;
  };
  return Object.assign(middleware, { of });
}
