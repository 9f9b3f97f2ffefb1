/** How a key is loaded by one holder of its lease at a time. */
import type { Acquired, AcquireRequest, Committed, Write } from '@cache/core';
import { place } from './keys.ts';
import { NONE } from './slots.ts';
import type { Space } from './space.ts';

export function acquire(space: Space, key: string, request: AcquireRequest): Acquired {
  const { leases } = space.population;
  const now = space.pool.clock.now();
  const held = space.held(key, now);
  if (space.fresh(held, now) !== NONE) {
    space.use(held);
    return { status: 'hit', entry: space.view(held) };
  }
  const stale = held === NONE ? undefined : space.view(held);
  const lease = leases.of(key);
  if (lease?.token === request.token) return { status: 'lead', stale };
  const failure = request.awaited === undefined ? undefined : leases.failureOf(request.awaited);
  if (failure !== undefined) return { status: 'failed', message: failure };
  if (lease !== undefined) return { status: 'wait', holder: lease.token, stale, settled: lease.listener() };
  leases.grant(key, request);
  return { status: 'lead', stale };
}

export function extend(space: Space, key: string, token: string, leaseMs: number): boolean {
  const lease = space.population.leases.held(key, token);
  lease?.extend(leaseMs);
  return lease !== undefined;
}

export function commit(space: Space, key: string, token: string, change: Write): Committed {
  if (change.life === 'keep' || change.tags === 'keep')
    throw new TypeError("'keep' has no meaning in a commit: there is no entry that it replaces");
  const { pool } = space;
  const { leases } = space.population;
  const lease = leases.held(key, token);
  if (lease === undefined || leases.isOvertaken(lease, change.tags, change.terms)) {
    if (lease !== undefined) leases.end(key);
    pool.wipe(change.payload);
    return 'overtaken';
  }
  const now = pool.clock.now();
  const placed = place(space, key, space.held(key, now), change, now);
  if (placed === undefined) {
    leases.end(key);
    return 'limited';
  }
  if (lease.hasListeners) leases.end(key, { status: 'stored', entry: space.view(placed.slot) });
  else leases.end(key);
  pool.makeRoom(placed.slot);
  return 'stored';
}

export function release(space: Space, key: string, token: string, failure: string | undefined): void {
  const { leases } = space.population;
  const lease = leases.held(key, token);
  if (lease === undefined) return;
  if (failure === undefined) leases.end(key);
  else leases.fail(lease, failure);
}
