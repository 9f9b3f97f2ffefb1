/** Time and chance: the contracts, and the machine's. They come from nowhere else. This file imports nothing. */

/** Stops a timer. Calling it again, or after the timer fired, does nothing. */
export type Cancel = () => void;

export interface Clock {
  /** Milliseconds since the epoch. May step when the machine's clock is set. */
  now(): number;
  /**
   * A reading of `now()` that is at most a millisecond old while the event loop turns, at a fraction of the cost. While the program blocks
   * the loop it may stand still. Good enough to judge a hit; whatever is written uses `now()`.
   */
  recent(): number;
  /** Milliseconds from an arbitrary start; never goes back. For durations. */
  elapsed(): number;
  /**
   * Calls `callback` once, after at least `ms`; when the program has blocked the event loop until then, after what had arrived meanwhile. Never
   * keeps the process alive. Delays over 24.8 days are waited out, not cut.
   */
  after(ms: number, callback: () => void): Cancel;
}

/** The longest delay `setTimeout` takes; a longer one would fire at once. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** A chain of microtasks starves timers: after this many recent readings the clock is read again. */
const READINGS = 128;

/** The clock of this machine. */
export function systemClock(): Clock {
  let reading = 0;
  let readings = READINGS;
  let armed = false;
  const outdate = (): void => {
    armed = false;
    readings = READINGS;
  };
  const read = (): number => {
    reading = Date.now();
    readings = 0;
    if (!armed) {
      armed = true;
      timer(1, outdate);
    }
    return reading;
  };
  return {
    now: () => Date.now(),
    recent: () => (readings++ < READINGS ? reading : read()),
    elapsed: () => performance.now(),
    after: afterReading,
  };
}

/** Chance of this machine: uniform in [0, 1). Not for secrets. */
export function systemRandom(): number {
  return Math.random();
}

/** A loop that was blocked runs its timers before it reads its sockets: a reply that is there would be judged late. */
function afterReading(ms: number, callback: () => void): Cancel {
  if (typeof setImmediate !== 'function') return timer(ms, callback);
  let isCancelled = false;
  const stop = timer(ms, () => setImmediate(() => isCancelled || callback()));
  return () => {
    isCancelled = true;
    stop();
  };
}

function timer(ms: number, callback: () => void): Cancel {
  let timeout: ReturnType<typeof setTimeout> | undefined;
  const arm = (left: number): void => {
    const delay = Math.min(left, LONGEST_DELAY);
    timeout = setTimeout(() => (left > delay ? arm(left - delay) : callback()), delay);
    // Workers-like runtimes give a number, which keeps nothing alive.
    if (typeof timeout === 'object') timeout.unref();
  };
  if (ms !== Infinity) arm(Math.max(0, ms));
  return () => clearTimeout(timeout);
}
