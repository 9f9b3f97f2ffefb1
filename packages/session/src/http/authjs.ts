/** `@cache/session/authjs`: the sessions and verification tokens of Auth.js in a cache; users and accounts stay in their database. */
import type { Adapter, AdapterSession, AdapterUser, VerificationToken } from '@auth/core/adapters';
import {
  milliseconds,
  systemClock,
  type Cache,
  type CacheOptions,
  type Clock,
  type Duration,
  type Manager,
} from '@cache/core';
import { pseudonyms, type Pseudonym } from './pseudonyms.ts';

export interface AuthjsOptions {
  /** Where the caches are made. */
  readonly manager: Manager;
  /** Of the caches: of the sessions, and with `.verification` of the tokens. Default `'authjs'`. */
  readonly name?: string | undefined;
  readonly cache?: Pick<CacheOptions, 'provider' | 'codec' | 'deadline' | 'breaker'> | undefined;
  /**
   * At least 32 random bytes, the same in every process, which are copied: tokens and users reach a key or an index as an HMAC under
   * it.
   */
  readonly secret: Uint8Array;
  /** The adapter of the database, which keeps users, accounts and authenticators. It needs `getUser`. */
  readonly users: Adapter;
  /** How long a session lasts in any case, however much it is used. */
  readonly absolute: Duration;
  /** Default: the machine's. Give the one that the manager has. */
  readonly clock?: Clock | undefined;
}

/** What is kept of a session: not its token. */
interface KeptSession {
  readonly userId: string;
  /** By the last extension. */
  readonly expires: Date;
  /** Beyond which nothing extends it. */
  readonly endsAt: number;
}

interface KeptToken {
  readonly expires: Date;
}

/** An adapter for the strategy `'database'`, and what Auth.js has no words for. */
export interface AuthjsSessions {
  /** For the option `adapter` of Auth.js: what it has of the database's adapter is that adapter's. */
  readonly adapter: Adapter;
  /** Ends every session of the user; gives how many. */
  readonly endAll: (userId: string) => Promise<number>;
}

const NAMES: ReadonlySet<string> = new Set<keyof AuthjsOptions>([
  'manager',
  'name',
  'cache',
  'secret',
  'users',
  'absolute',
  'clock',
]);

/** Makes the adapter. Its methods reject with a `CacheError` when the store fails, and never give that for absence. */
export function authjsSessions(options: AuthjsOptions): AuthjsSessions {
  for (const name of Object.keys(options))
    if (!NAMES.has(name)) throw new TypeError(`Auth.js sessions: there is no option '${name}'`);
  const { manager, name = 'authjs', cache = {}, secret, users, clock = systemClock() } = options;
  if (typeof users?.getUser !== 'function')
    throw new TypeError("Auth.js sessions: users has no getUser: give the adapter of the users' database");
  const { provider, codec, deadline, breaker } = cache;
  const shared = { provider, codec, deadline, breaker, onFailure: 'throw', jitter: 0 } as const;
  const userTerm = pseudonyms(secret, 'authjs users', 'Auth.js sessions');
  const sessions = new Sessions(
    manager.cache<KeptSession>(name, { ...shared, indexes: { user: ({ userId }) => userTerm(userId) } }),
    { keyOf: pseudonyms(secret, 'authjs sessions', 'Auth.js sessions'), userTerm },
    milliseconds(options.absolute, 'absolute'),
    clock,
  );
  const tokens = new VerificationTokens(
    manager.cache<KeptToken>(`${name}.verification`, shared),
    pseudonyms(secret, 'authjs verification', 'Auth.js sessions'),
    clock,
  );
  const getUser = users.getUser.bind(users);
  const deleteUser = users.deleteUser?.bind(users);
  return {
    endAll: (userId) => sessions.endAll(userId),
    // Auth.js takes the methods of an adapter one by one, so they are its own members and need no `this`.
    adapter: {
      ...users,
      createSession: (session) => sessions.create(session),
      async getSessionAndUser(sessionToken) {
        const session = await sessions.get(sessionToken);
        const user = session && (await getUser(session.userId));
        return session && user ? { session, user } : null;
      },
      updateSession: (session) => sessions.update(session),
      deleteSession: (sessionToken) => sessions.end(sessionToken),
      createVerificationToken: (token) => tokens.create(token),
      useVerificationToken: (token) => tokens.use(token),
      ...(deleteUser !== undefined && {
        async deleteUser(userId: string): Promise<AdapterUser | null | undefined> {
          const deleted = await deleteUser(userId);
          await sessions.endAll(userId);
          return deleted ?? undefined;
        },
      }),
    },
  };
}

class Sessions {
  readonly #cache: Cache<KeptSession>;
  readonly #names: { readonly keyOf: Pseudonym; readonly userTerm: Pseudonym };
  readonly #absolute: number;
  readonly #clock: Clock;

  constructor(
    cache: Cache<KeptSession>,
    names: { readonly keyOf: Pseudonym; readonly userTerm: Pseudonym },
    absolute: number,
    clock: Clock,
  ) {
    this.#cache = cache;
    this.#names = names;
    this.#absolute = absolute;
    this.#clock = clock;
  }

  async create({ sessionToken, userId, expires }: AdapterSession): Promise<AdapterSession> {
    const now = this.#clock.now();
    const endsAt = now + this.#absolute;
    const kept: KeptSession = { userId, expires: earlier(expires, endsAt), endsAt };
    const ttl = kept.expires.getTime() - now;
    if (ttl > 0 && !(await this.#cache.setIfNotExists(this.#names.keyOf(sessionToken), kept, { ttl })))
      throw new Error('the session token is taken: the source of randomness of Auth.js is broken');
    return shown(sessionToken, kept);
  }

  async get(sessionToken: string): Promise<AdapterSession | null> {
    const kept = await this.#cache.get(this.#names.keyOf(sessionToken));
    return kept === undefined || this.#isOver(kept) ? null : shown(sessionToken, kept);
  }

  /** Extends it, if it has not ended meanwhile. */
  async update({ sessionToken, expires }: ExtendedSession): Promise<AdapterSession | null> {
    const key = this.#names.keyOf(sessionToken);
    const now = this.#clock.now();
    if (expires === undefined) return this.get(sessionToken);
    const ttl = Math.min(expires.getTime() - now, this.#absolute);
    if (ttl <= 0) return this.end(sessionToken);
    const kept = await this.#cache.update(
      key,
      (current) =>
        current === undefined || this.#isOver(current)
          ? undefined
          : { ...current, expires: earlier(expires, current.endsAt) },
      { ttl },
    );
    return kept === undefined || this.#isOver(kept) ? null : shown(sessionToken, kept);
  }

  async end(sessionToken: string): Promise<AdapterSession | null> {
    const kept = await this.#cache.getAndDelete(this.#names.keyOf(sessionToken));
    return kept === undefined ? null : shown(sessionToken, kept);
  }

  endAll(userId: string): Promise<number> {
    return this.#cache.deleteByIndex('user', this.#names.userTerm(userId));
  }

  #isOver({ expires }: KeptSession): boolean {
    return this.#clock.now() >= expires.getTime();
  }
}

type ExtendedSession = Pick<AdapterSession, 'sessionToken'> & Partial<AdapterSession>;

function shown(sessionToken: string, { userId, expires }: KeptSession): AdapterSession {
  return { sessionToken, userId, expires };
}

function earlier(expires: Date, endsAt: number): Date {
  return new Date(Math.min(expires.getTime(), endsAt));
}

class VerificationTokens {
  readonly #cache: Cache<KeptToken>;
  readonly #pseudonym: Pseudonym;
  readonly #clock: Clock;

  constructor(cache: Cache<KeptToken>, pseudonym: Pseudonym, clock: Clock) {
    this.#cache = cache;
    this.#pseudonym = pseudonym;
    this.#clock = clock;
  }

  async create(given: VerificationToken): Promise<VerificationToken> {
    const ttl = given.expires.getTime() - this.#clock.now();
    if (ttl > 0) await this.#cache.set(this.#keyOf(given), { expires: given.expires }, { ttl });
    return given;
  }

  /** Of concurrent callers one gets it. */
  async use({ identifier, token }: Omit<VerificationToken, 'expires'>): Promise<VerificationToken | null> {
    const kept = await this.#cache.getAndDelete(this.#keyOf({ identifier, token }));
    return kept === undefined ? null : { identifier, token, expires: kept.expires };
  }

  #keyOf({ identifier, token }: Omit<VerificationToken, 'expires'>): string {
    return this.#pseudonym(JSON.stringify([identifier, token]));
  }
}
