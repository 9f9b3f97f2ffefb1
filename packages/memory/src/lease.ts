/** One lease: the right to load one key, and those who wait for how it ends. */
import type { AcquireRequest, Cancel, Clock, Settled } from '@cache/core';

export const RELEASED: Settled = { status: 'released' };
export const LAPSED: Settled = { status: 'released', lapsed: true };

export class Lease {
  readonly key: string;
  readonly token: string;
  /** The tags that end it when they are invalidated. */
  readonly tags: readonly string[];
  /** The moment of the grant, as its registry counts. */
  readonly since: number;
  readonly #clock: Clock;
  /** Tells the registry that it ran out. */
  readonly #runOut: (lease: Lease) => void;
  #endsAt = Infinity;
  /** How it ended; `undefined` as long as it stands. */
  #outcome: Settled | undefined;
  readonly #listeners = new Set<(outcome: Settled) => void>();
  /** Runs only while somebody listens. */
  #timer: Cancel | undefined;
  #isAwaited = false;

  constructor(
    key: string,
    request: AcquireRequest,
    since: number,
    clock: Clock,
    runOut: (lease: Lease) => void,
  ) {
    this.key = key;
    this.token = request.token;
    this.tags = [...request.tags];
    this.since = since;
    this.#clock = clock;
    this.#runOut = runOut;
    this.extend(request.leaseMs);
  }

  /** Whether its time is over. */
  get isOver(): boolean {
    return this.#endsAt !== Infinity && this.#clock.elapsed() >= this.#endsAt;
  }

  /** Whether anybody was told to wait for it. */
  get isAwaited(): boolean {
    return this.#isAwaited;
  }

  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  /** Sets the time that is left. */
  extend(leaseMs: number): void {
    this.#endsAt = leaseMs === Infinity ? Infinity : this.#clock.elapsed() + leaseMs;
    if (this.hasListeners) this.#watch();
  }

  /** What the contract calls `settled`, for one who is told to wait. */
  listener(): (signal: AbortSignal) => Promise<Settled> {
    this.#isAwaited = true;
    return (signal) => this.#settled(signal);
  }

  /** Tells all who wait how it ended. Its registry must have forgotten it. */
  end(outcome: Settled): void {
    this.#outcome = outcome;
    this.#stopWatching();
    for (const listener of this.#listeners) listener(outcome);
    this.#listeners.clear();
  }

  #settled(signal: AbortSignal): Promise<Settled> {
    if (this.#outcome !== undefined) return Promise.resolve(this.#outcome);
    return new Promise((resolve) => {
      if (signal.aborted) return;
      const leave = (): void => {
        this.#listeners.delete(listener);
        if (this.#listeners.size === 0) this.#stopWatching();
      };
      const listener = (outcome: Settled): void => {
        signal.removeEventListener('abort', leave);
        resolve(outcome);
      };
      this.#listeners.add(listener);
      signal.addEventListener('abort', leave, { once: true });
      if (this.#timer === undefined) this.#watch();
    });
  }

  #watch(): void {
    this.#stopWatching();
    if (this.#endsAt === Infinity) return;
    this.#timer = this.#clock.after(this.#endsAt - this.#clock.elapsed(), () => {
      if (this.isOver) this.#runOut(this);
      else this.#watch();
    });
  }

  #stopWatching(): void {
    this.#timer?.();
    this.#timer = undefined;
  }
}
