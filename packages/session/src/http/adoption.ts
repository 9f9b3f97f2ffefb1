/** The session that another session manager made, taken over with the first request that brings its cookie. */
import type { Importer } from '../importing.ts';
import type { Session } from '../session.ts';
import type { RequestContext } from '../validating.ts';
import { valueIn } from './cookie.ts';

export interface AdoptOptions<D extends object> {
  /** The name of the cookie that was there before, such as `connect.sid`. Its value is the token that the importer reads, as it came. */
  readonly cookie: string;
  /** Of `sessions.importFrom`. */
  readonly importer: Importer<D>;
}

/** A session that was taken over, and the token that its client is to have from now on. */
interface TakenOver<D> {
  readonly session: Session<D>;
  readonly token: string;
}

/** Looks for the session of a request that has no cookie of ours; `null`: there is none. */
export type Adoption<D extends object> = (
  cookies: string | null | undefined,
  context: RequestContext,
) => Promise<TakenOver<D> | null>;

/** Throws a `TypeError` for a cookie without a name. */
export function adoption<D extends object>(adopt: AdoptOptions<D> | undefined): Adoption<D> | undefined {
  if (adopt === undefined) return undefined;
  const { cookie, importer } = adopt;
  if (typeof cookie !== 'string' || cookie === '')
    throw new TypeError(
      "adopt.cookie has no name: give that of the cookie that was there before, such as 'sid'",
    );
  return async (cookies, context) => {
    const presented = valueIn(cookies, cookie);
    const adopted = presented === undefined ? null : await importer.get(presented, context);
    if (presented === undefined || adopted === null) return null;
    // Without a new one it is ours already, in a cookie of another name.
    return { session: adopted.session, token: adopted.token?.reveal() ?? presented };
  };
}
