/** Simulated time: a clock that jumps from one event to the next, so that hours of waiting and of races take a moment, always the same. */
import type { Clock } from '../clock.ts';
import { settle } from './turns.ts';

export interface SimulatedTime extends Clock {
  sleep(ms: number): Promise<void>;
  /**
   * Lets time pass until `work` has settled, and gives its outcome. All promises settle before time moves on. Rejects when `work` waits
   * for something that is not a timer of this clock, and when it has not settled after `mostEvents` timers (default: a million).
   */
  run<T>(work: Promise<T>, mostEvents?: number): Promise<T>;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  /** Undefined once cancelled. */
  callback: (() => void) | undefined;
}

/** Time that starts at `start` and moves only inside `run`. Timers of the same instant fire in the order in which they were made. */
export function simulatedTime(start = 0): SimulatedTime {
  const timers = new TimerQueue();
  let now = start;
  let order = 0;

  const after: Clock['after'] = (ms, callback) => {
    if (ms === Infinity) return () => {};
    const timer: Timer = { at: now + Math.max(0, ms), order: order++, callback };
    timers.push(timer);
    return () => {
      timer.callback = undefined;
    };
  };

  return {
    now: () => now,
    recent: () => now,
    elapsed: () => now - start,
    after,
    sleep: (ms) => new Promise((wake) => void after(ms, wake)),
    async run(work, mostEvents = 1_000_000) {
      let isOver = false;
      const over = work.finally(() => {
        isOver = true;
      });
      over.catch(() => {});
      for (let event = 0; event < mostEvents; event += 1) {
        await settle(1);
        if (isOver) return over;
        let timer = timers.pop();
        while (timer !== undefined && timer.callback === undefined) timer = timers.pop();
        if (timer === undefined)
          throw new Error(
            'nothing is left to happen, and the work has not settled: it waits for real I/O, so judge it in real time (give `time: { waitAtLeast }`), or for what never comes',
          );
        now = timer.at;
        timer.callback?.();
      }
      throw new Error(`the work has not settled after ${mostEvents} timers`);
    },
  };
}

/** A binary heap, earliest first. */
class TimerQueue {
  readonly #heap: Timer[] = [];

  push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isEarlier(timer, heap[parent] as Timer)) break;
      heap[at] = heap[parent] as Timer;
      at = parent;
    }
    heap[at] = timer;
  }

  pop(): Timer | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isEarlier(heap[child + 1] as Timer, heap[child] as Timer)) child += 1;
      if (!isEarlier(heap[child] as Timer, last)) break;
      heap[at] = heap[child] as Timer;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isEarlier(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
