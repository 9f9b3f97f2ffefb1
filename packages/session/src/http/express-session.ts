/** `@cache/session/express-session`: a store for express-session, for a service that keeps its sessions as they are. */
import { callbackify } from 'node:util';
import { Store, type SessionData } from 'express-session';
import { KeptSessions, type KeptSessionsOptions } from './kept-sessions.ts';

export type SessionStoreOptions = KeptSessionsOptions<SessionData>;

type Done<T> = (error?: unknown, value?: T) => void;

/**
 * Keeps the sessions of express-session in a cache, each under an HMAC of its id. A store that fails is an error, never a missing session;
 * a touch writes no data; what was destroyed stays so for `lateFor`, whatever a request still saves that had begun before. Of requests that
 * change one session at a time the last one wins, as with any store: express-session saves the whole of it.
 */
export class SessionStore extends Store {
  readonly #kept: KeptSessions<SessionData>;

  constructor(options: SessionStoreOptions) {
    super();
    this.#kept = new KeptSessions(options, 'express');
  }

  override get(sid: string, callback: Done<SessionData | null>): void {
    answer(() => this.#kept.find(sid), callback);
  }

  override set(sid: string, session: SessionData, callback?: (error?: unknown) => void): void {
    const given = plain(session);
    answer(() => this.#kept.save(sid, given, endOf(given)), callback);
  }

  override touch(sid: string, session: SessionData, callback?: () => void): void {
    const { cookie } = plain(session);
    answer(() => this.#kept.edit(sid, (held) => ({ ...held, cookie }), endOf(session)), callback);
  }

  override destroy(sid: string, callback?: (error?: unknown) => void): void {
    answer(() => this.#kept.end(sid), callback);
  }

  override all(callback: (error: unknown, sessions?: SessionData[] | null) => void): void {
    answer(
      async () => {
        const sessions: SessionData[] = [];
        for await (const session of this.#kept.walk()) sessions.push(session);
        return sessions;
      },
      callback as Done<SessionData[]>,
    );
  }

  override length(callback: (error: unknown, length?: number) => void): void {
    answer(async () => {
      let length = 0;
      for await (const _ of this.#kept.walk()) length += 1;
      return length;
    }, callback as Done<number>);
  }

  override clear(callback?: (error?: unknown) => void): void {
    answer(() => this.#kept.clear(), callback);
  }

  /** Ends every session of the subject that was there when the call began; gives how many. Needs the option `subjectOf`. */
  destroyAll(subject: string): Promise<number> {
    return this.#kept.endAll(subject);
  }
}

function endOf({ cookie: { expires } }: SessionData): number | undefined {
  return expires === null || expires === undefined ? undefined : new Date(expires).getTime();
}

/** What of a session is data: it carries its request and methods with it. */
function plain(session: SessionData): SessionData {
  return JSON.parse(JSON.stringify(session)) as SessionData;
}

function answer<T>(work: () => Promise<T>, callback: Done<T> | undefined): void {
  // In a turn of its own: what a callback throws is the program's, and no failure of the store.
  callbackify(work)((error, value) => callback?.(error, value));
}
