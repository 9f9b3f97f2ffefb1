/** One space: where its entries are found, seen and stored. What the methods of an engine mean is told with these words. */
import type { Entry, Payload } from '@cache/core';
import { Audience } from './announcements.ts';
import type { Pool, State } from './pool.ts';
import type { Population } from './population.ts';
import { NONE } from './slots.ts';
import { isValid } from './tags.ts';

/**
 * Milliseconds. A recent reading stands still while the program blocks the event loop; an entry that has longer to live than the program
 * ever blocks cannot be served after its end by it.
 */
const LONG = 60_000;

export class Space {
  readonly pool: Pool;
  readonly audience: Audience = new Audience();
  #population: Population;

  constructor(pool: Pool) {
    this.pool = pool;
    this.#population = pool.populate(this.audience);
  }

  /** The entries since the last clear. */
  get population(): Population {
    return this.#population;
  }

  /** The payload of the fresh entry of `key`. The path of a hit. */
  get(key: string): Payload | undefined {
    const slot = this.#population.index.get(key);
    if (slot === NONE) return undefined;
    const { pool } = this;
    const { slots, clock } = pool;
    const chunk = slots.chunk(slot);
    const place = slots.place(slot);
    const freshUntil = chunk.freshUntil(place);
    const groups = chunk.groups(place);
    // What has long to live is judged by a recent reading: a look at the clock costs as much as the rest of a hit.
    const isFresh = clock.recent() < freshUntil - LONG || clock.now() < freshUntil;
    if (!isFresh || (groups !== undefined && !isValid(groups.epochs))) {
      pool.retire(slot, clock.now());
      return undefined;
    }
    if (groups !== undefined) pool.use(slot, groups);
    else pool.policy.used(slot);
    const payload = chunk.payload(place);
    return pool.wipes ? pool.handOut(payload) : payload;
  }

  /** The slot of the entry of `key`, fresh or in its grace, or `NONE`. What is found past its end is reclaimed. */
  held(key: string, now: number): number {
    const slot = this.#population.index.get(key);
    if (slot === NONE || this.pool.isFresh(slot, now)) return slot;
    return this.pool.retire(slot, now) ? NONE : slot;
  }

  /** The slot that `held` gave if its entry is fresh, or `NONE`. */
  fresh(held: number, now: number): number {
    return held !== NONE && this.pool.isFresh(held, now) ? held : NONE;
  }

  /** The slot of the fresh entry of `key`, or `NONE`. What is found past its end is reclaimed. */
  find(key: string, now: number): number {
    return this.fresh(this.held(key, now), now);
  }

  versionOf(slot: number): string {
    return this.pool.slots.chunk(slot).versions.get(this.pool.slots.place(slot));
  }

  lifeOf(slot: number): { readonly freshUntil: number; readonly grace: number } {
    const chunk = this.pool.slots.chunk(slot);
    const place = this.pool.slots.place(slot);
    return { freshUntil: chunk.freshUntil(place), grace: chunk.grace.get(place) };
  }

  /** The entry in `slot` as it is now. */
  view(slot: number): Entry {
    const { slots } = this.pool;
    const chunk = slots.chunk(slot);
    const place = slots.place(slot);
    const groups = chunk.groups(place);
    const freshUntil = chunk.freshUntil(place);
    return {
      payload: this.pool.handOut(chunk.payload(place)),
      version: chunk.versions.get(place),
      createdAt: chunk.createdAt[place] as number,
      freshUntil,
      keptUntil: freshUntil + chunk.grace.get(place),
      loadMs: chunk.loadMs.get(place),
      tags: groups === undefined ? [] : groups.epochs.map(({ tag }) => tag),
      terms: groups === undefined ? [] : groups.members.map(({ circle }) => circle.term),
      size: chunk.size.get(place),
    };
  }

  /** Stores `state` under `key`, whose entry is `held`, and gives its slot. */
  store(key: string, held: number, state: State): number {
    if (held === NONE) return this.pool.add(this.#population, key, state);
    this.pool.change(held, state);
    return held;
  }

  /** The entry in `slot` was read for a caller, or written. */
  use(slot: number): void {
    this.pool.use(slot, this.pool.slots.chunk(slot).groups(this.pool.slots.place(slot)));
  }

  clear(): void {
    const old = this.#population;
    this.#population = this.pool.populate(this.audience);
    this.pool.abandon(old);
  }
}
