/** What an engine does with many entries at once. */
import type { Entry, Pattern } from '@cache/core';
import type { Space } from './space.ts';

export function invalidateTags(space: Space, tags: readonly string[]): void {
  const { population, pool } = space;
  for (const tag of tags) {
    if (population.tags.invalidate(tag)) pool.expectInvalid();
    population.leases.invalidateTag(tag);
  }
}

export function lookUp(space: Space, term: string): readonly (readonly [key: string, entry: Entry])[] {
  const { pool } = space;
  const now = pool.clock.now();
  const found: (readonly [string, Entry])[] = [];
  for (const slot of space.population.terms.slots(term)) {
    if (pool.isFresh(slot, now)) found.push([pool.slots.key(slot), space.view(slot)]);
    else pool.retire(slot, now);
  }
  return found;
}

/** One step, which takes time in proportion to the entries that carry `term`. */
export function removeByTerm(space: Space, term: string): number {
  const { pool, population } = space;
  const now = pool.clock.now();
  let removed = 0;
  population.leases.removeTerm(term);
  for (const slot of population.terms.slots(term)) {
    if (pool.isFresh(slot, now)) removed++;
    population.leases.end(pool.slots.key(slot));
    pool.release(slot);
  }
  return removed;
}

/** Pages hold what one shard of the index holds at one instant. The walk ends when the space is cleared. */
export function* scan(space: Space, pattern: Pattern): Generator<readonly string[]> {
  const { pool, population } = space;
  for (const shard of population.index.shards()) {
    if (population.isCleared) return;
    const now = pool.clock.now();
    const page: string[] = [];
    for (const slot of shard) {
      const key = pool.slots.key(slot);
      if (pattern.matches(key) && pool.isFresh(slot, now)) page.push(key);
    }
    if (page.length > 0) yield page;
  }
}

/** One step, which takes time in proportion to the entries of the space. */
export function removeByPattern(space: Space, pattern: Pattern): number {
  const { pool, population } = space;
  const now = pool.clock.now();
  let removed = 0;
  population.leases.endMatching(pattern);
  for (const shard of population.index.shards()) {
    for (const slot of shard) {
      if (!pattern.matches(pool.slots.key(slot))) continue;
      if (pool.isFresh(slot, now)) removed++;
      pool.release(slot);
    }
  }
  return removed;
}
