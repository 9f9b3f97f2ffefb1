/** The sessions of a package that makes its own ids and saves whole sessions: what was ended stays so, however late it is saved. */
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

/** What such a store is told. `S` is what the package calls a session. */
export interface KeptSessionsOptions<S> {
  /** Where the cache is made. */
  readonly manager: Manager;
  /** Of the cache. */
  readonly name?: string | undefined;
  readonly cache?: Pick<CacheOptions, 'provider' | 'codec' | 'deadline' | 'breaker'> | undefined;
  /** At least 32 random bytes, the same in every process, which are copied: ids and subjects reach the cache as an HMAC under it. */
  readonly secret: Uint8Array;
  /** How long a session lasts in any case, however much it is used. */
  readonly absolute: Duration;
  /** How long one rests whose cookie ends with the browser. Default `'24h'`. */
  readonly idle?: Duration | undefined;
  /** Whose session it is, for `destroyAll`. Must be pure. Default: nobody's. */
  readonly subjectOf?: ((session: S) => string | undefined) | undefined;
  /** So long after its end a session is not made anew by a request that was under way. Default `'1m'`. */
  readonly lateFor?: Duration | undefined;
  /** Default: the machine's. Give the one that the manager has. */
  readonly clock?: Clock | undefined;
}

/** What is kept of a session. `session` null: it was ended, and a late save must not bring it back. */
interface Kept<S> {
  readonly endsAt: number;
  readonly session: S | null;
}

const NAMES: ReadonlySet<string> = new Set<keyof KeptSessionsOptions<unknown>>([
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

export class KeptSessions<S extends object> {
  readonly #cache: Cache<Kept<S>>;
  readonly #keyOf: Pseudonym;
  readonly #termOf: Pseudonym;
  readonly #absolute: number;
  readonly #idle: number;
  readonly #lateFor: number;
  readonly #clock: Clock;

  /** `purpose`: what tells the pseudonyms, and the cache, of one package from those of another. */
  constructor(options: KeptSessionsOptions<S>, purpose: string) {
    for (const name of Object.keys(options))
      if (!NAMES.has(name)) throw new TypeError(`session store: there is no option '${name}'`);
    const { name = `${purpose}-sessions`, cache = {}, secret, subjectOf, clock = systemClock() } = options;
    this.#keyOf = pseudonyms(secret, `${purpose} ids`, 'session store');
    this.#termOf = pseudonyms(secret, `${purpose} subjects`, 'session store');
    this.#absolute = milliseconds(options.absolute, 'absolute');
    this.#idle = milliseconds(options.idle ?? '24h', 'idle');
    this.#lateFor = milliseconds(options.lateFor ?? '1m', 'lateFor');
    this.#clock = clock;
    const subjectTerm = ({ session }: Kept<S>): string | undefined => {
      const subject = session === null ? undefined : subjectOf?.(session);
      return subject === undefined ? undefined : this.#termOf(subject);
    };
    const { provider, codec, deadline, breaker } = cache;
    this.#cache = options.manager.cache<Kept<S>>(name, {
      provider,
      codec,
      deadline,
      breaker,
      onFailure: 'throw',
      jitter: 0,
      ...(subjectOf !== undefined && { indexes: { subject: subjectTerm } }),
    });
  }

  async find(sid: string): Promise<S | null> {
    return this.#sessionOf(await this.#cache.get(this.#keyOf(sid)));
  }

  /** Stores it until `end`, an instant, unless it has ended. `end` undefined: its cookie ends with the browser. */
  save(sid: string, session: S, end: number | undefined): Promise<void> {
    return this.#write(sid, end, (current, now) =>
      // It has ended, by a call or by its time: what is saved now was loaded before.
      current !== undefined && this.#sessionOf(current) === null
        ? undefined
        : { endsAt: current?.endsAt ?? now + this.#absolute, session },
    );
  }

  /** Changes it, if it is there. */
  edit(sid: string, edit: (session: S) => S, end: number | undefined): Promise<void> {
    return this.#write(sid, end, (current) => {
      const held = current === undefined ? null : this.#sessionOf(current);
      return held === null || current === undefined ? undefined : { ...current, session: edit(held) };
    });
  }

  /** False: it had ended before. */
  end(sid: string): Promise<boolean> {
    return this.#end(this.#keyOf(sid));
  }

  /** Ends every session of the subject that was there when the call began; gives how many. Needs the option `subjectOf`. */
  async endAll(subject: string): Promise<number> {
    const found = await this.#cache.getByIndex('subject', this.#termOf(subject));
    const ended = await Promise.all([...found.keys()].map((key) => this.#end(key)));
    return ended.filter(Boolean).length;
  }

  async *walk(): AsyncGenerator<S> {
    for await (const key of this.#cache.keys()) {
      const session = this.#sessionOf(await this.#cache.get(key));
      if (session !== null) yield session;
    }
  }

  clear(): Promise<void> {
    return this.#cache.clear();
  }

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
    end: number | undefined,
    next: (current: Kept<S> | undefined, now: number) => Kept<S> | undefined,
  ): Promise<void> {
    const now = this.#clock.now();
    const left = Math.min(end === undefined ? this.#idle : end - now, this.#absolute);
    // As a browser takes such a cookie.
    if (left <= 0) await this.end(sid);
    else await this.#cache.update(this.#keyOf(sid), (current) => next(current, now), { ttl: left });
  }

  #sessionOf(kept: Kept<S> | undefined): S | null {
    return kept === undefined || kept.session === null || this.#clock.now() >= kept.endsAt
      ? null
      : kept.session;
  }
}
