/** The ceiling on the entries that carry a term, judged together with the write that adds one. */
import type { Limit } from '@cache/core';
import type { Groups } from './slots.ts';
import type { Space } from './space.ts';

/** Nobody has to go. */
const NOBODY: readonly number[] = [];

/**
 * The slots that must go so that the write of `key` with `terms` keeps its limit; `undefined`: the limit refuses it. Changes nothing.
 * Takes time in proportion to the entries that carry the term.
 */
export function judgeLimit(
  space: Space,
  limit: Limit | undefined,
  slot: number,
  terms: readonly string[],
  now: number,
): readonly number[] | undefined {
  if (limit === undefined || !terms.includes(limit.term)) return NOBODY;
  const circle = space.population.terms.circle(limit.term);
  if (circle === undefined || circle.size < limit.max) return NOBODY;
  const fresh = [...space.population.terms.slots(limit.term)].filter((member) =>
    space.pool.isFresh(member, now),
  );
  if (fresh.includes(slot)) return NOBODY;
  const surplus = fresh.length + 1 - limit.max;
  if (surplus <= 0) return NOBODY;
  if (limit.onExceeded === 'refuse') return undefined;
  const { slots } = space.pool;
  const rank =
    limit.onExceeded === 'evict-oldest'
      ? (member: number) => slots.chunk(member).createdAt[slots.place(member)] as number
      : (member: number) => (slots.chunk(member).groups(slots.place(member)) as Groups).usedAt;
  return fresh.toSorted((one, other) => rank(one) - rank(other)).slice(0, surplus);
}
