/** The entries of all spaces of one cache: they share slots, limits, an order of eviction and a sweep. */
import type { Clock, Payload } from '@cache/core';
import { Announcements, type Audience } from './announcements.ts';
import type { EvictionPolicy } from './eviction.ts';
import { Lru } from './lru.ts';
import { ENTRY_OVERHEAD, type Settings } from './options.ts';
import { Population } from './population.ts';
import { type Chunk, type Groups, Slots } from './slots.ts';
import { Sweep, type Swept } from './sweep.ts';
import { isValid, NO_EPOCHS } from './tags.ts';
import { NO_MEMBERS } from './terms.ts';

/** How many slots of a running pass every new entry looks at: slots of cleared entries come back faster than they are needed. */
const ADVANCE_PER_ENTRY = 16;

/** Sizes that only decide how work is cut into steps. */
export interface Layout {
  /** A power of two. */
  readonly slotsPerChunk: number;
  readonly keysPerShard: number;
}

/** One state of an entry. */
export interface State {
  readonly payload: Payload;
  readonly version: string;
  readonly createdAt: number;
  readonly freshUntil: number;
  readonly grace: number;
  readonly loadMs: number;
  readonly size: number;
  readonly tags: readonly string[] | 'keep';
  readonly terms: readonly string[];
}

export class Pool implements Swept {
  readonly clock: Clock;
  readonly settings: Settings;
  readonly slots: Slots<Population>;
  readonly policy: EvictionPolicy;
  readonly announcements: Announcements = new Announcements();
  /** Payloads are overwritten when their entry goes, and therefore copied when they are handed out. */
  readonly wipes: boolean;
  readonly #sweep: Sweep;
  readonly #layout: Layout;
  readonly #seed: number;
  #entries = 0;
  #bytes = 0;
  /** Slots in use whose entry can expire. */
  #mortal = 0;
  /** Slots in use whose population was cleared. */
  #cleared = 0;
  /** Entries were invalidated by a tag since the last pass began. */
  #hasInvalid = false;
  /** Counts the uses of entries that have groups. */
  #uses = 0;

  constructor(settings: Settings, layout: Layout, clock: Clock, seed: number) {
    this.settings = settings;
    this.wipes = settings.secureCleanup;
    this.clock = clock;
    this.slots = new Slots<Population>(Math.min(layout.slotsPerChunk, placesFor(settings.maxEntries)));
    this.policy = new Lru(this.slots);
    this.#layout = layout;
    this.#seed = seed;
    this.#sweep = new Sweep(this, clock, {
      interval: settings.sweepInterval,
      budget: settings.sweepBudgetMs,
    });
  }

  /** Entries held, of all spaces. */
  get entries(): number {
    return this.#entries;
  }

  populate(audience: Audience): Population {
    return new Population(audience, this.slots, this.clock, this.#seed, this.#layout.keysPerShard);
  }

  /** Makes all entries of `population` absent. Their slots are reclaimed little by little, unless they must be wiped. */
  abandon(population: Population): void {
    population.isCleared = true;
    population.leases.endAll();
    this.#entries -= population.index.size;
    this.#bytes -= population.bytes;
    this.#cleared += population.index.size;
    if (this.#cleared === 0) return;
    if (!this.wipes) return this.#sweep.hurry();
    for (const shard of population.index.shards()) for (const slot of shard) this.release(slot);
  }

  /** Gives the timer back. */
  close(): void {
    this.#sweep.stop();
  }

  isFresh(slot: number, now: number): boolean {
    const chunk = this.slots.chunk(slot);
    const place = this.slots.place(slot);
    const groups = chunk.groups(place);
    return now < chunk.freshUntil(place) && (groups === undefined || isValid(groups.epochs));
  }

  /** Reclaims the slot of an entry that is not fresh, unless it is in its grace. False: it is. */
  retire(slot: number, now: number): boolean {
    const chunk = this.slots.chunk(slot);
    const place = this.slots.place(slot);
    const groups = chunk.groups(place);
    if (groups === undefined || isValid(groups.epochs)) {
      if (now < chunk.freshUntil(place) + chunk.grace.get(place)) return false;
      const { audience } = chunk.resident(place) as Population;
      this.announcements.expired(audience, chunk.key(place));
    }
    this.release(slot);
    return true;
  }

  /** The entry in `slot`, whose groups are these, was read for a caller, or written. */
  use(slot: number, groups: Groups | undefined): void {
    if (groups !== undefined) groups.usedAt = ++this.#uses;
    this.policy.used(slot);
  }

  /** Puts a new entry of `key`, which has none, and gives its slot. */
  add(population: Population, key: string, state: State): number {
    if (this.#cleared > 0) this.#sweep.advance(ADVANCE_PER_ENTRY);
    const slot = this.slots.take(population, key);
    population.index.add(key, slot);
    this.policy.added(slot);
    this.#entries++;
    this.#charge(population, ENTRY_OVERHEAD + 2 * key.length);
    this.#set(slot, state);
    return slot;
  }

  /** Gives the entry in `slot` a new state. */
  change(slot: number, state: State): void {
    this.wipe(this.slots.chunk(slot).payload(this.slots.place(slot)));
    this.#set(slot, state);
    this.policy.used(slot);
  }

  /** Gives the entry in `slot` a new life. */
  renew(slot: number, freshUntil: number, grace: number): void {
    const chunk = this.slots.chunk(slot);
    const place = this.slots.place(slot);
    if (chunk.freshUntil(place) !== Infinity) this.#mortal--;
    chunk.setFreshUntil(place, freshUntil);
    chunk.grace.set(place, grace);
    if (freshUntil === Infinity) return;
    this.#mortal++;
    this.#sweep.expect();
  }

  /** Gives the entry in `slot` a new version. */
  rename(slot: number, version: string): void {
    this.slots.chunk(slot).versions.set(this.slots.place(slot), version);
  }

  /** Makes the entry in `slot` carry exactly these groups. */
  regroup(slot: number, tags: readonly string[] | 'keep', terms: readonly string[]): void {
    const chunk = this.slots.chunk(slot);
    const place = this.slots.place(slot);
    const population = chunk.resident(place) as Population;
    const held = chunk.groups(place);
    if (held === undefined && (tags === 'keep' || tags.length === 0) && terms.length === 0) return;
    let epochs = held?.epochs ?? NO_EPOCHS;
    if (tags !== 'keep') {
      const left = epochs;
      epochs = population.tags.join(tags);
      population.tags.leave(left);
    }
    const members = population.terms.change(slot, held?.members ?? NO_MEMBERS, terms);
    const isLoose = epochs.length === 0 && members.length === 0;
    chunk.setGroups(place, isLoose ? undefined : { epochs, members, usedAt: ++this.#uses });
  }

  /** Removes the entry in `slot`, wiped if that is asked for. */
  release(slot: number): void {
    const chunk = this.slots.chunk(slot);
    const place = this.slots.place(slot);
    const population = chunk.resident(place) as Population;
    if (population.isCleared) this.#cleared--;
    else this.#leave(population, slot, chunk, place);
    if (chunk.freshUntil(place) !== Infinity) this.#mortal--;
    this.policy.removed(slot);
    this.wipe(chunk.payload(place));
    this.slots.release(slot);
  }

  /** Evicts until the limits hold again, after the entry in `slot` was written. */
  makeRoom(slot: number): void {
    const { maxEntries, maxBytes } = this.settings;
    const chunk = this.slots.chunk(slot);
    if (this.#cost(chunk, this.slots.place(slot)) > maxBytes) this.evict(slot, 'bytes');
    while (this.#entries > maxEntries) this.evict(this.policy.victim(), 'entries');
    while (this.#bytes > maxBytes) this.evict(this.policy.victim(), 'bytes');
  }

  evict(slot: number, cause: 'entries' | 'bytes' | 'limit'): void {
    const chunk = this.slots.chunk(slot);
    const place = this.slots.place(slot);
    const { audience, isCleared } = chunk.resident(place) as Population;
    if (!isCleared) this.announcements.evicted(audience, chunk.key(place), cause);
    this.release(slot);
  }

  /** Entries of a tag became invalid: a pass must come to reclaim them. */
  expectInvalid(): void {
    this.#hasInvalid = true;
    this.#sweep.expect();
  }

  /** Overwrites a payload that the pool owned with zeros, if that is asked for. */
  wipe(payload: Payload): void {
    if (this.wipes && payload instanceof Uint8Array) payload.fill(0);
  }

  /** A payload as it may be handed out: what will be wiped is copied. */
  handOut(payload: Payload): Payload {
    return this.wipes && payload instanceof Uint8Array ? new Uint8Array(payload) : payload;
  }

  get end(): number {
    return this.slots.end;
  }

  get needsPasses(): boolean {
    return this.#mortal > 0 || this.#hasInvalid;
  }

  passBegins(): void {
    this.#hasInvalid = false;
  }

  examine(slot: number, now: number): void {
    const population = this.slots.resident(slot);
    if (population === undefined) return;
    if (population.isCleared) this.release(slot);
    else if (!this.isFresh(slot, now)) this.retire(slot, now);
  }

  sliceEnds(): void {
    this.announcements.tell();
  }

  #set(slot: number, state: State): void {
    const chunk = this.slots.chunk(slot);
    const place = this.slots.place(slot);
    this.#charge(chunk.resident(place) as Population, state.size - chunk.size.get(place));
    chunk.setPayload(place, state.payload);
    chunk.versions.set(place, state.version);
    chunk.createdAt[place] = state.createdAt;
    chunk.loadMs.set(place, state.loadMs);
    chunk.size.set(place, state.size);
    this.renew(slot, state.freshUntil, state.grace);
    this.regroup(slot, state.tags, state.terms);
  }

  /** Takes the entry in `slot` out of everything that leads to it. */
  #leave(population: Population, slot: number, chunk: Chunk<Population>, place: number): void {
    const groups: Groups | undefined = chunk.groups(place);
    if (groups !== undefined) {
      population.tags.leave(groups.epochs);
      population.terms.change(slot, groups.members, []);
    }
    population.index.delete(chunk.key(place), slot);
    this.#entries--;
    this.#charge(population, -this.#cost(chunk, place));
  }

  #cost(chunk: Chunk<Population>, place: number): number {
    return ENTRY_OVERHEAD + 2 * chunk.key(place).length + chunk.size.get(place);
  }

  #charge(population: Population, bytes: number): void {
    population.bytes += bytes;
    this.#bytes += bytes;
  }
}

/** The power of two that has room for `entries` and for one more, which is there until another has been evicted. */
function placesFor(entries: number): number {
  return 2 ** Math.ceil(Math.log2(entries + 1));
}
