/** The time of rounds whose server has a clock of its own. */
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '@cache/core';
import type { SimulatedTime } from '@cache/core/testing';

/** The longest pause of a client. A round waits longer only for what it leaves behind, and nobody inspects that here. */
const LONGEST_MS = 100;

/** `pace`: how much of their pauses the clients and loaders of a round take. */
export function realTime(pace: number): SimulatedTime {
  return {
    ...systemClock(),
    sleep: (ms) => (ms * pace < 1 ? turn() : wait(Math.min(ms * pace, LONGEST_MS))),
    run: (work) => work,
  };
}
