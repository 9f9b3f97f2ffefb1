/** The running loads of one space: who may load which key, and what has overtaken a load before its entry is stored. */
import type { AcquireRequest, Clock, Pattern, Settled } from '@cache/core';
import { Fences } from './fences.ts';
import { LAPSED, Lease, RELEASED } from './lease.ts';

/** Names remembered for loads that learn them late. Past that, such loads are refused to be safe. */
const MOST_FENCES = 10_000;
/** Failures remembered for those who were told to wait and ask again. */
const MOST_FAILURES = 64;
/** Leases that ran out without a word are looked for when the count passes this, and then at every doubling. */
const PRUNED_FROM = 64;

export class Leases {
  readonly #clock: Clock;
  readonly #byKey = new Map<string, Lease>();
  readonly #byTag = new Map<string, Set<Lease>>();
  /** Counts invalidations: later ones have higher numbers. */
  #moment = 0;
  readonly #tagFences: Fences;
  readonly #termFences: Fences;
  readonly #failures = new Map<string, string>();
  #pruneAbove = PRUNED_FROM;

  constructor(clock: Clock, mostFences: number = MOST_FENCES) {
    this.#clock = clock;
    this.#tagFences = new Fences(mostFences);
    this.#termFences = new Fences(mostFences);
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** The lease of `key` that stands. */
  of(key: string): Lease | undefined {
    if (this.#byKey.size === 0) return undefined;
    const lease = this.#byKey.get(key);
    if (lease === undefined || !lease.isOver) return lease;
    this.#end(lease, LAPSED);
    return undefined;
  }

  /** The lease that stands for `key` under `token`. */
  held(key: string, token: string): Lease | undefined {
    const lease = this.of(key);
    return lease?.token === token ? lease : undefined;
  }

  /** Grants the lease of `key`, which nobody may hold. */
  grant(key: string, request: AcquireRequest): void {
    if (this.#byKey.size >= this.#pruneAbove) this.#prune();
    const lease = new Lease(key, request, this.#moment, this.#clock, (over) => this.#end(over, LAPSED));
    this.#byKey.set(key, lease);
    for (const tag of lease.tags) {
      const leases = this.#byTag.get(tag);
      if (leases === undefined) this.#byTag.set(tag, new Set([lease]));
      else leases.add(lease);
    }
  }

  /** Whether something the entry turned out to carry was invalidated since the lease was granted. */
  isOvertaken(lease: Lease, tags: readonly string[], terms: readonly string[]): boolean {
    return (
      tags.some((tag) => !lease.tags.includes(tag) && this.#tagFences.raisedSince(tag, lease.since)) ||
      terms.some((term) => this.#termFences.raisedSince(term, lease.since))
    );
  }

  /** Ends the lease of `key`, whoever holds it. */
  end(key: string, outcome: Settled = RELEASED): void {
    if (this.#byKey.size === 0) return;
    const lease = this.#byKey.get(key);
    if (lease !== undefined) this.#end(lease, outcome);
  }

  /** Ends the lease of a loader that threw. */
  fail(lease: Lease, message: string): void {
    if (lease.isAwaited) this.#rememberFailure(lease.token, message);
    this.#end(lease, { status: 'failed', message });
  }

  /** The message with which the load under `token` failed, if it did so lately and somebody had been told to wait for it. */
  failureOf(token: string): string | undefined {
    return this.#failures.get(token);
  }

  invalidateTag(tag: string): void {
    if (this.#byKey.size === 0) return;
    this.#tagFences.raise(tag, ++this.#moment);
    for (const lease of this.#byTag.get(tag) ?? []) this.#end(lease, RELEASED);
  }

  removeTerm(term: string): void {
    if (this.#byKey.size > 0) this.#termFences.raise(term, ++this.#moment);
  }

  endMatching(pattern: Pattern): void {
    for (const lease of this.#byKey.values()) if (pattern.matches(lease.key)) this.#end(lease, RELEASED);
  }

  endAll(): void {
    for (const lease of this.#byKey.values()) this.#end(lease, RELEASED);
  }

  #end(lease: Lease, outcome: Settled): void {
    this.#byKey.delete(lease.key);
    for (const tag of lease.tags) {
      const leases = this.#byTag.get(tag);
      leases?.delete(lease);
      if (leases?.size === 0) this.#byTag.delete(tag);
    }
    if (this.#byKey.size === 0) {
      this.#tagFences.clear();
      this.#termFences.clear();
    }
    lease.end(outcome);
  }

  #rememberFailure(token: string, message: string): void {
    this.#failures.set(token, message);
    if (this.#failures.size <= MOST_FAILURES) return;
    for (const oldest of this.#failures.keys()) {
      this.#failures.delete(oldest);
      return;
    }
  }

  #prune(): void {
    for (const lease of this.#byKey.values()) if (lease.isOver) this.#end(lease, LAPSED);
    this.#pruneAbove = Math.max(PRUNED_FROM, 2 * this.#byKey.size);
  }
}
