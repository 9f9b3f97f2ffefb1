/** `@cache/session/fastify`: sessions for Fastify. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SessionManager } from '../manager.ts';
import { adoption, type AdoptOptions } from './adoption.ts';
import { sessionCookie, type CookieOptions } from './cookie.ts';
import { httpSession, type HttpSession } from './http-session.ts';

export type { AdoptOptions } from './adoption.ts';
export type { CookieOptions } from './cookie.ts';
export { statusOf } from './http-session.ts';
export type { HttpSession } from './http-session.ts';

export interface FastifyOptions<D extends object> {
  readonly cookie?: CookieOptions | undefined;
  /** The sessions that were there before, for requests without a cookie of ours. Default: none. */
  readonly adopt?: AdoptOptions<D> | undefined;
  /** From where a request comes. Default: `request.ip`, which goes by the option `trustProxy`. */
  readonly ip?: ((request: FastifyRequest) => string | undefined) | undefined;
}

/** The plugin, and how handlers get at the session of their request. */
export interface FastifySessions<D extends object> {
  /** To be called with the instance whose routes have sessions, or given to its `register`. */
  readonly plugin: (instance: FastifyInstance) => Promise<void>;
  /** The session of the request. Throws a `TypeError` where the plugin is not. */
  readonly of: (request: FastifyRequest) => HttpSession<D>;
}

export function fastifySessions<D extends object>(
  sessions: SessionManager<D>,
  { cookie, adopt, ip = (request) => request.ip }: FastifyOptions<D> = {},
): FastifySessions<D> {
  const carrier = sessionCookie(cookie);
  const before = adoption(adopt);
  const known = new WeakMap<FastifyRequest, HttpSession<D>>();
  const plugin = async (instance: FastifyInstance): Promise<void> => {
    instance.addHook('onRequest', async (request, reply) => {
      known.set(request, sessionOf(request, reply));
    });
  };
  // Otherwise Fastify would keep the hook from the routes beside the plugin.
  Object.defineProperty(plugin, Symbol.for('skip-override'), { value: true });
  return {
    plugin,
    of(request) {
      const session = known.get(request);
      if (session === undefined)
        throw new TypeError('no session of this request: register the plugin before');
      return session;
    },
  };

  function sessionOf(request: FastifyRequest, reply: FastifyReply): HttpSession<D> {
    let last: string | undefined;
    return httpSession(
      sessions,
      carrier,
      {
        cookies: request.headers.cookie,
        ip: ip(request),
        userAgent: request.headers['user-agent'],
        isAnswered: () => reply.sent || reply.raw.headersSent,
        setCookie(value) {
          const others = [reply.getHeader('set-cookie') ?? []].flat().filter((other) => other !== last);
          // By itself `header` adds to this one.
          void reply.removeHeader('set-cookie').header('set-cookie', [...others.map(String), value]);
          void reply.header('cache-control', 'no-store');
          last = value;
        },
      },
      before,
    );
  }
}
