/** Requests of one turn that leave together, as one step of their partition: most of what a small step costs is that it is one. */
import type { Partition } from './partitions.ts';

/** A sort of requests that can be one step. */
export interface Sort<R> {
  /** So many are one step at most: the server does nothing else meanwhile. */
  readonly most: number;
  /** Sends the requests. Never rejects: each request has its own way to be told. */
  readonly send: (partition: Partition, requests: readonly R[]) => Promise<void>;
}

interface Gathered {
  readonly sort: Sort<never>;
  readonly requests: unknown[];
}

/**
 * What is to leave when the turn ends, or before anything else does: writes of one process take effect in the order in which it made them.
 * Of each partition one sort of requests waits at a time; another sort sends it on its way.
 */
export class Gathering {
  readonly #waiting = new Map<Partition, Gathered>();

  join<R>(sort: Sort<R>, partition: Partition, request: R): void {
    const gathered = this.#waiting.get(partition);
    if (gathered !== undefined && gathered.sort === sort && gathered.requests.length < sort.most) {
      gathered.requests.push(request);
      return;
    }
    if (gathered !== undefined) this.flush();
    if (this.#waiting.size === 0) process.nextTick(() => this.flush());
    this.#waiting.set(partition, { sort, requests: [request] });
  }

  /** Sends all that waits, in the order in which it came. */
  flush(): void {
    if (this.#waiting.size === 0) return;
    const leaving = [...this.#waiting];
    // First, because to send something flushes.
    this.#waiting.clear();
    for (const [partition, { sort, requests }] of leaving)
      void (sort as Sort<unknown>).send(partition, requests);
  }
}
