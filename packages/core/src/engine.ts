/**
 * The Engine contract: everything core needs from the place where entries live, when that place can do each step atomically.
 *
 * A provider whose backend only knows keys and conditional writes implements the Store contract (`store.ts`) instead, and core's record
 * engine turns it into an Engine. This file imports nothing.
 *
 * @experimental until a provider that crosses processes has passed the conformance kit.
 *
 * **Concurrency.** Every method may be called at any time, any number of times, by any number of engines that were opened on the same
 * space. Each call takes effect at one instant between its start and its end. An engine may answer synchronously; a synchronous answer
 * has taken effect when the call returns.
 *
 * **Ownership.** A payload handed to the engine belongs to it from then on, also when the write is refused: core never touches it again. A payload the engine hands out
 * stays its own: core copies before it gives anything to a caller. Arrays and objects of requests are only read during the call.
 *
 * **Absence** is `undefined` or `false`, never an error. An expired, invalidated or cleared entry is absent for every method, conditions
 * included, from the instant it stopped being valid and whether or not it has been swept.
 *
 * **Failure** is a rejection with a `CacheError`, or a throw of an engine that answers at once: `UNAVAILABLE` when nothing was executed, `UNKNOWN_OUTCOME` when the
 * request was sent and its reply was lost. An engine never runs a write twice on its own after an unknown outcome. What was not executed
 * it may try again, until the deadline it was opened with: only an engine can tell its errors apart, so core tries nothing again.
 *
 * **Time.** Durations are milliseconds, `Infinity` means for ever; instants are milliseconds since the epoch by the engine's own clock.
 */

/** A synchronous answer or a promise of one. Core awaits only real promises. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * What an engine keeps for a value. A safe integer (never `-0`) is always handed over as a plain `number`, so that counters can be changed
 * in place; anything else is bytes for an engine that holds `'bytes'`, and an opaque object or primitive for one that holds `'values'`.
 * Never `undefined`.
 */
export type Payload = unknown;

/** What an engine declares about itself. A cache that needs more than is declared is refused when it is created. */
export interface EngineTraits {
  /** `'values'`: payloads are kept by reference; `'bytes'`: payloads are `Uint8Array` (or `number`). */
  readonly holds: 'values' | 'bytes';
  /** Who shares the entries: this process, the processes of this machine, or anybody who reaches the server. */
  readonly scope: 'process' | 'host' | 'shared';
  /** No method ever returns a promise, `settled` and `ping` aside. */
  readonly synchronous: boolean;
  /** Entries survive the end of the process that wrote them. */
  readonly durable: boolean;
  /** How late, in milliseconds, an entry may be found expired. */
  readonly expiryPrecisionMs: number;
  /** `scan` and `removeByPattern` work. */
  readonly scans: boolean;
  /** `lookUp`, `removeByTerm` and `editTerms` work. */
  readonly indexes: boolean;
  /** A `limit` on a write is judged in the same step as the write. */
  readonly limits: boolean;
  /** Writes should carry `size`: the engine bounds bytes. */
  readonly sized: boolean;
  /**
   * A write that overlaps a tag invalidation or a clear of its entry is ordered before or after it. When false, such a write may be
   * removed by it, or take effect though the entry it rests on was just invalidated.
   */
  readonly orderedInvalidation: boolean;
}

/** How long an entry is fresh, and how long after that it may still be served by a loading call. */
export interface Life {
  readonly ttl: number;
  readonly grace: number;
}

/** An entry as an engine tells it: a moment's view, never changed afterwards. */
export interface Entry {
  readonly payload: Payload;
  /** The id its writer gave it. Compared for equality only. */
  readonly version: string;
  readonly createdAt: number;
  /** `Infinity`: never stale. */
  readonly freshUntil: number;
  /** The end of grace; `freshUntil` when there is none. */
  readonly keptUntil: number;
  /** How long the loader ran that made it; 0 when it was written. */
  readonly loadMs: number;
  readonly tags: readonly string[];
  readonly terms: readonly string[];
  /** Bytes as told by the writer, or as stored; 0 when unknown. */
  readonly size: number;
}

/** A ceiling on the entries that carry `term`, judged together with the write that adds one. */
export interface Limit {
  readonly term: string;
  readonly max: number;
  readonly onExceeded: 'refuse' | 'evict-oldest' | 'evict-lru';
}

/** One new state of one key. Whatever its condition, a write that takes effect ends the key's lease. */
export interface Write {
  readonly payload: Payload;
  /** A fresh id from core, of 16 characters; it becomes the entry's version. */
  readonly version: string;
  /** `'keep'`: the remaining life of the entry it replaces. Only with a `version` condition. */
  readonly life: Life | 'keep';
  /** `'keep'`: the tags of the entry it replaces, with the stamps under which that entry was judged. Only with a `version` condition. */
  readonly tags: readonly string[] | 'keep';
  /** The complete set of terms of the new entry. Membership changes in the same step as the entry. */
  readonly terms: readonly string[];
  readonly loadMs: number;
  readonly size: number;
  readonly limit: Limit | undefined;
}

/** What must hold of the key at the instant of the write. A stale entry in its grace counts as absent. */
export type Condition = 'absent' | 'present' | VersionCondition;

/** The fresh entry has this version. */
export interface VersionCondition {
  readonly version: string;
  /** Set by updates, which begin again when they are refused. An engine may ignore it: it bounds unfairness, and nothing rests on it. */
  readonly contender?: Contender | undefined;
}

/** One of those who update a key at the same time. */
export interface Contender {
  /** The same for every attempt of an update. */
  readonly id: string;
  /**
   * It has lost to others again and again, and asks for priority. An engine that gives it remembers the id when it refuses the write for
   * its version, until a write of this contender takes effect and for at most 100 ms. Meanwhile it refuses the writes of every other
   * contender as `claimed`, and nothing else: a write without a contender and a removal are never held up. One has priority at a time.
   */
  readonly claims: boolean;
}

export type Written =
  /** `evicted`: keys that had to go for the limit. */
  | { readonly status: 'written'; readonly evicted: readonly string[] }
  /**
   * The condition did not hold; `current` is the fresh entry at that instant, if there was one. Nothing changed. `claimed`: another
   * contender has priority, whether or not the condition held; ask again in a few milliseconds.
   */
  | {
      readonly status: 'refused';
      readonly current: Entry | undefined;
      readonly claimed?: boolean | undefined;
    }
  /** The limit was reached and says `'refuse'`. Nothing changed. */
  | { readonly status: 'limited' };

/** A request for the right to load a key. */
export interface AcquireRequest {
  /** A fresh id from core, of 16 characters: the fencing token, if the lease is granted. */
  readonly token: string;
  /** `Infinity` when the holder cannot die without the entries dying with it. */
  readonly leaseMs: number;
  /** Tags the loaded entry is known to get. Their state is captured with the lease; tags learnt from the loader are judged at commit. */
  readonly tags: readonly string[];
  /** The token this caller has waited for, so that it hears of that load's failure even when the message was lost. */
  readonly awaited: string | undefined;
  /** True: an entry whose record cannot be read counts as absent, and is replaced. Otherwise the request rejects with `CODEC_FAILED`. */
  readonly overUnreadable?: boolean | undefined;
}

/** How a load ended that somebody else ran. */
export type Settled =
  | { readonly status: 'stored'; readonly entry: Entry }
  /** Overtaken, given up, or simply time to look again: acquire again. `lapsed`: the lease ran out without a word of its holder. */
  | { readonly status: 'released'; readonly lapsed?: true | undefined }
  /** The loader threw; the message is all that crosses a process. */
  | { readonly status: 'failed'; readonly message: string };

export type Acquired =
  | { readonly status: 'hit'; readonly entry: Entry }
  /** The caller holds the lease under its token. `stale`: what may be served meanwhile. */
  | { readonly status: 'lead'; readonly stale: Entry | undefined }
  /**
   * `holder` is loading. When it is one of this process's own tokens, core joins that load; otherwise it calls `settled`, once, at once.
   * `settled` never rejects for the holder's death: it answers `released` no later than the lease's end. When `signal` fires it stops
   * listening and may stay pending.
   */
  | {
      readonly status: 'wait';
      readonly holder: string;
      readonly stale: Entry | undefined;
      readonly settled: (signal: AbortSignal) => Promise<Settled>;
    }
  /** The load named by `awaited` failed. */
  | { readonly status: 'failed'; readonly message: string };

/**
 * What became of a commit. `'overtaken'`: the lease had ended, or the key, one of the entry's tags, one of its terms (removed by index), a
 * matching pattern, or the whole space was removed since the lease was granted. Nothing is stored then and nothing changed.
 */
export type Committed = 'stored' | 'overtaken' | 'limited';

/** A change of a counter. The entry keeps its tags, terms and remaining life; a new one starts from 0 with `life`. */
export interface CounterChange {
  readonly delta: number;
  readonly version: string;
  /** The life of a new entry. */
  readonly life: Life;
  /** True: an existing entry gets `life` too. */
  readonly renew: boolean;
}

export type Counted =
  | { readonly status: 'counted'; readonly value: number }
  /** The entry is not a safe integer. Nothing changed. */
  | { readonly status: 'not-a-counter' }
  /** The result would leave the safe integers. Nothing changed. */
  | { readonly status: 'overflow' };

/** A glob over keys, already parsed by core. */
export interface Pattern {
  /** Canonical text: `*`, `?`, `[...]`, and `\` before a literal. */
  readonly glob: string;
  /** The literal text every matching key starts with; may be empty. */
  readonly prefix: string;
  matches(key: string): boolean;
}

export interface EngineStats {
  /** Entries held, those not yet swept included; `undefined` when counting them would take too long. */
  readonly entries: number | undefined;
  /** Bytes held; `undefined` when the engine does not know. */
  readonly bytes: number | undefined;
  /** Removed for room, since the engine was opened. */
  readonly evictions: number;
  /** Found expired and removed, since the engine was opened. */
  readonly expirations: number;
}

export interface EngineHealth {
  /** What an operator should know: role, policy, lag. Never a secret. */
  readonly details: Readonly<Record<string, string | number | boolean>>;
}

/** Takes what an engine says of many keys. A place that it was told of is settled: what comes later is ignored. Throws nothing. */
export interface Answers {
  /** `undefined`: there is no fresh entry. */
  found(place: number, payload: Payload | undefined): void;
  failed(place: number, error: unknown): void;
}

/** The entries of one space, opened by one cache. */
export interface Engine {
  /** The payload of the fresh entry of `key`; `undefined` when there is none. The path of a hit: it should allocate nothing. */
  get(key: string): MaybePromise<Payload | undefined>;

  /**
   * Optional: `get` of one or more different keys, in few round trips. Tells `answers` once of each place in `keys`, at once or later, what `get` would give or
   * reject with; one key's failure is told of that key alone. Resolves when it has told of all; rejects with one of their failures when no
   * key had an answer. Where it is missing, each key is asked for by itself, all in one turn.
   */
  getMany?(keys: readonly string[], answers: Answers): Promise<void>;

  /** The fresh entry of `key`; `undefined` when there is none. It does not count as a use where eviction looks at uses. */
  read(key: string): MaybePromise<Entry | undefined>;

  /**
   * Reads `key` and, if no fresh entry is there and nobody is loading it, grants the lease: one step. The lease ends at the latest
   * after `leaseMs`, and at once by any write, removal or clear of the key and by an invalidation of one of its captured tags.
   * A request that is repeated with the same token after a lost reply is granted the lease it already holds.
   */
  acquire(key: string, request: AcquireRequest): MaybePromise<Acquired>;

  /** Sets the remaining time of the lease held under `token`. False: it has ended, and a commit will be refused. */
  extend(key: string, token: string, leaseMs: number): MaybePromise<boolean>;

  /** Stores the loaded entry if the lease held under `token` still stands and nothing of it was overtaken; ends the lease either way. */
  commit(key: string, token: string, write: Write): MaybePromise<Committed>;

  /** Ends the lease held under `token`, if it still stands. With `failure`, those who wait for it are told that the loader failed. */
  release(key: string, token: string, failure: string | undefined): MaybePromise<void>;

  /** Writes `key` if `condition` holds. Without one it always takes effect, a `limit` aside. */
  write(key: string, write: Write, condition: Condition | undefined): MaybePromise<Written>;

  /** Removes `key` and ends its lease. True: a fresh entry was there. */
  remove(key: string): MaybePromise<boolean>;

  /** Like `remove`, and gives the fresh entry that was there. Of concurrent takers at most one gets it. */
  take(key: string): MaybePromise<Entry | undefined>;

  /** Adds to the counter `key`, in one step. */
  count(key: string, change: CounterChange): MaybePromise<Counted>;

  /** Starts a new life for the fresh entry of `key`, which keeps its version. False: there is none. Does not end a lease. */
  touch(key: string, life: Life): MaybePromise<boolean>;

  /** Makes the fresh entry of `key` stale now; its grace, if any, starts now. False: there was none. Ends the lease in either case. */
  expire(key: string): MaybePromise<boolean>;

  /** Makes every entry that carries one of `tags` absent, in O(tags). Leases that captured one of them end. */
  invalidateTags(tags: readonly string[]): MaybePromise<void>;

  /** Makes every entry of the space absent and ends every lease, in O(1). Other spaces are untouched. */
  clear(): MaybePromise<void>;

  /** The fresh entries that carry `term`, each verified at one instant during the call. Needs the trait `indexes`. */
  lookUp(term: string): MaybePromise<readonly (readonly [key: string, entry: Entry])[]>;

  /**
   * Removes every entry that carries `term`, and fences running loads whose entry will turn out to carry it. Gives how many were fresh. An engine
   * that removes them in several steps calls `progressed` after each: the deadline is that of a step.
   */
  removeByTerm(term: string, progressed?: () => void): MaybePromise<number>;

  /** Adds and removes terms of the fresh entry of `key`, which gets `version`. False: there is none. */
  editTerms(
    key: string,
    add: readonly string[],
    remove: readonly string[],
    version: string,
  ): MaybePromise<boolean>;

  /**
   * The keys of fresh entries that match, in pages, in no order. A key whose entry is there during the whole walk comes exactly once; one
   * that comes or goes meanwhile may be missed. Needs the trait `scans`.
   */
  scan(pattern: Pattern): Iterable<readonly string[]> | AsyncIterable<readonly string[]>;

  /** Removes every entry whose key matches, and fences running loads of matching keys. Gives how many were fresh. `progressed`: as above. */
  removeByPattern(pattern: Pattern, progressed?: () => void): MaybePromise<number>;

  stats(): MaybePromise<EngineStats>;

  /** Asks the backend whether it answers. Rejects with `UNAVAILABLE` when it does not. */
  ping(): MaybePromise<EngineHealth>;

  /** Gives back what the engine holds of the machine: timers, sockets, files. Bounded in time; a second call does nothing. */
  close(): MaybePromise<void>;
}
