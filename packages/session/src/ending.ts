/** Ending sessions: one, those of a subject, all but one of them, and everybody's. */
import { judge } from './admission.ts';
import { checkSubject } from './creating.ts';
import type { RevokeReason } from './events.ts';
import { BY_ACTING, BY_SUBJECT, type SessionSpace } from './space.ts';
import { sessionsOf } from './terms.ts';
import { markOf, type TokenMark } from './token.ts';

/** Ends the session that a token names. Whoever holds any token of it, an old one too, may end it. */
export async function revoke(
  { cache, listeners, tally }: SessionSpace<unknown>,
  token: unknown,
  reason: RevokeReason,
): Promise<boolean> {
  const mark = markOf(token);
  const record = mark && (await cache.getAndDelete(mark.id));
  if (mark === undefined || record === undefined) return false;
  tally.revoked += 1;
  listeners.emit('revoked', { id: mark.id, subject: record.subject, reason });
  return true;
}

/** Ends the session `id` if it is the subject's: an id that somebody made up, or saw elsewhere, ends nobody's. */
export async function revokeById(
  { cache, listeners, tally }: SessionSpace<unknown>,
  subject: string,
  id: string,
  reason: RevokeReason,
): Promise<boolean> {
  checkSubject(subject);
  if (typeof id !== 'string' || id === '') return false;
  // The subject of an id never changes, so what was looked at is what is removed.
  const record = await cache.get(id);
  if (record === undefined || record.subject !== subject || !(await cache.delete(id))) return false;
  tally.revoked += 1;
  listeners.emit('revoked', { id, subject, reason });
  return true;
}

/**
 * Ends every session of the subject: one removal by its term. Those in which somebody acts for the subject, or the subject for another, end by
 * a second one at the same time. Gives how many there were.
 */
export async function revokeAll(
  { cache, listeners, subjects, tally }: SessionSpace<unknown>,
  subject: string,
  reason: RevokeReason,
): Promise<number> {
  checkSubject(subject);
  const term = subjects.termOf(subject);
  const counts = await Promise.all([
    cache.deleteByIndex(BY_SUBJECT, term),
    cache.deleteByIndex(BY_ACTING, term),
  ]);
  const count = counts[0] + counts[1];
  tally.revoked += count;
  listeners.emit('revokedAll', { subject, count, reason });
  return count;
}

/**
 * Ends every session of the subject that was there when the call began, but the one that `token` names, which nobody finds missing
 * meanwhile. One that is no valid session of the subject keeps nothing.
 *
 * Sessions change their tokens in their place and never beget another one, so those that a look-up finds are all there are.
 */
export async function revokeOthers(
  space: SessionSpace<unknown>,
  subject: string,
  token: unknown,
  reason: RevokeReason,
): Promise<number> {
  checkSubject(subject);
  const { cache, listeners, settings, tally } = space;
  const kept = markOf(token);
  const found = await sessionsOf(space, subject);
  const isKept = (id: string, mark: TokenMark): boolean => {
    const record = found.get(id);
    const verdict = judge(space, record, mark, settings.clock.now());
    return record?.subject === subject && (verdict === 'current' || verdict === 'in grace');
  };
  const others = [...found.keys()].filter((id) => kept?.id !== id || !isKept(id, kept));
  const outcomes = await Promise.all(others.map(async (id) => ({ id, isGone: await cache.delete(id) })));
  const ended = outcomes.filter(({ isGone }) => isGone);
  tally.revoked += ended.length;
  for (const { id } of ended)
    listeners.emit('revoked', { id, subject: found.get(id)?.subject ?? null, reason });
  return ended.length;
}

/** Ends everybody's sessions, in a time that does not depend on their number. */
export async function revokeEverything(
  { cache, listeners }: SessionSpace<unknown>,
  reason: RevokeReason,
): Promise<void> {
  await cache.clear();
  listeners.emit('revokedAll', { subject: null, count: undefined, reason });
}
