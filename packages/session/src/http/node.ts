/** `@cache/session/node`: sessions for servers of `node:http`, and for whatever hands on its requests and responses. */
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

export interface NodeOptions<D extends object> {
  readonly cookie?: CookieOptions | undefined;
  /** The sessions that were there before, for requests without a cookie of ours. Default: none. */
  readonly adopt?: AdoptOptions<D> | undefined;
  /** From where a request comes. Default: the other end of the connection, which is a proxy where there is one. */
  readonly ip?: ((request: IncomingMessage) => string | undefined) | undefined;
}

/** Gives a function that makes the session of a request. Its cookie goes into the response's headers at once. */
export function nodeSessions<D extends object>(
  sessions: SessionManager<D>,
  { cookie, adopt, ip = (request) => request.socket.remoteAddress }: NodeOptions<D> = {},
): (request: IncomingMessage, response: ServerResponse) => HttpSession<D> {
  const carrier = sessionCookie(cookie);
  const before = adoption(adopt);
  return (request, response) =>
    httpSession(sessions, carrier, nodeExchange(request, response, ip(request)), before);
}
