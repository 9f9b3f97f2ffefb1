/**
 * The Store contract: five primitives over a backend that knows only keys and conditional writes. Core's record engine builds the whole
 * meaning of a cache on them. This file imports nothing.
 *
 * **Records are opaque.** A store keeps `version` and `data` and looks into neither. It parses no entry, knows no tag, index or codec and
 * calls no loader.
 *
 * **Concurrency.** Each primitive takes effect at one instant between its call and its settlement, its condition included: two conditional
 * writes on one version cannot both succeed. Any number of processes may work on the same backend.
 *
 * **Ownership.** A record handed to `put` belongs to the store from then on; what `get` returns is never changed by the store afterwards,
 * and core does not change it either.
 *
 * **Absence.** A record whose `expiresAt` has passed is absent for every primitive, conditions included: `put` with `'absent'` succeeds
 * over it, a condition on its version fails.
 *
 * **Failure.** Reject with a `CacheError`: `UNAVAILABLE` when nothing was executed, `UNKNOWN_OUTCOME` when a write may or may not have
 * been. A store never repeats a write on its own after an unknown outcome. Any other error is treated as an unknown outcome of a write
 * and as an unavailable store on a read.
 */

/** What a store keeps under a key. */
export interface StoreRecord {
  /** Issued by core, compared by the store, for equality only. */
  readonly version: string;
  /** `Uint8Array` for a store that holds bytes, a value of the value model for one that holds values. */
  readonly data: unknown;
}

/** A record as it was found. */
export interface FoundRecord extends StoreRecord {
  /** Milliseconds since the epoch by the store's clock; `Infinity` for never. */
  readonly expiresAt: number;
  /** The store's time at which it was read. Left out when the store has no clock of its own: core's clock counts then. */
  readonly readAt?: number;
}

/** What must hold at the instant of the write: no record, or the record of this version. */
export type RecordCondition = 'absent' | { readonly version: string };

export interface PutOptions {
  /** When the record becomes absent: milliseconds since the epoch by the store's clock; `Infinity` for never. */
  readonly expiresAt: number;
  /** Left out: the write always takes effect. */
  readonly when?: RecordCondition;
  /** The write takes effect only before this instant by the store's clock. Only on stores with the trait `judgesBefore`. */
  readonly before?: number;
}

export interface DeleteOptions {
  /** Left out: the record goes whatever its version. */
  readonly when?: { readonly version: string };
}

/** What a store declares about itself. */
export interface StoreTraits {
  /** `'bytes'`: `data` is a `Uint8Array`; `'values'`: a value of the value model, kept as it is. */
  readonly holds: 'values' | 'bytes';
  readonly scope: 'process' | 'host' | 'shared';
  readonly durable: boolean;
  /** How late, in milliseconds, a record may be found expired. */
  readonly expiryPrecisionMs: number;
  /** How far the clocks of the processes may be apart, in milliseconds, when `get` gives no `readAt`; 0 in one process. */
  readonly clockSkewMs: number;
  /** `scan` works. Without it `keys`, patterns and the sweep are refused. */
  readonly scans: boolean;
  /** `before` is judged in the same step as the write. Without it a conditional write may rest on an entry that went stale within the round trip. */
  readonly judgesBefore: boolean;
}

/** The five primitives. */
export interface Store {
  /** The record of `key`; `undefined` when there is none. */
  get(key: string): FoundRecord | undefined | Promise<FoundRecord | undefined>;

  /** Writes the record if the condition holds. False: it did not, and nothing changed. */
  put(key: string, record: StoreRecord, options: PutOptions): boolean | Promise<boolean>;

  /** Deletes the record if the condition holds. True: a record was there and is gone. */
  delete(key: string, options: DeleteOptions): boolean | Promise<boolean>;

  /**
   * The keys that start with `prefix`, in pages, in no order. A key that is there during the whole walk comes exactly once. Keys are handed
   * out as they were put.
   */
  scan(prefix: string): Iterable<readonly string[]> | AsyncIterable<readonly string[]>;

  /** Gives back what the store holds of the machine. A second call does nothing. */
  close(): void | Promise<void>;
}
