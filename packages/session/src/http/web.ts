/** `@cache/session/web`: sessions for handlers of `Request` and `Response`. */
import type { SessionManager } from '../manager.ts';
import { adoption, type AdoptOptions } from './adoption.ts';
import { sessionCookie, type CookieOptions } from './cookie.ts';
import { httpSession, type HttpSession } from './http-session.ts';

export type { AdoptOptions } from './adoption.ts';
export type { CookieOptions } from './cookie.ts';
export { statusOf } from './http-session.ts';
export type { HttpSession } from './http-session.ts';

export interface WebOptions<D extends object> {
  readonly cookie?: CookieOptions | undefined;
  /** The sessions that were there before, for requests without a cookie of ours. Default: none. */
  readonly adopt?: AdoptOptions<D> | undefined;
  /** From where a request comes, as far as the server or a trusted proxy says. Default: nobody knows. */
  readonly ip?: ((request: Request) => string | undefined) | undefined;
}

/**
 * Gives a function that calls `next` with the session of the request, and adds its cookie to the response. What `next` rejects with is
 * passed on, without a cookie; see `statusOf`.
 */
export function sessionHandler<D extends object>(
  sessions: SessionManager<D>,
  { cookie, adopt, ip }: WebOptions<D> = {},
): (request: Request, next: (session: HttpSession<D>) => Response | Promise<Response>) => Promise<Response> {
  const carrier = sessionCookie(cookie);
  const before = adoption(adopt);
  return async (request, next) => {
    let setCookie: string | undefined;
    let isAnswered = false;
    const session = httpSession(
      sessions,
      carrier,
      {
        cookies: request.headers.get('cookie'),
        ip: ip?.(request),
        userAgent: request.headers.get('user-agent') ?? undefined,
        isAnswered: () => isAnswered,
        setCookie: (value) => (setCookie = value),
      },
      before,
    );
    const response = await next(session);
    isAnswered = true;
    return setCookie === undefined ? response : withCookie(response, setCookie);
  };
}

/** A response of its own, because the headers of one that was fetched or redirected cannot be changed. */
function withCookie(response: Response, value: string): Response {
  const headers = new Headers(response.headers);
  headers.append('set-cookie', value);
  headers.set('cache-control', 'no-store');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
