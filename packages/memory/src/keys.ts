/** What an engine does with one key. */
import type { Condition, Counted, CounterChange, Entry, Life, Write, Written } from '@cache/core';
import { judgeLimit } from './limit.ts';
import { NONE } from './slots.ts';
import type { Space } from './space.ts';

export function read(space: Space, key: string): Entry | undefined {
  const slot = space.find(key, space.pool.clock.now());
  return slot === NONE ? undefined : space.view(slot);
}

export function write(space: Space, key: string, change: Write, condition: Condition | undefined): Written {
  if ((change.life === 'keep' || change.tags === 'keep') && typeof condition !== 'object')
    throw new TypeError(
      "'keep' needs the version of the entry it keeps from: give the write a version condition",
    );
  const now = space.pool.clock.now();
  const held = space.held(key, now);
  const slot = space.fresh(held, now);
  if (!holds(space, slot, condition)) {
    space.pool.wipe(change.payload);
    return { status: 'refused', current: slot === NONE ? undefined : space.view(slot) };
  }
  const placed = place(space, key, held, change, now);
  if (placed === undefined) return { status: 'limited' };
  space.population.leases.end(key);
  space.pool.makeRoom(placed.slot);
  return { status: 'written', evicted: placed.evicted };
}

/**
 * Stores `change` under `key`, whose entry is `held`, and tells where, and which keys had to go for its limit; `undefined`: the limit
 * refuses it. The lease and the limits of the pool are left to the caller.
 */
export function place(
  space: Space,
  key: string,
  held: number,
  change: Write,
  now: number,
): { readonly slot: number; readonly evicted: readonly string[] } | undefined {
  const { pool } = space;
  const { payload, version, life, tags, terms, loadMs, size, limit } = change;
  const surplus = judgeLimit(space, limit, space.fresh(held, now), terms, now);
  if (surplus === undefined) {
    pool.wipe(payload);
    return undefined;
  }
  const evicted = surplus.length === 0 ? NO_KEYS : surplus.map((member) => pool.slots.key(member));
  for (const member of surplus) pool.evict(member, 'limit');
  const { freshUntil, grace } =
    life === 'keep' ? space.lifeOf(held) : { freshUntil: now + life.ttl, grace: life.grace };
  const state = { payload, version, createdAt: now, freshUntil, grace, loadMs, size, tags, terms };
  return { slot: space.store(key, held, state), evicted };
}

const NO_KEYS: readonly string[] = [];

/** True: a fresh entry was removed. */
export function remove(space: Space, key: string): boolean {
  const now = space.pool.clock.now();
  const held = space.held(key, now);
  const wasFresh = space.fresh(held, now) !== NONE;
  space.population.leases.end(key);
  if (held !== NONE) space.pool.release(held);
  return wasFresh;
}

export function take(space: Space, key: string): Entry | undefined {
  const taken = read(space, key);
  remove(space, key);
  return taken;
}

export function count(space: Space, key: string, change: CounterChange): Counted {
  const { pool } = space;
  const now = pool.clock.now();
  const held = space.held(key, now);
  const slot = space.fresh(held, now);
  const current = slot === NONE ? undefined : space.view(slot);
  const before = current === undefined ? 0 : current.payload;
  if (typeof before !== 'number' || !Number.isSafeInteger(before) || Object.is(before, -0))
    return { status: 'not-a-counter' };
  const value = before + change.delta;
  if (!Number.isSafeInteger(value)) return { status: 'overflow' };
  const isNewLife = current === undefined || change.renew;
  const life = isNewLife
    ? { freshUntil: now + change.life.ttl, grace: change.life.grace }
    : space.lifeOf(slot);
  const stored = space.store(key, held, {
    payload: value,
    version: change.version,
    ...life,
    createdAt: now,
    loadMs: 0,
    size: current?.size ?? 0,
    tags: current === undefined ? [] : 'keep',
    terms: current?.terms ?? [],
  });
  space.population.leases.end(key);
  pool.makeRoom(stored);
  return { status: 'counted', value };
}

/** Starts a new life for the fresh entry of `key`. It counts as a use. */
export function touch(space: Space, key: string, life: Life): boolean {
  const now = space.pool.clock.now();
  const slot = space.find(key, now);
  if (slot === NONE) return false;
  space.pool.renew(slot, now + life.ttl, life.grace);
  space.use(slot);
  return true;
}

export function expire(space: Space, key: string): boolean {
  const { pool, population } = space;
  const now = pool.clock.now();
  const slot = space.find(key, now);
  population.leases.end(key);
  if (slot === NONE) return false;
  const { grace } = space.lifeOf(slot);
  if (grace > 0) pool.renew(slot, now, grace);
  else pool.release(slot);
  return true;
}

/** Adds and removes terms of the fresh entry of `key`. A term named twice is added. */
export function editTerms(
  space: Space,
  key: string,
  added: readonly string[],
  removed: readonly string[],
  version: string,
): boolean {
  const { pool } = space;
  const slot = space.find(key, pool.clock.now());
  if (slot === NONE) return false;
  const kept = space.view(slot).terms.filter((term) => !removed.includes(term) || added.includes(term));
  pool.regroup(slot, 'keep', [...new Set([...kept, ...added])]);
  pool.rename(slot, version);
  space.use(slot);
  return true;
}

function holds(space: Space, slot: number, condition: Condition | undefined): boolean {
  if (condition === undefined) return true;
  if (condition === 'absent') return slot === NONE;
  if (slot === NONE) return false;
  return condition === 'present' || space.versionOf(slot) === condition.version;
}
