/** Finding the session of a token: the path of every request. */
import type { AssuranceLevel } from './assurance.ts';
import { isRefusal, judge, refuse, type Verdict } from './admission.ts';
import { touch } from './changing.ts';
import type { RefusalReason } from './events.ts';
import { lifeOf } from './record.ts';
import { SessionError } from './session-error.ts';
import { sessionOf, type Session, type StoredSession } from './session.ts';
import type { SessionSpace } from './space.ts';
import { markOf } from './token.ts';

/** From where a token came. */
export interface RequestContext {
  readonly ip?: string | undefined;
  readonly userAgent?: string | undefined;
  /** Whether this counts as a use of the session. Default true. */
  readonly touch?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What an action asks for. */
export interface Requirement {
  readonly aal?: AssuranceLevel | undefined;
  /** Milliseconds since the subject was authenticated, at most. */
  readonly maxAuthAge?: number | undefined;
}

export async function find<D>(
  space: SessionSpace<D>,
  token: unknown,
  context: RequestContext,
): Promise<Session<D> | null> {
  const { floor, clock } = space.settings;
  if (floor === 0) return found(space, token, context);
  const started = clock.elapsed();
  try {
    return await found(space, token, context);
  } finally {
    const left = floor - (clock.elapsed() - started);
    if (left > 0) await new Promise<void>((resolve) => void clock.after(left, resolve));
  }
}

async function found<D>(
  space: SessionSpace<D>,
  token: unknown,
  context: RequestContext,
): Promise<Session<D> | null> {
  const { cache, settings, tally } = space;
  const mark = markOf(token);
  if (mark === undefined) {
    refused(space, 'malformed');
    space.listeners.emit('unknownToken', { malformed: true });
    return null;
  }
  const options = context.signal === undefined ? undefined : { signal: context.signal };
  let record: StoredSession<D> | undefined;
  let now = settings.clock.now();
  let verdict: Verdict;
  let started: number;
  do {
    started = now;
    record = await cache.get(mark.id, options);
    now = settings.clock.now();
    verdict = judge(space, record, mark, now);
    // Its rest became too long while it was read: somebody may have used it meanwhile.
  } while (verdict === 'idle' && record !== undefined && lifeOf(record, started) === 'active');
  if (record === undefined || isRefusal(verdict)) {
    refused(space, verdict === 'former' ? 'reused' : (verdict as 'unknown'));
    await refuse(space, mark.id, record?.subject ?? null, verdict as 'unknown');
    return null;
  }
  if (!(await isBound(space, mark.id, record, context))) {
    refused(space, 'binding');
    return null;
  }
  tally.validated += 1;
  const times = settings.times(record.profile);
  if (context.touch !== false && now - record.seenAt >= times.touchInterval)
    space.background('touch', touch(space, mark));
  return sessionOf(mark.id, record, times);
}

function refused({ tally, listeners }: SessionSpace<unknown>, reason: RefusalReason): void {
  tally.refused += 1;
  listeners.emit('refused', { reason });
}

/** False: it is used from elsewhere, and was revoked for that. */
async function isBound(
  { cache, settings, listeners, tally }: SessionSpace<unknown>,
  id: string,
  { device, subject }: StoredSession<unknown>,
  context: RequestContext,
): Promise<boolean> {
  for (const changed of ['ip', 'userAgent'] as const) {
    const reaction = settings.binding[changed];
    const before = device?.[changed];
    const now = context[changed];
    if (reaction === 'off' || before === undefined || now === undefined || before === now) continue;
    listeners.emit('bindingChanged', { id, subject, changed });
    if (reaction === 'event') continue;
    if (await cache.delete(id)) {
      tally.revoked += 1;
      listeners.emit('revoked', { id, subject, reason: 'binding' });
    }
    return false;
  }
  return true;
}

/** Gives the session back if it is enough. Throws `UNAUTHENTICATED` or `REAUTH_REQUIRED`. */
export function demanded<D>(
  { settings }: SessionSpace<D>,
  session: Session<D> | null,
  { aal = 1, maxAuthAge = Infinity }: Requirement,
): Session<D> {
  if (session === null || session.subject === null)
    throw new SessionError('UNAUTHENTICATED', 'the token is that of no valid session of a subject');
  const age = settings.clock.now() - (session.authenticatedAt ?? -Infinity);
  if (session.aal < aal)
    throw new SessionError(
      'REAUTH_REQUIRED',
      `the session has assurance level ${session.aal}, and ${aal} is needed: step up`,
    );
  if (age > maxAuthAge)
    throw new SessionError(
      'REAUTH_REQUIRED',
      `the subject was authenticated ${age} ms ago, and ${maxAuthAge} ms are allowed: authenticate again`,
    );
  return session;
}
