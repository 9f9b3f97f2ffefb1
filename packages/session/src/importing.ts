/** Taking over the sessions of another session manager, one by one as their clients come. */
import { isRefusal, judge } from './admission.ts';
import { draft, issue, type NewSession } from './creating.ts';
import { sessionOf, type Session } from './session.ts';
import type { SessionSpace } from './space.ts';
import { freshToken, markOf, ROUTE_CHARACTERS, type SessionToken } from './token.ts';
import { find, type RequestContext } from './validating.ts';

/** The sessions that were there before. */
export interface LegacySessions<D> {
  /** What the session of a token is to become; `null`: there is none. Must check the token as it was checked before. */
  read(token: string): Promise<NewSession<D> | null>;
  /** Ends the session of the token there. Of concurrent callers one gets true. */
  remove(token: string): Promise<boolean>;
}

/** A session that was found. */
export interface Adopted<D> {
  readonly session: Session<D>;
  /** To be given to the client in the place of the old token; `null`: it has it already. */
  readonly token: SessionToken | null;
}

/** Looks for sessions here and, for tokens of another form, among those that were there before. */
export interface Importer<D> {
  get(token: unknown, context?: RequestContext): Promise<Adopted<D> | null>;
}

/** A hash in one of its usual forms. Who could present one had read a store. */
const HASH = /^(?:\d+::)?(?:[\w-]{26}|[\w-]{43}|[\w+/]{43}=|[\da-f]{64})$/i;
const LONGEST = 4_096;

export function importer<D extends object>(space: SessionSpace<D>, legacy: LegacySessions<D>): Importer<D> {
  return {
    async get(token, context = {}) {
      if (markOf(token) !== undefined) {
        const session = await find(space, token, context);
        return session === null ? null : { session, token: null };
      }
      if (typeof token !== 'string' || token === '' || token.length > LONGEST || HASH.test(token))
        return null;
      return adopt(space, legacy, token);
    },
  };
}

/**
 * The new token is made of the old one and the secret, so that concurrent requests with the old one get the same session. The old session
 * ends first: left behind, it would bring the new one back after that was revoked.
 */
async function adopt<D extends object>(
  space: SessionSpace<D>,
  legacy: LegacySessions<D>,
  token: string,
): Promise<Adopted<D> | null> {
  const bytes = space.subjects.bytesOf(token);
  // Not the subject's route, which is known only to who reads it before it is taken away.
  const made = freshToken(bytes.toString('base64url').slice(-ROUTE_CHARACTERS), (size) =>
    bytes.subarray(0, size),
  );
  const known = async (): Promise<Adopted<D> | null> => {
    const record = await space.cache.get(made.id);
    if (record === undefined || isRefusal(judge(space, record, made, space.settings.clock.now())))
      return null;
    const session = sessionOf(made.id, record, space.settings.times(record.profile));
    return { session, token: made.token };
  };
  const before = await known();
  if (before !== null) return before;
  const input = await legacy.read(token);
  // Whoever takes it away makes the session.
  if (input === null || !(await legacy.remove(token))) return known();
  return (await issue(space, draft(space, input), made)) ?? known();
}
