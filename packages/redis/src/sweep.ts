/** Takes away the records that a clear or a tag made absent and that would never expire. Whoever is first sweeps for all. */
import type { Cancel, Clock } from '@cache/core';
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
  /** Nobody else's: whoever failed goes on under it. */
  readonly id: string;
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
      this.#sweep().then(
        (isPaid) => {
          if (!isPaid) this.owe();
        },
        () => this.owe(),
      );
    });
  }

  /** What is under way ends with the step that it is at. */
  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }

  /** False: somebody else is at it, or more came meanwhile. */
  async #sweep(): Promise<boolean> {
    const { calls, partitions, keeps } = this.#options;
    const isEnough = (): boolean => this.#isClosed;
    const looks = await Promise.all(partitions.all.map((partition) => this.#take(partition)));
    const debts = new Map(
      looks.flatMap(({ partition, debt }) => (debt.length > 0 ? [[partition, debt]] : [])),
    );
    if (debts.size > 0) {
      for await (const { partition, keys } of walk({
        calls,
        partitions,
        chosen: [...debts.keys()],
        isEnough,
      })) {
        for (const key of keys) {
          if (this.#isClosed) return true;
          const names = [partition.entry(key), partition.lease(key), partition.marks];
          await calls.writeAll(REAP, names, [key, keeps], 'repeatable');
        }
      }
    }
    if (this.#isClosed) return true;
    const paid = await Promise.all([...debts].map(([partition, debt]) => this.#pay(partition, debt)));
    return paid.every(Boolean) && looks.every(({ isHeld }) => !isHeld);
  }

  async #take(
    partition: Partition,
  ): Promise<{ readonly partition: Partition; readonly debt: Buffer; readonly isHeld: boolean }> {
    const { calls, id } = this.#options;
    const reply = await calls.repeat(OWED, [partition.marks, partition.sweeper], [id, HOLD_MS]);
    const [debt, isHeld] = reply as readonly [Buffer, number];
    return { partition, debt, isHeld: isHeld === 1 };
  }

  async #pay(partition: Partition, debt: Buffer): Promise<boolean> {
    const { calls, id } = this.#options;
    return (await calls.write(SWEPT, [partition.marks, partition.sweeper], [id, debt])) === 1;
  }
}
