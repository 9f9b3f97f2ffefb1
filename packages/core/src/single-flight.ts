/** One running load and those who wait for it. */
import type { Cancel, Clock } from './clock.ts';
import type { Entry } from './engine.ts';
import type { Isolated } from './packing.ts';
import type { Work } from './wait-for.ts';

/** How a load ended. */
export type Landing =
  /** `shared`: for everyone who waits. Otherwise for the call that began the load alone: the others look again. */
  | {
      readonly status: 'loaded';
      readonly value: Isolated;
      readonly stored: boolean;
      readonly shared: boolean;
    }
  /** The loader gave `undefined`. */
  | { readonly status: 'missing' }
  | { readonly status: 'failed'; readonly error: unknown }
  /** It ended without an outcome for those who wait: they look again. */
  | { readonly status: 'released' };

/** What a loading call got. */
export type LoadResult =
  /** An entry of the engine. `waited`: it was not there when the call began. */
  | { readonly from: 'hit'; readonly entry: Entry; readonly waited: boolean }
  | { readonly from: 'load'; readonly value: Isolated }
  | { readonly from: 'missing' };

interface Waiter {
  readonly settle: (landing: Landing) => void;
  readonly fail: (error: unknown) => void;
}

/** What a caller brings along when it waits. */
export interface WaitOptions {
  readonly signal: AbortSignal | undefined;
  /** Milliseconds it is ready to wait. */
  readonly timeout: number;
  readonly timeoutError: () => Error;
}

/**
 * A load of one key, run for all who wait for it and under no caller's signal. A caller that aborts leaves alone; when the last one has
 * left, the load is deserted and its own signal fires.
 *
 * After the hard timeout the load is *late*: those who waited are rejected and its signal fires, but it goes on until it settles or its
 * lease ends. Callers that arrive meanwhile wait for it, each for its own timeout, rather than start a second loader beside it.
 */
export class Flight implements Work {
  readonly cache: string;
  readonly key: string;
  /** The fencing token of its lease. */
  readonly token: string;
  readonly label: string;
  readonly waitsFor: Map<Work, number> = new Map();
  /** Lets it past the queue for a place among the running loaders. */
  hurry: (() => void) | undefined = undefined;

  readonly #clock: Clock;
  readonly #deserted: () => void;
  readonly #controller = new AbortController();
  readonly #waiters = new Set<Waiter>();
  /** When its hard timeout passes, by the clock's `elapsed`. */
  readonly #timeoutAt: number;
  /** Whoever was granted the lease has not begun to wait yet: nobody's leaving deserts the load before. */
  #isHeld = true;
  #end: ((waiter: Waiter) => void) | undefined;
  #late = false;

  /** `deserted` is called once, when the last waiter has left before the load ended. `timeout`: `Infinity` when another timer tells. */
  constructor(
    { cache, key, token }: { readonly cache: string; readonly key: string; readonly token: string },
    clock: Clock,
    timeout: number,
    deserted: () => void,
  ) {
    this.cache = cache;
    this.key = key;
    this.token = token;
    this.label = `the loader of '${key}'`;
    this.#clock = clock;
    this.#timeoutAt = timeout === Infinity ? Infinity : clock.elapsed() + timeout;
    this.#deserted = deserted;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get isLate(): boolean {
    return this.#late;
  }

  /** Waits for the landing. Rejects when the caller's signal fires, and after its timeout. `leads`: the lease was granted to this caller. */
  wait({ signal, timeout, timeoutError }: WaitOptions, leads = false): Promise<Landing> {
    if (leads) this.#isHeld = false;
    return new Promise((resolve, reject) => {
      let cancel: Cancel = () => {};
      const depart = (): void => {
        this.#waiters.delete(waiter);
        cancel();
        signal?.removeEventListener('abort', leave);
      };
      const waiter: Waiter = {
        settle: (landing) => {
          depart();
          resolve(landing);
        },
        fail: (error) => {
          depart();
          reject(error);
        },
      };
      const leave = (): void => {
        waiter.fail(signal?.reason);
        this.#checkDeserted();
      };
      if (this.#end !== undefined) return this.#end(waiter);
      this.#waiters.add(waiter);
      if (signal?.aborted === true) return leave();
      signal?.addEventListener('abort', leave, { once: true });
      // As a rule the load's own timer speaks for everybody. A late load has none left, and a caller may be less patient than the load.
      if (!this.#late && this.#clock.elapsed() + timeout >= this.#timeoutAt) return undefined;
      cancel = this.#clock.after(timeout, () => {
        waiter.fail(timeoutError());
        this.#checkDeserted();
      });
      return undefined;
    });
  }

  /** Ends the load for everyone who waits or comes to wait. Only the first end counts. */
  land(landing: Landing): void {
    this.#finish((waiter) => waiter.settle(landing));
  }

  /** Rejects everyone who waits and fires the loader's signal, but leaves the load to itself. */
  becomeLate(error: Error): void {
    if (this.#end !== undefined) return;
    this.#late = true;
    for (const waiter of this.#waiters) waiter.fail(error);
    this.#controller.abort(error);
  }

  /** Rejects everyone who waits and fires the loader's signal: nobody is interested any more. */
  abandon(error: unknown): void {
    if (this.#end !== undefined) return;
    this.#finish((waiter) => waiter.fail(error));
    this.#controller.abort(error);
  }

  #finish(end: (waiter: Waiter) => void): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    for (const waiter of this.#waiters) end(waiter);
  }

  #checkDeserted(): void {
    // A late load is not ended by callers that gave up on it: they came after its signal had fired.
    if (this.#end !== undefined || this.#late || this.#isHeld || this.#waiters.size > 0) return;
    this.abandon(new DOMException('every caller of the load has left', 'AbortError'));
    this.#deserted();
  }
}
