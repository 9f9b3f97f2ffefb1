/** `@cache/session/express-session`: a store for express-session, for a service that keeps its sessions as they are. */
import { callbackify } from 'node:util';
import {
  milliseconds,
  systemClock,
  type Cache,
  type CacheOptions,
  type Clock,
  type Duration,
  type Manager,
} from '@cache/core';
import { Store, type SessionData } from 'express-session';
import { pseudonyms, type Pseudonym } from './pseudonyms.ts';

export interface SessionStoreOptions {
  /** Where the cache is made. */
  readonly manager: Manager;
  /** Of the cache. Default `'express-sessions'`. */
  readonly name?: string | undefined;
  readonly cache?: Pick<CacheOptions, 'provider' | 'codec' | 'deadline' | 'breaker'> | undefined;
  /** At least 32 random bytes, the same in every process, which are copied: ids and subjects reach the cache as an HMAC under it. */
  readonly secret: Uint8Array;
  /** How long a session lasts in any case, however much it is used. */
  readonly absolute: Duration;
  /** How long one rests whose cookie has no `maxAge`. Default `'24h'`. */
  readonly idle?: Duration | undefined;
  /** Whose session it is, for `destroyAll`. Must be pure. Default: nobody's. */
  readonly subjectOf?: ((session: SessionData) => string | undefined) | undefined;
  /** So long after its end a session is not made anew by a request that was under way. Default `'1m'`. */
  readonly lateFor?: Duration | undefined;
  /** Default: the machine's. Give the one that the manager has. */
  readonly clock?: Clock | undefined;
}

/** What is kept of a session. `session` null: it was destroyed, and a late `set` must not bring it back. */
interface Kept {
  readonly endsAt: number;
  readonly session: SessionData | null;
}

type Done<T> = (error?: unknown, value?: T) => void;

const NAMES: ReadonlySet<string> = new Set<keyof SessionStoreOptions>([
  'manager',
  'name',
  'cache',
  'secret',
  'absolute',
  'idle',
  'subjectOf',
  'lateFor',
  'clock',
]);

/**
 * Keeps the sessions of express-session in a cache, each under an HMAC of its id. A store that fails is an error, never a missing session;
 * a touch writes no data; what was destroyed stays so for `lateFor`, whatever a request still saves that had begun before. Of requests that
 * change one session at a time the last one wins, as with any store: express-session saves the whole of it.
 */
export class SessionStore extends Store {
  readonly #cache: Cache<Kept>;
  readonly #keyOf: Pseudonym;
  readonly #termOf: Pseudonym;
  readonly #absolute: number;
  readonly #idle: number;
  readonly #lateFor: number;
  readonly #clock: Clock;

  constructor(options: SessionStoreOptions) {
    super();
    for (const name of Object.keys(options))
      if (!NAMES.has(name)) throw new TypeError(`session store: there is no option '${name}'`);
    const {
      manager,
      name = 'express-sessions',
      cache = {},
      secret,
      subjectOf,
      clock = systemClock(),
    } = options;
    this.#keyOf = pseudonyms(secret, 'express ids', 'session store');
    this.#termOf = pseudonyms(secret, 'express subjects', 'session store');
    this.#absolute = milliseconds(options.absolute, 'absolute');
    this.#idle = milliseconds(options.idle ?? '24h', 'idle');
    this.#lateFor = milliseconds(options.lateFor ?? '1m', 'lateFor');
    this.#clock = clock;
    const subjectTerm = ({ session }: Kept): string | undefined => {
      const subject = session === null ? undefined : subjectOf?.(session);
      return subject === undefined ? undefined : this.#termOf(subject);
    };
    const { provider, codec, deadline, breaker } = cache;
    this.#cache = manager.cache<Kept>(name, {
      provider,
      codec,
      deadline,
      breaker,
      onFailure: 'throw',
      jitter: 0,
      ...(subjectOf !== undefined && { indexes: { subject: subjectTerm } }),
    });
  }

  override get(sid: string, callback: Done<SessionData | null>): void {
    answer(async () => this.#sessionOf(await this.#cache.get(this.#keyOf(sid))), callback);
  }

  override set(sid: string, session: SessionData, callback?: (error?: unknown) => void): void {
    const given = plain(session);
    answer(
      () =>
        this.#write(sid, given, (current, now) =>
          // It has ended, by a call or by its time: what is saved now was loaded before.
          current !== undefined && this.#sessionOf(current) === null
            ? undefined
            : { endsAt: current?.endsAt ?? now + this.#absolute, session: given },
        ),
      callback,
    );
  }

  override touch(sid: string, session: SessionData, callback?: () => void): void {
    const { cookie } = plain(session);
    answer(
      () =>
        this.#write(sid, session, (current) => {
          const held = current === undefined ? null : this.#sessionOf(current);
          return held === null || current === undefined
            ? undefined
            : { ...current, session: { ...held, cookie } };
        }),
      callback,
    );
  }

  override destroy(sid: string, callback?: (error?: unknown) => void): void {
    answer(() => this.#end(this.#keyOf(sid)), callback);
  }

  override all(callback: (error: unknown, sessions?: SessionData[] | null) => void): void {
    answer(
      async () => {
        const sessions: SessionData[] = [];
        for await (const session of this.#walk()) sessions.push(session);
        return sessions;
      },
      callback as Done<SessionData[]>,
    );
  }

  override length(callback: (error: unknown, length?: number) => void): void {
    answer(async () => {
      let length = 0;
      for await (const _ of this.#walk()) length += 1;
      return length;
    }, callback as Done<number>);
  }

  override clear(callback?: (error?: unknown) => void): void {
    answer(() => this.#cache.clear(), callback);
  }

  /** Ends every session of the subject that was there when the call began; gives how many. Needs the option `subjectOf`. */
  async destroyAll(subject: string): Promise<number> {
    const found = await this.#cache.getByIndex('subject', this.#termOf(subject));
    const ended = await Promise.all([...found.keys()].map((key) => this.#end(key)));
    return ended.filter(Boolean).length;
  }

  /** False: it had ended before. */
  async #end(key: string): Promise<boolean> {
    let wasThere = false;
    await this.#cache.update(
      key,
      (current) => {
        wasThere = current !== undefined && this.#sessionOf(current) !== null;
        return { endsAt: current?.endsAt ?? 0, session: null };
      },
      { ttl: this.#lateFor },
    );
    return wasThere;
  }

  async #write(
    sid: string,
    { cookie }: SessionData,
    next: (current: Kept | undefined, now: number) => Kept | undefined,
  ): Promise<void> {
    const now = this.#clock.now();
    const { expires } = cookie;
    const end = expires === null || expires === undefined ? now + this.#idle : new Date(expires).getTime();
    const left = Math.min(end - now, this.#absolute);
    // As a browser takes such a cookie.
    if (left <= 0) await this.#end(this.#keyOf(sid));
    else await this.#cache.update(this.#keyOf(sid), (current) => next(current, now), { ttl: left });
  }

  #sessionOf(kept: Kept | undefined): SessionData | null {
    return kept === undefined || kept.session === null || this.#clock.now() >= kept.endsAt
      ? null
      : kept.session;
  }

  async *#walk(): AsyncGenerator<SessionData> {
    for await (const key of this.#cache.keys()) {
      const session = this.#sessionOf(await this.#cache.get(key));
      if (session !== null) yield session;
    }
  }
}

/** What of a session is data: it carries its request and methods with it. */
function plain(session: SessionData): SessionData {
  return JSON.parse(JSON.stringify(session)) as SessionData;
}

function answer<T>(work: () => Promise<T>, callback: Done<T> | undefined): void {
  // In a turn of its own: what a callback throws is the program's, and no failure of the store.
  callbackify(work)((error, value) => callback?.(error, value));
}
