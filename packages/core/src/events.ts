/** What a cache tells those who watch it. Listeners only observe: nothing they do reaches the operation. */

/** `'open'`: the provider is not asked. `'half-open'`: it is asked by one call, and its answer decides. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** The events of a cache. Durations are milliseconds. No event carries a value. */
export interface CacheEvents {
  readonly hit: { readonly key: string };
  readonly miss: { readonly key: string };
  /**
   * A value was stored by a call; a stored load is told by `load`, and what is computed from the value that is there by `update`: so is a
   * counter that has tags, indexes or a schema.
   */
  readonly write: { readonly key: string; readonly version: string };
  /** A fresh entry was removed by a call. */
  readonly delete: { readonly key: string };
  /** Fresh entries were removed by `deleteByIndex` or `deleteByPattern`, of which nobody lists the keys: so many. */
  readonly deleteGroup: { readonly by: 'index' | 'pattern'; readonly count: number };
  /** A loader succeeded. `missing`: it gave `undefined`; `overtaken`: its value was not stored. */
  readonly load: {
    readonly key: string;
    readonly outcome: 'stored' | 'overtaken' | 'missing';
    readonly duration: number;
  };
  readonly loadError: { readonly key: string; readonly error: unknown; readonly duration: number };
  /** A call shares a load that another began, in this process or elsewhere. `load`: its name, which its loader is told. */
  readonly join: { readonly key: string; readonly elsewhere: boolean; readonly load: string };
  /**
   * A call that had joined a load waits for it no more. `served`: it has what the load gave, which may be nothing; `failed`: the load failed;
   * `ended`: it ended without an outcome for this call, which looks again; `takenOver`: the lease ran out without a word of its holder, and
   * this call loads; `left`: the caller left, had waited long enough, or could not go on.
   */
  readonly wait: {
    readonly key: string;
    readonly elsewhere: boolean;
    readonly load: string;
    readonly outcome: 'served' | 'failed' | 'ended' | 'takenOver' | 'left';
    readonly duration: number;
  };
  /**
   * A group of updates of one key was written; `attempt` is above 1 when others wrote meanwhile. `waiting`: the calls of that key behind the
   * group, which the next one takes.
   */
  readonly update: {
    readonly key: string;
    readonly calls: number;
    readonly attempt: number;
    readonly waiting: number;
  };
  /** Jitter made a life shorter: by `shortened` of its `ttl`. */
  readonly jitter: { readonly ttl: number; readonly shortened: number };
  /** The provider had no answer to a call within the deadline. `operation`: the one that failed, or a step of the cache's own such as `open`. */
  readonly late: { readonly operation: string; readonly key?: string | undefined };
  /**
   * A stored value was not given to a reader, who missed. `reason`: it does not fit the schema, its schema version is newer than the
   * cache's, or `migrate` gave nothing for its older one. `schemaVersion`: the one it was written under, 0 for none.
   */
  readonly invalid: {
    readonly key: string;
    readonly reason: 'schema' | 'newer' | 'unmigrated';
    readonly schemaVersion: number;
    readonly issues: readonly {
      readonly message: string;
      readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
    }[];
  };
  /** A value of an older schema version was read, migrated, and stored in the place of the old one. `fromVersion`: 0 for none. */
  readonly migrate: { readonly key: string; readonly fromVersion: number };
  readonly invalidate: { readonly tags: readonly string[] };
  readonly clear: Readonly<Record<never, never>>;
  readonly evict: { readonly key: string; readonly cause: 'entries' | 'bytes' | 'limit' };
  readonly expire: { readonly key: string };
  readonly connection: { readonly state: 'up' | 'down'; readonly error?: unknown };
  /** The circuit breaker of the cache, and of its namespaces, has a new state. */
  readonly breaker: { readonly state: BreakerState };
  /** Something failed that the caller may not have seen: a read that failed open, a background step, a listener. */
  readonly error: { readonly operation: string; readonly key?: string | undefined; readonly error: unknown };
}

type Listener<E extends keyof CacheEvents> = (payload: CacheEvents[E]) => unknown;

/** The listeners of one cache. */
export class Events {
  /** The listeners by event; `undefined` while there are none. Test this before you build a payload: then a silent event costs a field. */
  readonly active: { -readonly [E in keyof CacheEvents]: readonly Listener<E>[] | undefined } = {
    hit: undefined,
    miss: undefined,
    write: undefined,
    delete: undefined,
    deleteGroup: undefined,
    load: undefined,
    loadError: undefined,
    join: undefined,
    wait: undefined,
    update: undefined,
    jitter: undefined,
    late: undefined,
    invalid: undefined,
    migrate: undefined,
    invalidate: undefined,
    clear: undefined,
    evict: undefined,
    expire: undefined,
    connection: undefined,
    breaker: undefined,
    error: undefined,
  };

  on<E extends keyof CacheEvents>(event: E, listener: Listener<E>): () => void {
    if (!Object.hasOwn(this.active, event)) {
      throw new TypeError(
        `there is no event '${event}': the events are ${Object.keys(this.active).join(', ')}`,
      );
    }
    if (typeof listener !== 'function') throw new TypeError(`the listener for '${event}' is not a function`);
    const active: { [F in E]: readonly Listener<F>[] | undefined } = this.active;
    // A wrapper of its own, so that the same function may listen twice and each be stopped.
    const own: Listener<E> = (payload) => listener(payload);
    active[event] = [...(active[event] ?? []), own];
    return () => {
      const left = active[event]?.filter((other) => other !== own);
      active[event] = left === undefined || left.length === 0 ? undefined : left;
    };
  }

  emit<E extends keyof CacheEvents>(event: E, payload: CacheEvents[E]): void {
    for (const listener of this.active[event] ?? []) {
      try {
        const answer = listener(payload);
        // An async listener's rejection would end the process as an unhandled one.
        if (answer instanceof Promise) answer.catch((error: unknown) => this.#failed(event, error));
      } catch (error) {
        this.#failed(event, error);
      }
    }
  }

  /** Stops every listener. */
  close(): void {
    for (const event of Object.keys(this.active) as (keyof CacheEvents)[]) this.active[event] = undefined;
  }

  /** A failing listener is told to the `error` listeners; a failing `error` listener has nobody left to tell. */
  #failed(event: keyof CacheEvents, error: unknown): void {
    if (event !== 'error') this.emit('error', { operation: `listener of ${event}`, error });
  }
}
