/** Storing a session under the limit of its subject: one conditional write, which the limit is part of. */
import { isCacheError, type IndexLimit } from '@cache/core';
import { checkMost } from './options.ts';
import { leftOf, type SessionRecord } from './record.ts';
import { SessionError } from './session-error.ts';
import { BY_SUBJECT, type SessionSpace } from './space.ts';

/** The most sessions that the subject may have; `undefined`: there is no limit. */
export async function mostOf(
  { settings }: SessionSpace<unknown>,
  subject: string,
): Promise<number | undefined> {
  const max = settings.limit?.max;
  if (typeof max !== 'function') return max;
  const most: unknown = await max(subject);
  checkMost(most);
  return most;
}

/** False: the id was taken. */
export async function isStored<D>(
  space: SessionSpace<D>,
  id: string,
  record: SessionRecord<D>,
  most: number | undefined,
): Promise<boolean> {
  const { cache, listeners, settings, tally } = space;
  const { subject } = record;
  for (let attempt = 0; ; attempt += 1) {
    const ttl = leftOf(record, settings.clock.now());
    const limit = most === undefined ? {} : { limit: seats(space, most, attempt) };
    try {
      return await cache.setIfNotExists(id, record, { ttl, ...limit });
    } catch (error) {
      if (!isCacheError(error, 'LIMIT_EXCEEDED') || subject === null || most === undefined) throw error;
      if (settings.limit?.onExceeded !== 'deny') {
        await evictOldest(space, subject, most);
        continue;
      }
      tally.denied += 1;
      listeners.emit('denied', { subject, max: most });
      throw new SessionError('SESSION_LIMIT', `the subject has ${most} sessions, and may have no more`, {
        cause: error,
      });
    }
  }
}

/** So often the oldest session is looked for. Whoever finds no room then is in a crowd, or among sessions of another release. */
const EVICTIONS = 16;

function seats({ settings }: SessionSpace<unknown>, max: number, attempt: number): IndexLimit {
  const onExceeded = settings.limit?.onExceeded;
  if (onExceeded === 'evict-lru') return { index: BY_SUBJECT, max, onExceeded };
  // Noting a use makes an entry anew, so the cache's oldest entry is not the oldest session: that one is looked for. What a look-up does not
  // show, because this release cannot read it, takes a seat all the same: in the end the cache decides.
  const decides = onExceeded === 'evict-oldest' && attempt >= EVICTIONS;
  return { index: BY_SUBJECT, max, onExceeded: decides ? 'evict-oldest' : 'refuse' };
}

/** Makes room for one more. The write that follows is judged again, so whoever comes between takes the room, and another has to go. */
async function evictOldest<D>(space: SessionSpace<D>, subject: string, most: number): Promise<void> {
  const { cache, listeners, subjects } = space;
  const seated = [...(await cache.getByIndex(BY_SUBJECT, subjects.termOf(subject)))];
  const inOrder = seated.toSorted(([, one], [, other]) => one.createdAt - other.createdAt);
  for (const [id] of inOrder.slice(0, Math.max(0, seated.length - most + 1)))
    if (await cache.delete(id)) listeners.emit('evicted', { id, cause: 'limit' });
}
