/** Sessions: who is logged in. No table has them: the cache is their only home. */
import { createHash, randomBytes } from 'node:crypto';
import type { Cache, Manager } from '@cache/core';

/** Of one user, at a time. The oldest one goes when another begins. */
export const MOST_SESSIONS = 3;

export interface Session {
  readonly userId: string;
}

export class Sessions {
  readonly #cache: Cache<Session>;

  constructor(manager: Manager) {
    this.#cache = manager.cache<Session>('sessions', {
      ttl: '30m',
      jitter: 0,
      indexes: { user: (session) => session.userId },
      // Whether somebody may come in is not to be guessed: when the cache cannot tell, the request fails.
      onFailure: 'throw',
    });
  }

  /** Gives the token of a new session. However many begin at once, no more than {@link MOST_SESSIONS} are left. */
  async begin(userId: string): Promise<string> {
    const token = randomBytes(24).toString('base64url');
    const limit = { index: 'user', max: MOST_SESSIONS, onExceeded: 'evict-oldest' } as const;
    await this.#cache.set(keyOf(token), { userId }, { limit });
    return token;
  }

  find(token: string): Promise<Session | undefined> {
    return this.#cache.get(keyOf(token));
  }

  /** Ends all of the user's, and gives how many there were. */
  endAll(userId: string): Promise<number> {
    return this.#cache.deleteByIndex('user', userId);
  }
}

/** Whoever sees the keys of the cache can log in with none of them. */
function keyOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
