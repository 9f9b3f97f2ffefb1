/** Requests to an engine, as short as a case wants to say them. */
import type { AcquireRequest, Write } from '../engine.ts';

/** An id as core makes them: 16 characters. */
export function idOf(name: string): string {
  return name.replaceAll(' ', '-').padEnd(16, '_');
}

/** A write of the number 1 that never expires, and whatever `changes` says otherwise. */
export function writeOf(version: string, changes: Partial<Write> = {}): Write {
  return {
    payload: 1,
    version: idOf(version),
    life: { ttl: Infinity, grace: 0 },
    tags: [],
    terms: [],
    loadMs: 0,
    size: 0,
    limit: undefined,
    ...changes,
  };
}

/** A request for a lease that lasts long, and whatever `changes` says otherwise. */
export function leaseOf(token: string, changes: Partial<AcquireRequest> = {}): AcquireRequest {
  return { token: idOf(token), leaseMs: 100_000_000, tags: [], awaited: undefined, ...changes };
}
