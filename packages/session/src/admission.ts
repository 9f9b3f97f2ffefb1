/** Whether what a client presents is the token of a valid session: the judgement that every operation rests on. */
import { entry } from '@cache/core';
import type { SessionSpace } from './space.ts';
import { lifeOf, presentedTo, type Life, type Presented, type SessionRecord } from './record.ts';
import type { StoredSession } from './session.ts';
import type { TokenMark } from './token.ts';

/** Why it is not. `'unknown'`: the store has no such session. */
export type Refusal = 'unknown' | Exclude<Life, 'active'> | Extract<Presented, 'late' | 'former'>;
export type Verdict = Refusal | Exclude<Presented, 'late' | 'former'>;

/**
 * A session is valid when the store has its record, neither of its ends has passed, and the token is its present one, or the one before
 * within its grace. That the store has a record of a subject whose sessions were revoked cannot be: the record carries the subject's term,
 * and goes with it in one step.
 */
export function judge(
  { settings }: Pick<SessionSpace<unknown>, 'settings'>,
  record: SessionRecord<unknown> | StoredSession<unknown> | undefined,
  mark: TokenMark,
  now: number,
): Verdict {
  if (record === undefined) return 'unknown';
  const presented = presentedTo(record, mark, now, settings.lateFor);
  const life = lifeOf(record, now);
  return life === 'active' ? presented : life;
}

export function isRefusal(verdict: Verdict): verdict is Refusal {
  return verdict !== 'current' && verdict !== 'in grace';
}

/** Tells what was refused, and does what it calls for. Rejects when that fails: a stolen session is not left behind in silence. */
export async function refuse(
  space: SessionSpace<unknown>,
  id: string,
  subject: string | null,
  refusal: Refusal,
): Promise<void> {
  const { cache, listeners, settings, tally } = space;
  if (refusal === 'unknown') listeners.emit('unknownToken', { malformed: false });
  if (refusal === 'idle' || refusal === 'expired') space.background('expire', remove(space, id));
  if (refusal !== 'former') return;
  tally.reuseDetected += 1;
  listeners.emit('reuseDetected', { id, subject });
  if (!settings.revokesReuse) return;
  if (!(await cache.delete(id))) return;
  tally.revoked += 1;
  listeners.emit('revoked', { id, subject, reason: 'reuse' });
}

/**
 * Takes away what has ended. It is judged in the step that marks it as ended for good, because somebody may have used it since it was read:
 *
 *     A: reads it ............................. rested too long; removes it
 *     B: .......... uses it in the last moment
 *
 * Of all who find it, the one who marks it tells.
 */
export async function remove(
  { cache, listeners, settings }: SessionSpace<unknown>,
  id: string,
): Promise<boolean> {
  let isMarked = false;
  await cache.update(id, (record) => {
    isMarked = record !== undefined && record.endsAt !== ENDED && hasEnded(record, settings.clock.now());
    return record !== undefined && isMarked ? entry({ ...record, endsAt: ENDED }, { ttl: 1 }) : undefined;
  });
  if (!isMarked) return false;
  await cache.delete(id);
  listeners.emit('expired', { id });
  return true;
}

/** Earlier than any session was made. */
const ENDED = 0;

function hasEnded(record: SessionRecord<unknown>, now: number): boolean {
  return lifeOf(record, now) !== 'active';
}
