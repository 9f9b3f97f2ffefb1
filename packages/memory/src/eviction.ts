/** Which entry goes when there is no room. A policy links the slots of its pool in an order of its own and knows nothing else of them. */

export interface EvictionPolicy {
  /** What operators read. */
  readonly name: string;
  /** An entry was put into `slot`. */
  added(slot: number): void;
  /** The entry in `slot` was read for a caller, or written. On the path of a hit. */
  used(slot: number): void;
  /** The entry in `slot` is about to go, for whatever reason. */
  removed(slot: number): void;
  /** The slot whose entry should go next; `NONE` when there is none. */
  victim(): number;
}
