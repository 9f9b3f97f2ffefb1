/** Looking up what is under the term of a subject. */
import type { StoredSession } from './session.ts';
import { BY_ACTING, BY_SUBJECT, type SessionSpace } from './space.ts';

/** The sessions of the subject, those in which somebody acts for it, and those in which it acts for another; by id. */
export async function sessionsOf<D>(
  { cache, subjects }: SessionSpace<D>,
  subject: string,
): Promise<ReadonlyMap<string, StoredSession<D>>> {
  const term = subjects.termOf(subject);
  const [own, acting] = await Promise.all([
    cache.getByIndex(BY_SUBJECT, term),
    cache.getByIndex(BY_ACTING, term),
  ]);
  return new Map([...own, ...acting]);
}
