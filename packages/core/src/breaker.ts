/** The circuit breaker of a cache: while its provider fails call after call, calls are refused and nothing is sent. */
import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhenResult,
  type CircuitBreakerPolicy,
  type IBackoff,
} from 'cockatiel';
import type { Cancel, Clock } from './clock.ts';
import { CacheError } from './errors.ts';
import type { BreakerState } from './events.ts';
import type { BreakerSettings } from './options.ts';
import { isAbsence } from './trouble.ts';

/**
 * Judges a provider by how its calls end. So many in a row that are in trouble open the circuit; after a while one call goes through on
 * trial, and its end closes the circuit or leaves it open. A call asks for its `refusal` first and, if there is none, has its answer
 * watched: in one turn, so that there is one trial at a time.
 */
export class Breaker {
  readonly #policy: CircuitBreakerPolicy;
  readonly #provider: string;
  readonly #deadline: number;
  readonly #halfOpenAfter: number;
  readonly #clock: Clock;
  /** Ends the judgement of a trial before its answer has come. */
  readonly #trials = new WeakMap<Promise<unknown>, (error: unknown) => void>();
  /** Answers that are judged already. */
  readonly #late = new WeakSet<Promise<unknown>>();
  /** The last call that was judged was in trouble: a good one has something to say. */
  #isTroubled = false;
  readonly #listeners = new Set<(state: BreakerState) => void>();
  /** When the circuit opened last, by the clock that never goes back. */
  #openedAt = 0;
  /** Since when it has not been closed, in words. */
  #openSince = '';
  #stopTrial: Cancel = () => {};

  /** `deadline`: how long a call on trial may take, in milliseconds. */
  constructor(
    provider: string,
    { failures, halfOpenAfter }: BreakerSettings,
    { deadline, clock }: { readonly deadline: number; readonly clock: Clock },
  ) {
    this.#provider = provider;
    this.#deadline = deadline;
    this.#halfOpenAfter = halfOpenAfter;
    this.#clock = clock;
    this.#policy = circuitBreaker(handleWhenResult(isAbsence), {
      halfOpenAfter: this.#rest(),
      breaker: new ConsecutiveBreaker(failures),
    });
    this.#policy.onStateChange(() => {
      for (const listener of this.#listeners) listener(this.state);
    });
  }

  get state(): BreakerState {
    const { state } = this.#policy;
    if (state === CircuitState.Closed) return 'closed';
    return state === CircuitState.HalfOpen ? 'half-open' : 'open';
  }

  /** Why a call of `cache` must not be made now; `undefined`: it may. */
  refusal(cache: string): CacheError | undefined {
    const { state } = this;
    if (state === 'closed' || (state === 'open' && !this.#rests())) return undefined;
    const failure = this.#policy.lastFailure;
    return new CacheError(
      'UNAVAILABLE',
      `cache '${cache}': the circuit breaker of provider '${this.#provider}' is open since ${this.#openSince}; nothing was sent`,
      {
        cache,
        provider: this.#provider,
        cause: failure !== undefined && 'value' in failure ? failure.value : undefined,
      },
    );
  }

  /** Judges a call by its answer, or by the error that `late` gives it before. Gives the answer back. */
  watch<X>(answer: Promise<X>): Promise<X> {
    if (this.state === 'closed') this.#watchClosed(answer);
    else this.#watchTrial(answer);
    return answer;
  }

  /** Tells that an answer has not come in time. */
  late(answer: Promise<unknown>, error: unknown): void {
    const endTrial = this.#trials.get(answer);
    if (endTrial !== undefined) return endTrial(error);
    // Several may wait for one answer.
    if (this.#late.has(answer)) return;
    this.#late.add(answer);
    this.#judge(error);
  }

  /** Lets the next call be the trial: there is reason to hope. */
  hurry(): void {
    this.#openedAt = -Infinity;
  }

  /** Calls `listener` with every new state. Gives the function that stops it. */
  onChange(listener: (state: BreakerState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#stopTrial();
  }

  // Nearly all calls: the library hears only of those that change something.
  #watchClosed(answer: Promise<unknown>): void {
    answer.then(
      () => {
        if (this.#isTroubled && !this.#late.has(answer)) this.#judge(undefined);
      },
      (error: unknown) => {
        if ((this.#isTroubled || isAbsence(error)) && !this.#late.has(answer)) this.#judge(error);
      },
    );
  }

  #watchTrial(answer: Promise<unknown>): void {
    const judged = new Promise<unknown>((resolve) => {
      this.#trials.set(answer, resolve);
      answer.then(() => resolve(undefined), resolve);
    });
    if (this.state === 'open') this.#limitTrial(answer, judged);
    void judged.then((outcome) => {
      this.#isTroubled = isAbsence(outcome);
    });
    // The caller is told by the answer itself.
    this.#policy.execute(() => judged).catch(() => undefined);
  }

  #judge(outcome: unknown): void {
    this.#isTroubled = isAbsence(outcome);
    this.#policy.execute(() => outcome).catch(() => undefined);
  }

  // The library compares what it waits for with the machine's wall clock, which can be set back and which no test can move. So it is told
  // that the time is over or not, and never how long it is.
  #rest(): IBackoff<unknown> {
    const rests = (): boolean => this.#rests();
    const rest: IBackoff<unknown> = {
      next: () => {
        if (this.state === 'closed') this.#openSince = new Date(this.#clock.now()).toISOString();
        this.#openedAt = this.#clock.elapsed();
        return rest;
      },
      get duration() {
        return rests() ? Infinity : -Infinity;
      },
    };
    return rest;
  }

  #rests(): boolean {
    return this.#clock.elapsed() - this.#openedAt < this.#halfOpenAfter;
  }

  // Whoever waits for the trial may leave and take the deadline along: a trial without an end would keep everybody out for ever.
  #limitTrial(answer: Promise<unknown>, judged: Promise<unknown>): void {
    const text = `provider '${this.#provider}' did not answer the call on trial within ${this.#deadline} ms`;
    const stop = this.#clock.after(this.#deadline, () =>
      this.late(answer, new CacheError('DEADLINE_EXCEEDED', text, { provider: this.#provider })),
    );
    this.#stopTrial = stop;
    void judged.then(stop);
  }
}
