/** A clock for tests: its time moves only when the test says so. */
import type { Clock } from '../clock.ts';
import { settle } from './turns.ts';

/** A {@link Clock} whose time stands still between calls of `advance`. */
export interface FakeClock extends Clock {
  /** Timers that have neither fired nor been cancelled. After everything was closed it must be 0: what is left has leaked. */
  readonly pending: number;
  /**
   * Moves time on by `ms`, firing the timers that fall due in the order of their times, each at its time; timers that they start count too.
   * What timers resolve is not awaited: see {@link FakeClock.pass}.
   */
  advance(ms: number): void;
  /** Like `advance`, and lets promises settle before, after every timer and at the end. */
  pass(ms: number): Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A fake clock that starts at `start`: milliseconds since the epoch. */
export function fakeClock(start: number = Date.UTC(2030, 0, 1)): FakeClock {
  let now = start;
  let timers: Timer[] = [];

  /** Fires the first timer that is due until `end`; false: there is none. Of timers of one time the one that was started first comes first. */
  const fireNext = (end: number): boolean => {
    let next: Timer | undefined;
    for (const timer of timers)
      if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer;
    if (next === undefined) return false;
    timers = timers.filter((timer) => timer !== next);
    now = Math.max(now, next.at);
    next.callback();
    return true;
  };

  return {
    now: () => now,
    recent: () => now,
    elapsed: () => now - start,
    after(ms, callback) {
      if (Number.isNaN(ms)) throw new TypeError('a timer of NaN milliseconds');
      if (ms === Infinity) return () => undefined;
      const timer: Timer = { at: now + Math.max(0, ms), callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    get pending() {
      return timers.length;
    },
    advance(ms) {
      const end = endOf(now, ms);
      while (fireNext(end));
      now = end;
    },
    async pass(ms) {
      await settle();
      const end = endOf(now, ms);
      while (fireNext(end)) await settle();
      now = Math.max(now, end);
      await settle();
    },
  };
}

function endOf(now: number, ms: number): number {
  if (!(ms >= 0) || ms === Infinity)
    throw new TypeError(`time moves on by ${ms} milliseconds: give a finite number, not negative`);
  return now + ms;
}
