/** The requests of one turn for the right to load: those for one key are one, because only one of them can get it. */
import type { Acquired, AcquireRequest } from '@cache/core';
import type { Calls } from './calls.ts';
import { NO_ENTRY, entryOf, tellsUse, unreadable, versionOf } from './entry-format.ts';
import type { Inbox } from './inbox.ts';
import type { Partition } from './partitions.ts';
import type { Reply } from './port.ts';
import { ACQUIRE } from './steps.ts';
import { labels } from './writing.ts';

/** Replies to a request. */
const UNREADABLE = -2;
const HIT = 1;
const LEAD = 2;
const FAILED = 4;

/** The marks of the partition when a lease was granted: what is removed later overtakes its load. */
export interface Grant {
  readonly generation: Buffer;
  readonly moment: Buffer;
}

interface Requester {
  readonly resolve: (acquired: Acquired) => void;
  readonly reject: (error: unknown) => void;
}

/** A request that is sent, and those who joined it before it left. */
interface Acquisition {
  readonly turn: number;
  readonly requesters: Requester[];
}

export interface AcquisitionsOptions {
  readonly calls: Calls;
  readonly inbox: Inbox;
  /** Into how many partitions the space is cut. */
  readonly partitions: number;
  /** Notes that an entry was used, where eviction wants to know. */
  readonly used: (partition: Partition, key: string, version: string) => void;
}

export class Acquisitions {
  readonly #options: AcquisitionsOptions;
  readonly #grants = new Map<string, Grant>();
  /** By key, and by what makes requests differ. */
  readonly #sent = new Map<string, Acquisition>();

  constructor(options: AcquisitionsOptions) {
    this.#options = options;
  }

  /**
   * Asks for the right to load `key`. One that comes before another has left joins it: what the server answers is not older than either.
   * After that it must not: the answer may have been given before the second began.
   */
  request(partition: Partition, key: string, request: AcquireRequest): Promise<Acquired> {
    return new Promise((resolve, reject) => {
      const { client } = this.#options.calls;
      const { awaited = '', overUnreadable = false } = request;
      // A token has no spaces.
      const kind = `${awaited} ${overUnreadable ? 1 : 0} ${key}`;
      const sent = this.#sent.get(kind);
      if (sent !== undefined && sent.turn === client.turn) {
        sent.requesters.push({ resolve, reject });
        return;
      }
      const requesters = [{ resolve, reject }];
      const answer = this.#ask(partition, key, request);
      const acquisition: Acquisition = { turn: client.turn, requesters };
      this.#sent.set(kind, acquisition);
      answer.then(
        (reply) => {
          this.#forget(kind, acquisition);
          // In the order of the requests: who leads takes note of it before the others look whose load they are told of.
          requesters.forEach((requester, at) => {
            const isBehind = at > 0 && reply[0] === LEAD;
            requester.resolve(isBehind ? this.#behind(request.token, reply) : this.#told(reply));
          });
        },
        (error: unknown) => {
          this.#forget(kind, acquisition);
          for (const requester of requesters) requester.reject(error);
        },
      );
    });
  }

  /** What was told with the lease under `token`, which is over; `undefined` when it was granted through another engine. */
  takeGrant(token: string): Grant | undefined {
    const grant = this.#grants.get(token);
    this.#grants.delete(token);
    return grant;
  }

  #forget(kind: string, acquisition: Acquisition): void {
    if (this.#sent.get(kind) === acquisition) this.#sent.delete(kind);
  }

  async #ask(partition: Partition, key: string, request: AcquireRequest): Promise<readonly Reply[]> {
    const { token, leaseMs, tags, awaited, overUnreadable } = request;
    const { calls, inbox, partitions } = this.#options;
    const names = [partition.entry(key), partition.lease(key), partition.marks];
    const reply = (await calls.repeat(ACQUIRE, names, [
      token,
      Math.ceil(leaseMs),
      inbox.channel,
      awaited ?? '',
      overUnreadable === true ? '1' : '0',
      partitions,
      labels(tags),
    ])) as readonly Reply[];
    if (reply[0] === UNREADABLE) throw unreadable(key, NO_ENTRY);
    if (reply[0] === LEAD)
      this.#grants.set(token, { generation: reply[2] as Buffer, moment: reply[3] as Buffer });
    const record = reply[1] as Buffer;
    if (reply[0] === HIT && tellsUse(record)) this.#options.used(partition, key, versionOf(record));
    return reply;
  }

  #told([status, first, second, third]: readonly Reply[]): Acquired {
    if (status === HIT) return { status: 'hit', entry: entryOf(first as Buffer) };
    if (status === LEAD) return { status: 'lead', stale: entryIn(first) };
    if (status === FAILED) return { status: 'failed', message: (first as Buffer).toString() };
    const holder = (first as Buffer).toString('latin1');
    const leaseLeft = second as number;
    return {
      status: 'wait',
      holder,
      stale: entryIn(third),
      settled: (signal) => this.#options.inbox.settled(holder, leaseLeft, signal),
    };
  }

  /** One of this process leads: the server need not be asked who. */
  #behind(holder: string, [, stale]: readonly Reply[]): Acquired {
    return {
      status: 'wait',
      holder,
      stale: entryIn(stale),
      settled: (signal) => this.#options.inbox.settled(holder, Infinity, signal),
    };
  }
}

function entryIn(reply: Reply | undefined): ReturnType<typeof entryOf> | undefined {
  return reply === null || reply === undefined ? undefined : entryOf(reply as Buffer);
}
