/**
 * The one timer of a pool. It walks all slots, a few milliseconds at a time, and has those reclaimed whose entries are absent but still
 * lie there: expired, invalidated by a tag, or of a cleared space.
 */
import type { Cancel, Clock } from '@cache/core';

/** Slots looked at between two looks at the clock. */
const STRIDE = 64;
/** The pause after a slice, as a multiple of its budget: what else the process does comes first. */
const PAUSE_FACTOR = 4;

/** What a sweep walks over. */
export interface Swept {
  /** Every slot in use is below. */
  readonly end: number;
  /** Whether something lies there that a later pass may have to reclaim. */
  readonly needsPasses: boolean;
  /** A pass begins. */
  passBegins(): void;
  /** Reclaims `slot` if its entry is absent at the instant `now`. */
  examine(slot: number, now: number): void;
  /** A slice of work is done. */
  sliceEnds(): void;
}

export interface Pace {
  /** Milliseconds between two passes; `Infinity`: none. */
  readonly interval: number;
  /** Milliseconds of work at a time. */
  readonly budget: number;
}

export class Sweep {
  readonly #swept: Swept;
  readonly #clock: Clock;
  readonly #pace: Pace;
  /** When the next pass is due, by `elapsed`. */
  #passAt = Infinity;
  #isRunning = false;
  /** Another pass follows the one that runs, which may be past what it was asked for. */
  #isRepeated = false;
  #cursor = 0;
  #timer: Cancel | undefined;
  #timerAt = Infinity;

  constructor(swept: Swept, clock: Clock, pace: Pace) {
    this.#swept = swept;
    this.#clock = clock;
    this.#pace = pace;
  }

  /** Makes sure that a pass will come. */
  expect(): void {
    if (this.#passAt !== Infinity || this.#pace.interval === Infinity) return;
    this.#passAt = this.#clock.elapsed() + this.#pace.interval;
    this.#arm();
  }

  /** Makes a pass begin now, or after the one that runs. */
  hurry(): void {
    this.#request();
    this.#arm();
  }

  /** Carries a running pass on by at most `slots` slots. */
  advance(slots: number): void {
    const now = this.#clock.now();
    for (let step = 0; step < slots && this.#isRunning; step++) {
      if (this.#cursor < this.#swept.end) this.#swept.examine(this.#cursor++, now);
      else this.#finish();
    }
  }

  stop(): void {
    this.#timer?.();
    this.#timer = undefined;
    this.#timerAt = this.#passAt = Infinity;
    this.#isRunning = this.#isRepeated = false;
  }

  #request(): void {
    if (this.#isRunning) this.#isRepeated = true;
    else this.#begin();
  }

  #begin(): void {
    this.#isRunning = true;
    this.#cursor = 0;
    this.#swept.passBegins();
  }

  #finish(): void {
    this.#isRunning = false;
    if (!this.#isRepeated) return;
    this.#isRepeated = false;
    this.#begin();
  }

  #slice(): void {
    this.#timer = undefined;
    this.#timerAt = Infinity;
    const startedAt = this.#clock.elapsed();
    if (startedAt >= this.#passAt) {
      this.#passAt = Infinity;
      this.#request();
    }
    do this.advance(STRIDE);
    while (this.#isRunning && this.#clock.elapsed() - startedAt < this.#pace.budget);
    if (this.#swept.needsPasses) this.expect();
    this.#arm();
    this.#swept.sliceEnds();
  }

  /** Sets the timer to what comes first: the next slice or the next pass. */
  #arm(): void {
    const now = this.#clock.elapsed();
    const wakeAt = this.#isRunning
      ? Math.min(this.#passAt, now + PAUSE_FACTOR * this.#pace.budget)
      : this.#passAt;
    if (wakeAt >= this.#timerAt) return;
    this.#timer?.();
    this.#timerAt = wakeAt;
    this.#timer = this.#clock.after(wakeAt - now, () => this.#slice());
  }
}
