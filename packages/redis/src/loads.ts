/** The steps of a load that was granted: its lease is extended, and it ends with a commit or a release. */
import type { Committed, Write } from '@cache/core';
import type { Acquisitions } from './acquisitions.ts';
import type { Calls } from './calls.ts';
import type { Groups } from './groups.ts';
import type { Inbox } from './inbox.ts';
import type { Limits } from './limits.ts';
import type { Partitions } from './partitions.ts';
import type { Argument } from './port.ts';
import { COMMIT, EXTEND, RELEASE } from './steps.ts';
import { labels, lifeArguments, limitArguments, payloadArguments } from './writing.ts';

/** A wake-up brings the value along up to this size; whoever waits for a larger one reads it. */
const MOST_WOKEN_BYTES = 8_192;
/** How long a failed load is remembered for those who were told to wait for it, in milliseconds. */
const FAILURE_MS = 1_000;
/** The rest of what a failed loader had to say is left out. */
const MOST_FAILURE_CHARACTERS = 4_096;

export interface LoadsOptions {
  readonly calls: Calls;
  readonly partitions: Partitions;
  readonly groups: Groups;
  readonly inbox: Inbox;
  readonly limits: Limits;
  readonly acquisitions: Acquisitions;
  /** '1': index sets must not expire. */
  readonly keeps: '0' | '1';
}

export class Loads {
  readonly #calls: Calls;
  readonly #partitions: Partitions;
  readonly #groups: Groups;
  readonly #inbox: Inbox;
  readonly #limits: Limits;
  readonly #acquisitions: Acquisitions;
  readonly #keeps: '0' | '1';

  constructor({ calls, partitions, groups, inbox, limits, acquisitions, keeps }: LoadsOptions) {
    this.#calls = calls;
    this.#partitions = partitions;
    this.#groups = groups;
    this.#inbox = inbox;
    this.#limits = limits;
    this.#acquisitions = acquisitions;
    this.#keeps = keeps;
  }

  async extend(key: string, token: string, leaseMs: number): Promise<boolean> {
    const partition = this.#partitions.of(key);
    const names = [partition.lease(key), partition.marks];
    const args = [token, this.#acquisitions.sendingOf(token), Math.ceil(leaseMs)];
    return (await this.#calls.repeat(EXTEND, names, args)) === 1;
  }

  async commit(key: string, token: string, write: Write): Promise<Committed> {
    const partition = this.#partitions.of(key);
    const { version, life, tags, terms, loadMs, limit } = write;
    if (life === 'keep' || tags === 'keep')
      throw new TypeError("'keep' has no meaning in a commit: there is no entry that it replaces");
    this.#groups.checkTerms(terms);
    this.#limits.check(limit);
    const { flags, bytes } = payloadArguments(write);
    const sending = this.#acquisitions.sendingOf(token);
    this.#acquisitions.forget(token);
    const args: readonly Argument[] = [
      key,
      token,
      version,
      ...lifeArguments(life),
      Math.min(Math.round(loadMs), 0xffff_ffff),
      flags,
      labels(tags),
      labels(terms),
      this.#keeps,
      MOST_WOKEN_BYTES,
      ...limitArguments(limit),
      bytes,
      sending,
    ];
    const [status, ...evicted] = await this.#calls.writeAll(COMMIT, partition.about(key, terms), args);
    this.#inbox.ended(token);
    if (status === 1) this.#limits.wereEvicted(evicted);
    return status === 1 ? 'stored' : status === 2 ? 'limited' : 'overtaken';
  }

  async release(key: string, token: string, failure: string | undefined): Promise<void> {
    const sending = this.#acquisitions.sendingOf(token);
    this.#acquisitions.forget(token);
    const names = [this.#partitions.of(key).lease(key)];
    // A failure without a text is still one.
    const text = failure === '' ? ' ' : (failure ?? '').slice(0, MOST_FAILURE_CHARACTERS);
    await this.#calls.repeat(RELEASE, names, [token, sending, text, FAILURE_MS]);
    this.#inbox.ended(token);
  }
}
