/** `@cache/session/hono`: sessions for Hono, on any of its runtimes that has `node:crypto`. */
import type { Context, MiddlewareHandler } from 'hono';
import type { SessionManager } from '../manager.ts';
import { adoption, type AdoptOptions } from './adoption.ts';
import { sessionCookie, type CookieOptions } from './cookie.ts';
import { httpSession, type HttpSession } from './http-session.ts';

export type { AdoptOptions } from './adoption.ts';
export type { CookieOptions } from './cookie.ts';
export { statusOf } from './http-session.ts';
export type { HttpSession } from './http-session.ts';

export interface HonoOptions<D extends object> {
  readonly cookie?: CookieOptions | undefined;
  /** The sessions that were there before, for requests without a cookie of ours. Default: none. */
  readonly adopt?: AdoptOptions<D> | undefined;
  /** From where a request comes, as `getConnInfo` of the runtime or a trusted proxy says. Default: nobody knows. */
  readonly ip?: ((context: Context) => string | undefined) | undefined;
}

/** What handlers find in the context: `new Hono<SessionEnv<Data>>()`. */
export interface SessionEnv<D extends object> {
  Variables: { session: HttpSession<D> };
}

/** Makes the middleware that puts the session of the request under `c.get('session')`. */
export function honoSessions<D extends object>(
  sessions: SessionManager<D>,
  { cookie, adopt, ip }: HonoOptions<D> = {},
): MiddlewareHandler<SessionEnv<D>> {
  const carrier = sessionCookie(cookie);
  const before = adoption(adopt);
  return async (context, next) => {
    let setCookie: string | undefined;
    let isAnswered = false;
    context.set(
      'session',
      httpSession(
        sessions,
        carrier,
        {
          cookies: context.req.header('cookie'),
          ip: ip?.(context),
          userAgent: context.req.header('user-agent'),
          isAnswered: () => isAnswered,
          setCookie: (value) => (setCookie = value),
        },
        before,
      ),
    );
    await next();
    isAnswered = true;
    // An error's answer gets no cookie of a session that its request may have left halfway.
    if (setCookie === undefined || context.error !== undefined) return;
    context.header('set-cookie', setCookie, { append: true });
    context.header('cache-control', 'no-store');
  };
}
