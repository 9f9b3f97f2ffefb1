/** Takes away the records that a clear or a tag made absent and that would never expire. Whoever is first sweeps for all. */
import type { Cancel, Clock } from '@cache/core';
import { CacheError } from '@cache/core';
import type { Calls } from './calls.ts';
import type { Partition, Partitions } from './partitions.ts';
import { OWED, REAP, SWEPT } from './steps.ts';
import { walk } from './walk.ts';

/** Another process takes over from a sweeper that has died after so many milliseconds. */
const HOLD_MS = 600_000;

export interface SweepOptions {
  readonly calls: Calls;
  readonly partitions: Partitions;
  readonly clock: Clock;
  readonly nextId: () => string;
  /** '1': index sets have no end of their own. */
  readonly keeps: '0' | '1';
  /** Milliseconds from a debt to the sweep that pays it. */
  readonly interval: number;
}

export class Sweep {
  readonly #options: SweepOptions;
  #cancel: Cancel | undefined;
  #isClosed = false;

  constructor(options: SweepOptions) {
    this.#options = options;
  }

  /** Something waits to be swept. */
  owe(): void {
    if (this.#cancel !== undefined || this.#isClosed) return;
    const { clock, interval } = this.#options;
    this.#cancel = clock.after(interval, () => {
      this.#cancel = undefined;
      // What could not be swept is still owed: it is tried again.
      this.#sweep().catch((error: unknown) => {
        if (!(error instanceof CacheError)) throw error;
        this.owe();
      });
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }

  async #sweep(): Promise<void> {
    for (const partition of this.#options.partitions.all) if (!(await this.#pay(partition))) this.owe();
  }

  /** False: somebody else is at it, or more came meanwhile. */
  async #pay(partition: Partition): Promise<boolean> {
    const { calls, keeps, nextId } = this.#options;
    const id = nextId();
    const names = [partition.marks, partition.sweeper];
    const [debt, isHeld] = (await calls.write(OWED, names, [id, HOLD_MS])) as readonly [Buffer, number];
    if (debt.length === 0) return isHeld === 0;
    for await (const { keys } of walk({ calls, partitions: this.#options.partitions, chosen: [partition] })) {
      for (const key of keys) {
        if (this.#isClosed) return true;
        await calls.writeAll(
          REAP,
          [partition.entry(key), partition.lease(key), partition.marks],
          [key, keeps],
          'repeatable',
        );
      }
    }
    return (await calls.write(SWEPT, names, [id, debt])) === 1;
  }
}
