/** A lock while it is held: its lease is prolonged as long as it is needed, and its loss is noticed. */
import type { Cancel, Clock } from '@cache/core';
import type { Grant } from './grants.ts';
import { LockLostError } from './lock-lost-error.ts';

export interface HoldOptions {
  readonly grant: Grant;
  readonly keys: readonly string[];
  readonly lease: number;
  readonly clock: Clock;
  /** Told once, when the lock is lost before `end` was called. */
  readonly onLost: (error: LockLostError) => void;
}

/** The pause after an attempt to prolong that failed, as a part of the lease. */
const RETRY_PART = 20;

export class Hold {
  readonly keys: ReadonlySet<string>;
  readonly #options: HoldOptions;
  #cancelProlonging: Cancel = () => undefined;
  #cancelExpiry: Cancel = () => undefined;
  #lost: LockLostError | undefined;
  #trouble: unknown;
  #isEnded = false;

  constructor(options: HoldOptions) {
    this.#options = options;
    this.keys = new Set(options.keys);
    this.#watch();
  }

  /** Whether `end` was not called yet. */
  get isUnderWay(): boolean {
    return !this.#isEnded;
  }

  /**
   * Gives the lock back. Resolves with the loss, if the lock was lost before: the server knows whether it was, however short the time. Does
   * not reject: where the server cannot be asked, the lease ends the lock, and the clock says whether it has.
   */
  async end(): Promise<LockLostError | undefined> {
    this.#isEnded = true;
    this.#rest();
    const { grant, clock } = this.#options;
    const isOver = clock.elapsed() >= grant.endsAt;
    try {
      if (!(await grant.release())) this.#lost ??= this.#loss();
    } catch (error) {
      this.#trouble ??= error;
      if (isOver) this.#lost ??= this.#loss();
    }
    return this.#lost;
  }

  #watch(): void {
    const { grant, clock } = this.#options;
    const left = grant.endsAt - clock.elapsed();
    this.#cancelExpiry = clock.after(left, () => this.#lose());
    this.#prolongAfter(left / 2);
  }

  #prolongAfter(ms: number): void {
    this.#cancelProlonging = this.#options.clock.after(ms, () => void this.#prolong());
  }

  async #prolong(): Promise<void> {
    const { grant, lease } = this.#options;
    try {
      const stands = await grant.prolong();
      // The function may have ended, or the lease, while the server was asked.
      if (this.#isOver) return;
      this.#trouble = undefined;
      if (!stands) return this.#lose();
      this.#rest();
      this.#watch();
    } catch (error) {
      if (this.#isOver) return;
      this.#trouble = error;
      this.#prolongAfter(lease / RETRY_PART);
    }
  }

  #lose(): void {
    this.#rest();
    this.#lost = this.#loss();
    this.#options.onLost(this.#lost);
  }

  #loss(): LockLostError {
    return new LockLostError(this.#options.keys, this.#trouble);
  }

  get #isOver(): boolean {
    return this.#isEnded || this.#lost !== undefined;
  }

  #rest(): void {
    this.#cancelProlonging();
    this.#cancelExpiry();
  }
}
