/** Requests for the right to load. Those of one turn are one step, and those for one key one request: only one of them can get it. */
import type { Acquired, AcquireRequest } from '@cache/core';
import type { Calls } from './calls.ts';
import { NO_ENTRY, checkRecord, entryIn, entryOf, tellsUse, unreadable, versionOf } from './entry-format.ts';
import type { Sort } from './gathering.ts';
import type { Inbox } from './inbox.ts';
import type { Partition } from './partitions.ts';
import type { Argument, Reply } from './port.ts';
import { ACQUIRE } from './steps.ts';
import { labels } from './writing.ts';

/** Replies to a request. */
const UNREADABLE = -2;
const HIT = 1;
const LEAD = 2;
const FAILED = 4;

const MOST_TOGETHER = 64;
/** So many leases are remembered until their loads have ended; while the breaker is open none is told to. */
const MOST_LEASES = 100_000;

interface Requester {
  readonly resolve: (acquired: Acquired) => void;
  readonly reject: (error: unknown) => void;
}

/** A request, and those who join it before it has left this process. */
interface Acquisition {
  readonly kind: string;
  readonly key: string;
  readonly request: AcquireRequest;
  readonly requesters: Requester[];
  /** The turn it was sent in; `undefined` before. */
  turn: number | undefined;
}

export interface AcquisitionsOptions {
  readonly calls: Calls;
  readonly inbox: Inbox;
  /** Into how many partitions the space is cut. */
  readonly partitionCount: number;
  /** Notes that an entry was used, where eviction wants to know. */
  readonly onUsed: (partition: Partition, key: string, version: string) => void;
}

export class Acquisitions {
  readonly #calls: Calls;
  readonly #inbox: Inbox;
  readonly #partitionCount: number;
  readonly #onUsed: AcquisitionsOptions['onUsed'];
  /** Which sending of a request was granted, by token. */
  readonly #granted = new Map<string, string>();
  /** Those without an answer, by key and by what makes requests differ. */
  readonly #pending = new Map<string, Acquisition>();
  readonly #together: Sort<Acquisition>;

  constructor({ calls, inbox, partitionCount, onUsed }: AcquisitionsOptions) {
    this.#calls = calls;
    this.#inbox = inbox;
    this.#partitionCount = partitionCount;
    this.#onUsed = onUsed;
    this.#together = {
      most: MOST_TOGETHER,
      send: (partition, acquisitions) => this.#send(partition, acquisitions),
    };
  }

  /**
   * Asks for the right to load `key`. A request joins an equal one that has not left this process: what the server answers is not older than
   * either. One that has left may have been answered before this began.
   */
  request(partition: Partition, key: string, request: AcquireRequest): Promise<Acquired> {
    return new Promise((resolve, reject) => {
      const { awaited = '', overUnreadable = false } = request;
      // A token has no spaces.
      const kind = `${awaited} ${overUnreadable ? 1 : 0} ${key}`;
      const pending = this.#pending.get(kind);
      if (pending !== undefined && (pending.turn === undefined || pending.turn === this.#calls.client.turn)) {
        pending.requesters.push({ resolve, reject });
        return;
      }
      const requesters = [{ resolve, reject }];
      const acquisition: Acquisition = { kind, key, request, requesters, turn: undefined };
      this.#pending.set(kind, acquisition);
      this.#calls.gathering.join(this.#together, partition, acquisition);
    });
  }

  /** Which sending of the request under `token` was granted; empty when it was granted through another engine. */
  sendingOf(token: string): string {
    return this.#granted.get(token) ?? '';
  }

  /** The load under `token` is over. */
  forget(token: string): void {
    this.#granted.delete(token);
  }

  /** Never rejects. */
  async #send(partition: Partition, acquisitions: readonly Acquisition[]): Promise<void> {
    try {
      const names = [partition.marks];
      const args: Argument[] = [];
      for (const { key, request } of acquisitions) {
        const { token, leaseMs, awaited = '', overUnreadable = false, tags } = request;
        names.push(partition.entry(key), partition.lease(key));
        args.push(
          token,
          Math.ceil(leaseMs),
          awaited,
          overUnreadable ? '1' : '0',
          tags.length === 0 ? '' : labels(tags),
        );
      }
      const answer = this.#calls.repeatAnew(ACQUIRE, names, (sending) => [
        this.#inbox.channel,
        this.#partitionCount,
        sending,
        ...args,
      ]);
      const { turn } = this.#calls.client;
      for (const acquisition of acquisitions) acquisition.turn = turn;
      const replies = (await answer) as readonly (readonly Reply[])[];
      acquisitions.forEach((acquisition, at) =>
        this.#tell(partition, acquisition, replies[at] as readonly Reply[]),
      );
    } catch (error) {
      for (const acquisition of acquisitions) {
        this.#answered(acquisition);
        for (const { reject } of acquisition.requesters) reject(error);
      }
    }
  }

  /** Tells the requesters in their order: who leads takes note of it before the others look whose load they are told of. */
  #tell(partition: Partition, acquisition: Acquisition, reply: readonly Reply[]): void {
    this.#answered(acquisition);
    const { key, request, requesters } = acquisition;
    const isGranted = reply[0] === LEAD;
    if (isGranted) this.#remember(request.token, (reply[2] as Buffer).toString('latin1'));
    requesters.forEach(({ resolve, reject }, at) => {
      try {
        resolve(at > 0 && isGranted ? this.#behind(request.token, reply) : this.#told(key, reply));
      } catch (error) {
        reject(error);
      }
    });
    const record = reply[1] as Buffer;
    if (reply[0] === HIT && tellsUse(record)) this.#onUsed(partition, key, versionOf(record));
  }

  #answered(acquisition: Acquisition): void {
    if (this.#pending.get(acquisition.kind) === acquisition) this.#pending.delete(acquisition.kind);
  }

  #remember(token: string, sending: string): void {
    this.#granted.set(token, sending);
    if (this.#granted.size <= MOST_LEASES) return;
    for (const oldest of this.#granted.keys()) {
      this.#granted.delete(oldest);
      return;
    }
  }

  #told(key: string, [status, first, second, third]: readonly Reply[]): Acquired {
    if (status === UNREADABLE) throw unreadable(key, NO_ENTRY);
    if (status === HIT) {
      checkRecord(first as Buffer, key);
      return { status: 'hit', entry: entryOf(first as Buffer) };
    }
    if (status === LEAD) return { status: 'lead', stale: entryIn(first) };
    if (status === FAILED) return { status: 'failed', message: (first as Buffer).toString() };
    const holder = (first as Buffer).toString('latin1');
    const leaseLeft = second as number;
    return {
      status: 'wait',
      holder,
      stale: entryIn(third),
      settled: (signal) => this.#inbox.settled(holder, leaseLeft, signal),
    };
  }

  /** One of this process leads: the server need not be asked who. */
  #behind(holder: string, [, stale]: readonly Reply[]): Acquired {
    return {
      status: 'wait',
      holder,
      stale: entryIn(stale),
      settled: (signal) => this.#inbox.settled(holder, Infinity, signal),
    };
  }
}
