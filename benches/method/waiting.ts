/** How long this thread was ready to run while others had the processor: noise of the machine, not of what is measured. */
import { openSync, readSync } from 'node:fs';

const text = Buffer.alloc(64);
const statistics = open();

/** Milliseconds since the thread began, as Linux counts them; 0 elsewhere, where a busy machine makes steps look longer. */
export function waited(): number {
  if (statistics === undefined) return 0;
  const length = readSync(statistics, text, 0, text.length, 0);
  const [, nanoseconds] = text.toString('latin1', 0, length).split(' ');
  return Number(nanoseconds) / 1e6;
}

function open(): number | undefined {
  try {
    return openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
  } catch {
    return undefined;
  }
}
