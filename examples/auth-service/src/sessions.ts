/** Sessions: who is logged in. No table has them: the cache is their only home. */
import { createHash } from 'node:crypto';
import type { Manager } from '@cache/core';
import { createSessionManager, policies, type SessionManager } from '@cache/session';

/** Of one user, at a time. The oldest one goes when another begins. */
export const MOST_SESSIONS = 3;

/** They carry nothing but who it is. */
export type SessionData = Record<string, never>;
export type Sessions = SessionManager<SessionData>;

/**
 * `shared` is the same in all processes of the service, and has to be a secret in one that is no example: without it nobody who reads the
 * cache can look for a user there. Tokens do not rest on it.
 */
export function createSessions(manager: Manager, shared: string): Sessions {
  return createSessionManager<SessionData>({
    manager,
    secret: createHash('sha256').update(`sessions of ${shared}`).digest(),
    policy: policies.aal2({ idle: '30m' }),
    limit: { max: MOST_SESSIONS, onExceeded: 'evict-oldest' },
  });
}
