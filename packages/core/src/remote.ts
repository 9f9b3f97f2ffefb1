/**
 * Waiting for an engine that answers with a promise: deadlines, callers that leave, and reads that fail open. On the paths that must be
 * quick, whoever got a synchronous answer does not come here at all.
 */
import type { CallOptions } from './api.ts';
import type { Breaker } from './breaker.ts';
import type { Cancel, Clock } from './clock.ts';
import type { MaybePromise } from './engine.ts';
import { CacheError, failureOfCall, isCacheError } from './errors.ts';
import type { Events } from './events.ts';
import type { Tally } from './tally.ts';
import { Waits } from './waits.ts';
import { isTrouble } from './trouble.ts';

/** Whether a read of the cache that failed like this may be taken for a miss: a provider in trouble, or bytes that cannot be read. */
function failsOpen(error: unknown): boolean {
  return isTrouble(error) || isCacheError(error, 'CODEC_FAILED');
}

/** A way to begin the deadline of a wait anew. */
interface Progress {
  restart: () => void;
}

/** The place of a wait that is over. */
const OVER = -1;

export class Remote {
  readonly #cache: string;
  readonly #provider: string;
  readonly #deadline: number;
  readonly #onFailure: 'open' | 'throw';
  readonly #clock: Clock;
  readonly #events: Events;
  readonly #tally: Tally;
  readonly #breaker: Breaker | undefined;
  /** Writes that have taken effect. */
  #writes = 0;
  #closed: Error | undefined;
  /** What gives up each wait that has not ended. */
  readonly #waits = new Waits();

  /** `deadline`: `Infinity` for an engine that lives in this process and cannot fail to answer. */
  constructor(
    cache: string,
    provider: string,
    limits: { readonly deadline: number; readonly onFailure: 'open' | 'throw' },
    parts: {
      readonly clock: Clock;
      readonly events: Events;
      readonly tally: Tally;
      readonly breaker: Breaker | undefined;
    },
  ) {
    this.#cache = cache;
    this.#provider = provider;
    this.#deadline = limits.deadline;
    this.#onFailure = limits.onFailure;
    this.#clock = parts.clock;
    this.#events = parts.events;
    this.#tally = parts.tally;
    this.#breaker = parts.breaker;
  }

  /** The answer of a read; `undefined` when the provider is in trouble and the call fails open. */
  async read<X>(
    answer: MaybePromise<X>,
    operation: string,
    key?: string,
    options?: CallOptions,
  ): Promise<X | undefined> {
    try {
      return await this.wait(answer, operation, key, options);
    } catch (error) {
      this.bear(error, operation, key, options);
      return undefined;
    }
  }

  /** Counts a read that failed. Returns when it may be taken for a miss, of which listeners are told; throws what it failed with otherwise. */
  bear(error: unknown, operation: string, key?: string, options?: CallOptions): void {
    if (options?.signal?.aborted !== true) this.#tally.errors += 1;
    if (!failsOpen(error) || !this.opensFor(options)) throw error;
    this.#tell(operation, key, error);
  }

  /** The answer of a read, within the deadline and as long as the caller stays. What it rejects with is yet to be counted: see `bear`. */
  wait<X>(
    answer: MaybePromise<X>,
    operation: string,
    key?: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): MaybePromise<X> {
    return this.#within(answer, options?.signal, 'read', operation, key);
  }

  /** Whether reads with these options go on when the provider fails. */
  opensFor(options: CallOptions | undefined): boolean {
    return (options?.onFailure ?? this.#onFailure) === 'open';
  }

  /** The answer of a question whose failure must not look like absence: it rejects, whatever the cache says of failing open. */
  async ask<X>(
    answer: MaybePromise<X>,
    operation: string,
    key?: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<X> {
    return this.#counted(this.wait(answer, operation, key, options), options?.signal);
  }

  /** The answer of a write. Past the deadline nobody knows whether it took effect: it is not run again. */
  async write<X>(
    answer: MaybePromise<X>,
    operation: string,
    key?: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<X> {
    const settled = await this.#counted(
      this.#within(answer, options?.signal, 'write', operation, key),
      options?.signal,
    );
    this.#writes += 1;
    return settled;
  }

  /**
   * Like `write`, for a step that takes as long as there is to do. It is given what to call when a part of it is done: the deadline counts from
   * the last part.
   */
  async writeInParts<X>(
    begin: (progressed: () => void) => MaybePromise<X>,
    operation: string,
    options: { readonly signal?: AbortSignal | undefined } | undefined,
  ): Promise<X> {
    const progress: Progress = { restart: () => {} };
    const answer = begin(() => progress.restart());
    const settled = await this.#counted(
      this.#within(answer, options?.signal, 'write', operation, undefined, progress),
      options?.signal,
    );
    this.#writes += 1;
    return settled;
  }

  /** The answer of the program's own code, for which there is no deadline: its caller may leave, and the cache may close. */
  own<X>(answer: Promise<X>, options: { readonly signal?: AbortSignal | undefined } | undefined): Promise<X> {
    return this.#within(answer, options?.signal, 'none', '', undefined) as Promise<X>;
  }

  /** The answer of the program's own code that stands between a read and its value, within the deadline. The provider has no part in it. */
  ownInTime<X>(answer: Promise<X>, operation: string, key: string): Promise<X> {
    return this.#within(answer, undefined, 'own', operation, key) as Promise<X>;
  }

  /** Counts the writes that have taken effect, of this cache and through an engine that answers with promises. */
  get writes(): number {
    return this.#writes;
  }

  /** Throws once the cache is closed: what was waited for came too late. */
  checkOpen(): void {
    if (this.#closed !== undefined) throw this.#closed;
  }

  /** Rejects everything that waits: reads with `error`, and writes with what is true of them, that nobody knows. */
  close(error: Error): void {
    this.#closed = error;
    this.#waits.giveUpAll(error);
  }

  /** Tells of a failure that the caller will not see. */
  failed(operation: string, key: string | undefined, error: unknown): void {
    this.#tally.errors += 1;
    this.#tell(operation, key, error);
  }

  #tell(operation: string, key: string | undefined, error: unknown): void {
    if (this.#events.active.error !== undefined) this.#events.emit('error', { operation, key, error });
  }

  /** Counts a failure of the provider; that a caller has left is none. */
  async #counted<X>(answer: MaybePromise<X>, signal: AbortSignal | undefined): Promise<X> {
    try {
      return await answer;
    } catch (error) {
      if (signal?.aborted !== true) this.#tally.errors += 1;
      throw error;
    }
  }

  #within<X>(
    answer: MaybePromise<X>,
    signal: AbortSignal | undefined,
    effect: 'read' | 'write' | 'own' | 'none',
    operation: string,
    key: string | undefined,
    progress?: Progress,
  ): MaybePromise<X> {
    if (!(answer instanceof Promise) || (this.#deadline === Infinity && signal === undefined)) return answer;
    return new Promise<X>((resolve, reject) => {
      const end = (): void => {
        // An answer may come after it was given up.
        if (place === OVER) return;
        this.#waits.end(place);
        place = OVER;
        cancel();
        signal?.removeEventListener('abort', leave);
      };
      const giveUp = (error: unknown): void => {
        end();
        reject(error);
      };
      const leave = (): void => giveUp(signal?.reason);
      const arm = (): Cancel =>
        effect === 'none'
          ? () => {}
          : this.#clock.after(this.#deadline, () => {
              const error = this.#late(effect, operation, key);
              if (effect !== 'own') this.#breaker?.late(answer, error);
              giveUp(error);
              if (this.#events.active.late !== undefined) this.#events.emit('late', { operation, key });
            });
      let cancel = arm();
      if (progress !== undefined) {
        progress.restart = () => {
          if (place === OVER) return;
          cancel();
          cancel = arm();
        };
      }
      signal?.addEventListener('abort', leave, { once: true });
      let place = this.#waits.begin(
        effect === 'write' ? (error) => giveUp(this.#cutOff(operation, key, error)) : giveUp,
      );
      answer.then(
        (value) => {
          end();
          resolve(value);
        },
        (error: unknown) => giveUp(effect === 'none' || effect === 'own' ? error : this.#placed(error, key)),
      );
    });
  }

  #placed(error: unknown, key: string | undefined): unknown {
    if (!isCacheError(error) || error.cache !== undefined) return error;
    return failureOfCall(error, { cache: this.#cache, key, provider: this.#provider });
  }

  #late(effect: 'read' | 'write' | 'own', operation: string, key: string | undefined): CacheError {
    const about = { cache: this.#cache, key, provider: this.#provider };
    const text = `cache '${this.#cache}': ${operation} had no answer within ${this.#deadline} ms`;
    return effect === 'write'
      ? new CacheError('UNKNOWN_OUTCOME', `${text}; ${NOBODY_KNOWS}`, about)
      : new CacheError('DEADLINE_EXCEEDED', text, about);
  }

  /** The failure of a write that was under way when the cache was closed. */
  #cutOff(operation: string, key: string | undefined, cause: unknown): CacheError {
    return new CacheError(
      'UNKNOWN_OUTCOME',
      `cache '${this.#cache}': ${operation} was under way when the cache was closed; ${NOBODY_KNOWS}`,
      { cache: this.#cache, key, provider: this.#provider, cause },
    );
  }
}

const NOBODY_KNOWS = 'it may or may not have taken effect';
