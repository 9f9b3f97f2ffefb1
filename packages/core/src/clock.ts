/** The Clock contract and the machine's clock. Time, and waiting for it, come from nowhere else. This file imports nothing. */

/** Stops a timer. Calling it again, or after the timer fired, does nothing. */
export type Cancel = () => void;

export interface Clock {
  /** Milliseconds since the epoch. May step when the machine's clock is set. */
  now(): number;
  /** Milliseconds from an arbitrary start; never goes back. For durations. */
  elapsed(): number;
  /** Calls `callback` once, after at least `ms`. Never keeps the process alive. Delays over 24.8 days are waited out, not cut. */
  after(ms: number, callback: () => void): Cancel;
}

/** The longest delay `setTimeout` takes; a longer one would fire at once. */
const LONGEST_DELAY = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, callback) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const arm = (left: number): void => {
      const delay = Math.min(left, LONGEST_DELAY);
      timer = setTimeout(() => (left > delay ? arm(left - delay) : callback()), delay);
      // Workers-like runtimes give a number, which keeps nothing alive.
      if (typeof timer === 'object') timer.unref();
    };
    if (ms !== Infinity) arm(Math.max(0, ms));
    return () => clearTimeout(timer);
  },
};
