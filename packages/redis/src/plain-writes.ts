/** Plain writes: whatever is there, without terms, and not for ever. Those of one turn are one step. */
import type { Calls } from './calls.ts';
import { type Draft, packDrafts } from './entry-format.ts';
import type { Sort } from './gathering.ts';
import type { Partition } from './partitions.ts';
import type { Reply } from './port.ts';
import { SET } from './steps.ts';

const MOST_TOGETHER = 64;
/** A longer payload is written by itself: the step of the others is not to wait for it. */
const MOST_BYTES = 16_384;

/**
 * What became of a plain write: it is written; or nothing was done, because it takes a write that looks at the entry before it, and at the
 * index sets of these names.
 */
export type PlainlyWritten =
  | { readonly status: 'written' }
  | { readonly status: 'not-plain'; readonly sets: readonly string[] };

interface PlainWrite {
  readonly key: string;
  readonly draft: Draft;
  readonly resolve: (written: PlainlyWritten) => void;
  readonly reject: (error: unknown) => void;
}

export class PlainWrites {
  readonly #calls: Calls;
  /** Into how many partitions the space is cut. */
  readonly #partitionCount: number;
  readonly #together: Sort<PlainWrite>;

  constructor(calls: Calls, partitionCount: number) {
    this.#calls = calls;
    this.#partitionCount = partitionCount;
    this.#together = { most: MOST_TOGETHER, send: (partition, writes) => this.#send(partition, writes) };
  }

  write(partition: Partition, key: string, draft: Draft): Promise<PlainlyWritten> {
    return new Promise((resolve, reject) => {
      const write = { key, draft, resolve, reject };
      if (draft.payload.length > MOST_BYTES) void this.#send(partition, [write]);
      else this.#calls.gathering.join(this.#together, partition, write);
    });
  }

  /** Never rejects. A reply that is lost is lost for all of them. */
  async #send(partition: Partition, writes: readonly PlainWrite[]): Promise<void> {
    try {
      const names = [partition.marks];
      for (const { key } of writes) names.push(partition.entry(key), partition.lease(key));
      const drafts = packDrafts(writes.map(({ draft }) => draft));
      const reply = await this.#calls.write(SET, names, [this.#partitionCount, drafts]);
      writes.forEach(({ resolve }, at) =>
        resolve(reply === 1 ? WRITTEN : writtenOf((reply as readonly Reply[])[at])),
      );
    } catch (error) {
      for (const { reject } of writes) reject(error);
    }
  }
}

const WRITTEN: PlainlyWritten = { status: 'written' };

function writtenOf(reply: Reply | undefined): PlainlyWritten {
  if (reply === 1) return WRITTEN;
  const sets = typeof reply === 'object' ? (reply as readonly Buffer[]).map((name) => name.toString()) : [];
  return { status: 'not-plain', sets };
}
