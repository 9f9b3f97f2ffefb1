/** `@cache/session/koa-session`: a store for koa-session, for a service that keeps its sessions as they are. */
import { systemClock } from '@cache/core';
import { KeptSessions, type KeptSessionsOptions } from './kept-sessions.ts';

/** What koa-session stores: the program's data, and `_expire` and `_maxAge` beside them. */
export type KoaSessionData = Readonly<Record<string, unknown>>;

export type KoaSessionStoreOptions = KeptSessionsOptions<KoaSessionData>;

/** For the option `store` of koa-session, which calls these without a `this`. A store that fails is an error, never a missing session. */
export interface KoaSessionStore {
  readonly get: (sid: string) => Promise<KoaSessionData | undefined>;
  /** `maxAge` in milliseconds; `'session'`: the cookie ends with the browser. */
  readonly set: (sid: string, session: KoaSessionData, maxAge: number | 'session') => Promise<void>;
  readonly destroy: (sid: string) => Promise<void>;
  /** Ends every session of the subject that was there when the call began; gives how many. Needs the option `subjectOf`. */
  readonly destroyAll: (subject: string) => Promise<number>;
}

/**
 * Keeps the sessions of koa-session in a cache, each under an HMAC of its id. What was destroyed stays so for `lateFor`, whatever a request
 * still saves that had begun before. Of requests that change one session at a time the last one wins, as with any store: koa-session saves
 * the whole of it.
 */
export function koaSessionStore(options: KoaSessionStoreOptions): KoaSessionStore {
  const kept = new KeptSessions(options, 'koa');
  const clock = options.clock ?? systemClock();
  return {
    get: async (sid) => (await kept.find(sid)) ?? undefined,
    async set(sid, session, maxAge) {
      await kept.save(sid, { ...session }, maxAge === 'session' ? undefined : clock.now() + maxAge);
    },
    async destroy(sid) {
      await kept.end(sid);
    },
    destroyAll: (subject) => kept.endAll(subject),
  };
}
