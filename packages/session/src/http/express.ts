/** `@cache/session/express`: sessions for Express, and for any other framework of `(request, response, next)`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SessionManager } from '../manager.ts';
import type { HttpSession } from './http-session.ts';
import { nodeSessions, type NodeOptions } from './node.ts';

export type { AdoptOptions } from './adoption.ts';
export type { CookieOptions } from './cookie.ts';
export { statusOf } from './http-session.ts';
export type { HttpSession } from './http-session.ts';

export interface ExpressOptions<D extends object> extends Omit<NodeOptions<D>, 'ip'> {
  /** From where a request comes. Default: `request.ip`, which goes by the setting `trust proxy`. */
  readonly ip?: ((request: IncomingMessage) => string | undefined) | undefined;
}

/** The middleware, and how handlers get at what it made. */
export interface ExpressSessions<D extends object> {
  (request: IncomingMessage, response: ServerResponse, next: () => void): void;
  /** The session of the request. Throws a `TypeError` where the middleware did not run. */
  readonly of: (response: ServerResponse) => HttpSession<D>;
}

/** Makes the middleware, to be `use`d before the handlers that need it. It waits for nothing: handlers ask. */
export function expressSessions<D extends object>(
  sessions: SessionManager<D>,
  { ip = ipOf, ...options }: ExpressOptions<D> = {},
): ExpressSessions<D> {
  const make = nodeSessions(sessions, { ...options, ip });
  const known = new WeakMap<object, HttpSession<D>>();
  const middleware = (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    known.set(response, make(request, response));
    next();
  };
  const of = (response: ServerResponse): HttpSession<D> => {
    const session = known.get(response);
    if (session === undefined) throw new TypeError('no session of this request: use the middleware before');
    return session;
  };
  return Object.assign(middleware, { of });
}

function ipOf(request: IncomingMessage & { readonly ip?: string }): string | undefined {
  return request.ip;
}
