/** A clock that stands still until it is told otherwise. */
import type { Cancel, Clock } from '@cache/core';

interface Timer {
  readonly dueAt: number;
  readonly callback: () => void;
}

export class FakeClock implements Clock {
  readonly #start = 1_700_000_000_000;
  #elapsed = 0;
  readonly #timers = new Set<Timer>();
  /** How far every look at `elapsed` moves time: gives work a duration. */
  costOfLooking = 0;
  /** How much too early timers fire: those of the machine are no exacter than a millisecond. */
  haste = 0;

  now(): number {
    return this.#start + this.#elapsed;
  }

  /** How old a recent reading is. */
  lag = 0;

  recent(): number {
    return this.now() - this.lag;
  }

  elapsed(): number {
    this.#elapsed += this.costOfLooking;
    return this.#elapsed;
  }

  after(ms: number, callback: () => void): Cancel {
    const timer: Timer = { dueAt: this.#elapsed + Math.max(0, Math.min(ms, 1), ms - this.haste), callback };
    if (ms !== Infinity) this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Lets `ms` pass; timers fire in their order, each at its time. */
  advance(ms: number): void {
    const until = this.#elapsed + ms;
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#timers.delete(next);
      this.#elapsed = Math.max(this.#elapsed, next.dueAt);
      next.callback();
    }
    this.#elapsed = Math.max(this.#elapsed, until);
  }

  #next(until: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueAt <= until && (next === undefined || timer.dueAt < next.dueAt)) next = timer;
    }
    return next;
  }
}
