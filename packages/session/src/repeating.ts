/** Making one session for a request, which may be repeated. */
import { judge } from './admission.ts';
import { issue, put, type Draft } from './creating.ts';
import { SessionError } from './session-error.ts';
import { sessionOf, type Issued } from './session.ts';
import type { SessionSpace } from './space.ts';
import { freshToken, ROUTE_CHARACTERS } from './token.ts';

const SALT_BYTES = 16;

/** Stores a new session. With a key it is that of the request that the key names, and made once. */
export async function make<D>(
  space: SessionSpace<D>,
  session: Draft<D>,
  key: string | undefined,
): Promise<Issued<D>> {
  return key === undefined ? put(space, session) : makeOnce(space, session, key);
}

/**
 * Gives the session that was made for `key` and the subject, or makes it. The token is made of the secret and of what is remembered of the
 * request, so that whoever asks again gets the same one. It is remembered as long as its session could live: what was ended is not made
 * again. Only when the process that made it died before it could note that, and the session was ended since, is it.
 */
async function makeOnce<D>(space: SessionSpace<D>, session: Draft<D>, key: string): Promise<Issued<D>> {
  if (typeof key !== 'string' || key === '')
    throw new TypeError('idempotencyKey must be a non-empty text, such as a random UUID of the request');
  const { cache, settings, subjects } = space;
  const requests = space.requests();
  const name = subjects.requestOf(session.subject, key);
  const ttl = session.endsAt - settings.clock.now();
  const request = await requests.getOrSet(
    name,
    () => ({ salt: Buffer.from(settings.random(SALT_BYTES)).toString('base64url'), isDone: false }),
    { ttl },
  );
  const bytes = subjects.bytesOf(request.salt, name);
  const route =
    session.subject === null || settings.unlinkable
      ? bytes.toString('base64url').slice(-ROUTE_CHARACTERS)
      : subjects.routeOf(session.subject);
  const made = freshToken(route, (size) => bytes.subarray(0, size));
  if (!request.isDone) {
    const issued = await issue(space, session, made);
    await requests.set(name, { ...request, isDone: true }, { ttl });
    if (issued !== undefined) return issued;
  }
  const record = await cache.get(made.id);
  if (record === undefined || judge(space, record, made, settings.clock.now()) !== 'current')
    throw new SessionError(
      'SPENT',
      'the session of this idempotencyKey has ended, or has another token by now: take a fresh key',
    );
  return { token: made.token, session: sessionOf(made.id, record, settings.times(record.profile)) };
}
