/** Sessions that come of another one: a log-in in its place, and acting for somebody else. */
import { milliseconds, type Duration } from '@cache/core';
import { isRefusal, judge, refuse } from './admission.ts';
import { checkSubject, create, draft, put, type NewSession } from './creating.ts';
import type { Issued, Session, StoredSession } from './session.ts';
import type { SessionSpace } from './space.ts';
import { markOf } from './token.ts';

/** A new session in the place of one that a client has. */
export interface Login<D> extends NewSession<D> {
  readonly subject: string;
  /**
   * Which of the old session's data the new one takes over, if it was the subject's or nobody's; what `data` says goes before. Default
   * none.
   */
  readonly keep?: 'all' | readonly (keyof D)[] | undefined;
}

/**
 * Makes a session of the subject in the place of the one that `token` names, whose token is good no more. A session of somebody goes
 * before, so that its seat is free; one of nobody goes afterwards, so that a refusal costs it nothing. Whoever logs in with one token at
 * the same time gets a session of his own.
 */
export async function login<D extends object>(
  space: SessionSpace<D>,
  token: unknown,
  input: Login<D>,
): Promise<Issued<D>> {
  const { cache, settings } = space;
  if (input.subject === null || input.subject === undefined)
    throw new TypeError('login without a subject: name who was authenticated');
  const mark = markOf(token);
  const old = mark && (await cache.get(mark.id));
  const verdict = mark === undefined ? 'unknown' : judge(space, old, mark, settings.clock.now());
  if (mark === undefined || old === undefined || isRefusal(verdict)) {
    if (mark !== undefined && isRefusal(verdict)) await refuse(space, mark.id, old?.subject ?? null, verdict);
    return create(space, input);
  }
  const session = draft(space, { ...input, data: carriedOver(space, old, input) });
  if (old.subject === null) {
    const issued = await put(space, session);
    await end(space, mark.id, old.subject);
    return issued;
  }
  await end(space, mark.id, old.subject);
  return put(space, session);
}

async function end(
  { cache, listeners, tally }: SessionSpace<unknown>,
  id: string,
  subject: string | null,
): Promise<void> {
  if (!(await cache.delete(id))) return;
  tally.revoked += 1;
  listeners.emit('revoked', { id, subject, reason: 'login' });
}

function carriedOver<D extends object>(
  { settings }: SessionSpace<D>,
  old: StoredSession<D>,
  { keep = [], data, subject }: Login<D>,
): D {
  // Whoever had this browser before is nobody's business.
  const held = (old.subject === null || old.subject === subject ? old.data : {}) as D;
  const names = keep === 'all' ? (Object.keys(held) as (keyof D)[]) : keep.filter((name) => name in held);
  const kept = Object.fromEntries(names.map((name) => [name, held[name]])) as Partial<D>;
  return { ...settings.initial(), ...kept, ...data };
}

export interface Impersonation {
  /** For the audit. */
  readonly reason: string;
  /** It ends after so long at most, and no later than the actor's own session. */
  readonly max: Duration;
}

/**
 * Makes a session of `subject` in which the actor acts. It carries level 1 and no method, because the subject was not authenticated; it
 * ends with the sessions of either, and takes no seat.
 */
export async function impersonate<D extends object>(
  space: SessionSpace<D>,
  actor: Session<D>,
  subject: string,
  { reason, max }: Impersonation,
): Promise<Issued<D>> {
  checkSubject(subject);
  if (actor.subject === null || actor.actor !== undefined)
    throw new TypeError('only a subject in a session of his own can act for another');
  if (typeof reason !== 'string' || reason === '')
    throw new TypeError('impersonate without a reason: say why');
  const now = space.settings.clock.now();
  const notAfter = Math.min(now + milliseconds(max, 'max'), actor.absoluteExpiresAt);
  const session = draft(space, { subject, notAfter });
  return put(space, session, { subject: actor.subject, reason, session: actor.id });
}
