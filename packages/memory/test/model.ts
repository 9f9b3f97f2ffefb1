/**
 * What engines mean, told as plainly as possible: one list of entries, no index, no order kept, every question answered by looking at
 * everything. It judges the engine in `model.test.ts`.
 */
import type {
  Acquired,
  AcquireRequest,
  Committed,
  Condition,
  Counted,
  CounterChange,
  Entry,
  Life,
  Settled,
  Write,
  Written,
} from '@cache/core';
import type { FakeClock } from './fake-clock.ts';

interface Held {
  readonly space: string;
  readonly key: string;
  payload: unknown;
  version: string;
  createdAt: number;
  freshUntil: number;
  grace: number;
  loadMs: number;
  size: number;
  tags: readonly string[];
  terms: readonly string[];
  /** The count of invalidations at which its tags were judged. */
  taggedAt: number;
  /** For evictions of the pool. */
  usedAt: number;
  /** For ties. */
  readonly joined: Map<string, number>;
}

interface HeldLease {
  readonly space: string;
  readonly key: string;
  readonly token: string;
  readonly tags: readonly string[];
  readonly since: number;
  endsAt: number;
  isAwaited: boolean;
  readonly waiters: number[];
}

export interface ModelLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** What an entry costs beside its size. */
  readonly costOf: (key: string) => number;
}

export class Model {
  readonly #clock: FakeClock;
  readonly #limits: ModelLimits;
  #entries: Held[] = [];
  #leases: HeldLease[] = [];
  #failures: { space: string; token: string; message: string }[] = [];
  /** Every invalidation there was: the number of its step, and what it hit. */
  readonly #invalidations: { space: string; kind: 'tag' | 'term'; name: string; at: number }[] = [];
  #step = 0;
  /** How every wait ended, by its number. */
  readonly outcomes: Map<number, Settled['status']> = new Map();
  /** Keys evicted for room, in order. */
  readonly evicted: string[] = [];

  constructor(clock: FakeClock, limits: ModelLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  read(space: string, key: string): Entry | undefined {
    const held = this.#find(space, key);
    return held && view(held);
  }

  get(space: string, key: string): unknown {
    const held = this.#find(space, key);
    if (held) held.usedAt = ++this.#step;
    return held?.payload;
  }

  write(space: string, key: string, write: Write, condition: Condition | undefined): Written {
    const held = this.#find(space, key);
    const holds =
      condition === undefined ||
      (condition === 'absent' && !held) ||
      (condition === 'present' && !!held) ||
      (typeof condition === 'object' && held?.version === condition.version);
    if (!holds) return { status: 'refused', current: held && view(held) };
    const evicted = this.#store(space, key, held, write);
    if (evicted === undefined) return { status: 'limited' };
    this.#endLease(space, key, 'released');
    this.#makeRoom(space, key);
    return { status: 'written', evicted };
  }

  remove(space: string, key: string): boolean {
    const held = this.#find(space, key);
    this.#entries = this.#entries.filter((entry) => entry.space !== space || entry.key !== key);
    this.#endLease(space, key, 'released');
    return held !== undefined;
  }

  take(space: string, key: string): Entry | undefined {
    const entry = this.read(space, key);
    this.remove(space, key);
    return entry;
  }

  count(space: string, key: string, change: CounterChange): Counted {
    const held = this.#find(space, key);
    const before = held ? held.payload : 0;
    if (!Number.isSafeInteger(before) || Object.is(before, -0)) return { status: 'not-a-counter' };
    const value = (before as number) + change.delta;
    if (!Number.isSafeInteger(value)) return { status: 'overflow' };
    this.#store(space, key, held, {
      payload: value,
      version: change.version,
      life: held && !change.renew ? 'keep' : change.life,
      tags: held ? 'keep' : [],
      terms: held?.terms ?? [],
      loadMs: 0,
      size: held?.size ?? 0,
      limit: undefined,
    });
    this.#endLease(space, key, 'released');
    this.#makeRoom(space, key);
    return { status: 'counted', value };
  }

  touch(space: string, key: string, life: Life): boolean {
    const held = this.#find(space, key);
    if (!held) return false;
    held.freshUntil = this.#clock.now() + life.ttl;
    held.grace = life.grace;
    held.usedAt = ++this.#step;
    return true;
  }

  expire(space: string, key: string): boolean {
    const held = this.#find(space, key);
    this.#endLease(space, key, 'released');
    if (!held) return false;
    held.freshUntil = this.#clock.now();
    this.#reclaim([held]);
    return true;
  }

  editTerms(
    space: string,
    key: string,
    add: readonly string[],
    remove: readonly string[],
    version: string,
  ): boolean {
    const held = this.#find(space, key);
    if (!held) return false;
    this.#setTerms(held, [
      ...held.terms.filter((term) => !remove.includes(term) || add.includes(term)),
      ...add,
    ]);
    held.version = version;
    held.usedAt = ++this.#step;
    return true;
  }

  invalidateTags(space: string, tags: readonly string[]): void {
    for (const name of tags) this.#invalidations.push({ space, kind: 'tag', name, at: ++this.#step });
    this.#endLeases(
      (lease) => lease.space === space && lease.tags.some((tag) => tags.includes(tag)),
      'released',
    );
  }

  lookUp(space: string, term: string): [string, Entry][] {
    const members = this.#entries.filter((held) => held.space === space && held.terms.includes(term));
    this.#reclaim(members);
    return members.filter((held) => this.#isFresh(held)).map((held) => [held.key, view(held)]);
  }

  removeByTerm(space: string, term: string): number {
    this.#invalidations.push({ space, kind: 'term', name: term, at: ++this.#step });
    return this.#removeAll((held) => held.space === space && held.terms.includes(term));
  }

  removeByPattern(space: string, matches: (key: string) => boolean): number {
    this.#endLeases((lease) => lease.space === space && matches(lease.key), 'released');
    return this.#removeAll((held) => held.space === space && matches(held.key));
  }

  clear(space: string): void {
    this.#endLeases((lease) => lease.space === space, 'released');
    this.#failures = this.#failures.filter((failure) => failure.space !== space);
    this.#removeAll((held) => held.space === space);
  }

  scan(space: string, matches: (key: string) => boolean): string[] {
    const found = this.#entries.filter(
      (held) => held.space === space && matches(held.key) && this.#isFresh(held),
    );
    return found.map(({ key }) => key).toSorted();
  }

  /** `waiter`: the number under which the outcome is kept if the answer is to wait. */
  acquire(space: string, key: string, request: AcquireRequest, waiter: number): Omit<Acquired, 'settled'> {
    const held = this.#find(space, key);
    if (held) {
      held.usedAt = ++this.#step;
      return { status: 'hit', entry: view(held) } as Acquired;
    }
    const graced = this.#entries.find((entry) => entry.space === space && entry.key === key);
    const stale = graced && view(graced);
    const lease = this.#lease(space, key);
    if (lease?.token === request.token) return { status: 'lead', stale } as Acquired;
    const failure = this.#failures.find((one) => one.space === space && one.token === request.awaited);
    if (failure !== undefined) return { status: 'failed', message: failure.message } as Acquired;
    if (lease) {
      lease.isAwaited = true;
      lease.waiters.push(waiter);
      return { status: 'wait', holder: lease.token, stale } as Acquired;
    }
    const endsAt = this.#clock.elapsed() + request.leaseMs;
    const { token, tags } = request;
    this.#leases.push({ space, key, token, tags, since: this.#step, endsAt, isAwaited: false, waiters: [] });
    return { status: 'lead', stale } as Acquired;
  }

  extend(space: string, key: string, token: string, leaseMs: number): boolean {
    const lease = this.#lease(space, key);
    if (lease?.token !== token) return false;
    lease.endsAt = this.#clock.elapsed() + leaseMs;
    return true;
  }

  commit(space: string, key: string, token: string, write: Write): Committed {
    const lease = this.#lease(space, key);
    if (lease?.token !== token) return 'overtaken';
    const isOvertaken = this.#invalidations.some(
      ({ space: where, kind, name, at }) =>
        where === space &&
        at > lease.since &&
        (kind === 'tag' ? (write.tags as string[]) : write.terms).includes(name),
    );
    const evicted = isOvertaken ? undefined : this.#store(space, key, this.#find(space, key), write);
    this.#endLease(space, key, evicted === undefined ? 'released' : 'stored');
    if (evicted === undefined) return isOvertaken ? 'overtaken' : 'limited';
    this.#makeRoom(space, key);
    return 'stored';
  }

  release(space: string, key: string, token: string, failure: string | undefined): void {
    const lease = this.#lease(space, key);
    if (lease?.token !== token) return;
    if (failure !== undefined && lease.isAwaited) this.#failures.push({ space, token, message: failure });
    this.#endLease(space, key, failure === undefined ? 'released' : 'failed');
  }

  /** Time has passed. */
  passed(): void {
    this.#endLeases((lease) => lease.endsAt <= this.#clock.elapsed(), 'released');
  }

  /** The engine holds only what `isHeld` says; what it dropped on its own must be what can never be served again. */
  follow(isHeld: (space: string, key: string) => boolean): void {
    const dropped = this.#entries.filter((held) => !isHeld(held.space, held.key));
    this.#reclaim(dropped);
    for (const held of dropped) if (this.#entries.includes(held)) throw new Error(`${held.key} was lost`);
  }

  /** Entries held, absent ones that were not reclaimed included. */
  held(space: string): readonly Readonly<Held>[] {
    return this.#entries.filter((entry) => entry.space === space);
  }

  /** What the entries of all spaces cost. */
  bytes(): number {
    return this.#entries.reduce((sum, { key, size }) => sum + this.#limits.costOf(key) + size, 0);
  }

  #isFresh(held: Held): boolean {
    return this.#clock.now() < held.freshUntil && this.#isValid(held);
  }

  #isValid(held: Held): boolean {
    return !this.#invalidations.some(
      ({ space, kind, name, at }) =>
        kind === 'tag' && space === held.space && held.tags.includes(name) && at > held.taggedAt,
    );
  }

  #find(space: string, key: string): Held | undefined {
    const held = this.#entries.find((entry) => entry.space === space && entry.key === key);
    if (held) this.#reclaim([held]);
    return held && this.#isFresh(held) ? held : undefined;
  }

  /** Drops what can never be served again. */
  #reclaim(among: readonly Held[]): void {
    const isGone = (held: Held): boolean =>
      !this.#isValid(held) || this.#clock.now() >= held.freshUntil + held.grace;
    this.#entries = this.#entries.filter((held) => !among.includes(held) || !isGone(held));
  }

  #removeAll(isMeant: (held: Held) => boolean): number {
    const gone = this.#entries.filter(isMeant);
    this.#entries = this.#entries.filter((held) => !gone.includes(held));
    this.#endLeases(
      (lease) => gone.some((held) => held.space === lease.space && held.key === lease.key),
      'released',
    );
    return gone.filter((held) => this.#isFresh(held)).length;
  }

  /** The keys evicted for the limit of the write; `undefined`: it is refused. */
  #store(space: string, key: string, held: Held | undefined, write: Write): string[] | undefined {
    const evicted = this.#judge(space, held, write);
    if (evicted === undefined) return undefined;
    this.#entries = this.#entries.filter((entry) => !evicted.includes(entry));
    this.evicted.push(...evicted.map((entry) => entry.key));
    const now = this.#clock.now();
    const kept = this.#entries.find((entry) => entry.space === space && entry.key === key);
    const life =
      write.life === 'keep'
        ? { freshUntil: (held as Held).freshUntil, grace: (held as Held).grace }
        : { freshUntil: now + write.life.ttl, grace: write.life.grace };
    const stored: Held = {
      space,
      key,
      ...life,
      payload: write.payload,
      version: write.version,
      createdAt: now,
      loadMs: write.loadMs,
      size: write.size,
      tags: write.tags === 'keep' ? (held as Held).tags : write.tags,
      terms: [],
      taggedAt: write.tags === 'keep' ? (held as Held).taggedAt : this.#step,
      usedAt: ++this.#step,
      joined: kept?.joined ?? new Map(),
    };
    this.#setTerms(stored, write.terms);
    this.#entries = this.#entries.filter((entry) => entry.space !== space || entry.key !== key);
    this.#entries.push(stored);
    return evicted.map((entry) => entry.key);
  }

  #judge(space: string, held: Held | undefined, { limit, terms }: Write): Held[] | undefined {
    if (!limit || !terms.includes(limit.term)) return [];
    const members = this.#entries.filter(
      (entry) => entry.space === space && entry.terms.includes(limit.term) && this.#isFresh(entry),
    );
    if (held && members.includes(held)) return [];
    const surplus = Math.max(0, members.length + 1 - limit.max);
    if (surplus > 0 && limit.onExceeded === 'refuse') return undefined;
    const joinedAt = (entry: Held): number => entry.joined.get(limit.term) ?? 0;
    const order =
      limit.onExceeded === 'evict-oldest'
        ? (one: Held, other: Held) => one.createdAt - other.createdAt || joinedAt(one) - joinedAt(other)
        : (one: Held, other: Held) => one.usedAt - other.usedAt;
    return members.toSorted(order).slice(0, surplus);
  }

  #setTerms(held: Held, terms: readonly string[]): void {
    held.terms = [...new Set(terms)];
    for (const term of held.joined.keys()) if (!held.terms.includes(term)) held.joined.delete(term);
    for (const term of held.terms) if (!held.joined.has(term)) held.joined.set(term, ++this.#step);
  }

  #makeRoom(space: string, key: string): void {
    const { maxEntries, maxBytes, costOf } = this.#limits;
    const written = this.#entries.find((entry) => entry.space === space && entry.key === key);
    if (written && costOf(key) + written.size > maxBytes) this.#evict(written);
    while (this.#entries.length > maxEntries || this.bytes() > maxBytes) {
      const [oldest] = this.#entries.toSorted((one, other) => one.usedAt - other.usedAt);
      this.#evict(oldest as Held);
    }
  }

  #evict(held: Held): void {
    this.evicted.push(held.key);
    this.#entries = this.#entries.filter((entry) => entry !== held);
  }

  #lease(space: string, key: string): HeldLease | undefined {
    return this.#leases.find(
      (lease) => lease.space === space && lease.key === key && this.#clock.elapsed() < lease.endsAt,
    );
  }

  #endLease(space: string, key: string, how: Settled['status']): void {
    this.#endLeases((lease) => lease.space === space && lease.key === key, how);
  }

  #endLeases(isMeant: (lease: HeldLease) => boolean, how: Settled['status']): void {
    const ended = this.#leases.filter(isMeant);
    this.#leases = this.#leases.filter((lease) => !ended.includes(lease));
    for (const waiter of ended.flatMap(({ waiters }) => waiters)) this.outcomes.set(waiter, how);
  }
}

function view(held: Held): Entry {
  const { payload, version, createdAt, freshUntil, grace, loadMs, size, tags, terms } = held;
  return {
    payload,
    version,
    createdAt,
    freshUntil,
    keptUntil: freshUntil + grace,
    loadMs,
    tags,
    terms,
    size,
  };
}
