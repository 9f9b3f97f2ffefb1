/**
 * From the keys of a space to their slots, without a step that grows with the number of keys.
 *
 * Extendible hashing over small tables: a shard that is full splits in two, and a directory of 2^depth places leads from the first bits of
 * a key's hash to its shard. A shard is a table with linear probing that holds, for each key, its hash and its slot; the key itself lies
 * in the slot. Keys that would have to be looked for too far from their place, as when somebody found keys that share a hash, go to a
 * `Map` beside the table.
 *
 * As long as keys are few they are in a `Map`, which finds a string it has seen before by the hash that the string keeps. A `Map` of many
 * would rehash them all in one step when it grows, hold at most 2^24, and lie too far apart in memory.
 */
import { hash } from './hash.ts';
import { NONE } from './slots.ts';

/** The most places the directory gets is 2 to this. Past that shards grow instead. */
const DEEPEST = 20;
/** The places in a shard's first table. */
const FIRST_PLACES = 16;
/** How far from its place a key may lie. */
const FARTHEST = 64;

/** Where keys lie. */
export interface Keyed {
  key(slot: number): string;
}

export class KeyIndex {
  readonly #keyed: Keyed;
  readonly #seed: number;
  readonly #room: number;
  /** The keys while they are few. */
  #few: Map<string, number> | undefined = new Map();
  #directory: Shard[] = [];
  #depth = 0;
  #size = 0;

  /** `keysPerShard` is a power of two. */
  constructor(keyed: Keyed, seed: number, keysPerShard: number) {
    this.#keyed = keyed;
    this.#seed = seed;
    this.#room = keysPerShard;
  }

  get size(): number {
    return this.#size;
  }

  /** The slot of `key`, or `NONE`. */
  get(key: string): number {
    if (this.#few !== undefined) return this.#few.get(key) ?? NONE;
    const hashed = hash(key, this.#seed);
    return this.#shard(hashed).find(key, hashed, this.#keyed);
  }

  /** Adds `key`, which must not be there and lies in `slot`. */
  add(key: string, slot: number): void {
    this.#size++;
    if (this.#few !== undefined) {
      if (this.#few.size < this.#room) {
        this.#few.set(key, slot);
        return;
      }
      this.#spread(this.#few);
    }
    this.#place(key, slot);
  }

  /** Moves the few keys that there were to a first shard. */
  #spread(few: ReadonlyMap<string, number>): void {
    this.#few = undefined;
    this.#directory = [new Shard(0, FIRST_PLACES, this.#room)];
    for (const [key, slot] of few) this.#place(key, slot);
  }

  #place(key: string, slot: number): void {
    const hashed = hash(key, this.#seed);
    let shard = this.#shard(hashed);
    while (shard.used >= shard.room) {
      this.#split(shard, hashed);
      shard = this.#shard(hashed);
    }
    shard.add(hashed, slot, this.#keyed);
  }

  /** Removes `key`, which must be there and lies in `slot`. */
  delete(key: string, slot: number): void {
    this.#size--;
    if (this.#few === undefined) {
      const hashed = hash(key, this.#seed);
      this.#shard(hashed).delete(key, hashed, slot);
    } else this.#few.delete(key);
  }

  /**
   * Walks over the slots, shard by shard. The slot of a key that is there during the whole walk comes exactly once, whatever comes and
   * goes between two steps: a shard is read in one step, and a split moves only keys of the part of the hash space that it covers.
   */
  *shards(): Generator<readonly number[]> {
    if (this.#few !== undefined) {
      yield [...this.#few.values()];
      return;
    }
    for (let at = 0; at < 2 ** 32;) {
      const shard = this.#shard(at | 0);
      const span = 2 ** (32 - shard.depth);
      yield shard.slots();
      at = (Math.floor(at / span) + 1) * span;
    }
  }

  #shard(hashed: number): Shard {
    return this.#directory[this.#depth === 0 ? 0 : hashed >>> (32 - this.#depth)] as Shard;
  }

  /** Splits the shard of `hashed`, or lets it grow where splitting would not help. */
  #split(shard: Shard, hashed: number): void {
    if (shard.depth === this.#depth && !this.#deepen()) {
      shard.room *= 2;
      return;
    }
    const halves = shard.split(this.#room, this.#keyed, this.#seed);
    const places = 2 ** (this.#depth - shard.depth);
    const first = Math.floor((hashed >>> (32 - this.#depth)) / places) * places;
    for (let place = 0; place < places; place++)
      this.#directory[first + place] = place < places / 2 ? halves[0] : halves[1];
  }

  /** Doubles the directory, unless it is far larger than its keys need: then their hashes begin alike. */
  #deepen(): boolean {
    if (this.#depth === DEEPEST || this.#directory.length * this.#room > 16 * this.#size) return false;
    this.#directory = this.#directory.flatMap((shard) => [shard, shard]);
    this.#depth++;
    return true;
  }
}

class Shard {
  /** How many first bits of the hash its keys have in common. */
  readonly depth: number;
  /** It splits when it would hold more. */
  room: number;
  /** Keys in the table. */
  used = 0;
  /** Pairs of a hash and a slot plus one; 0: the place is free. */
  #table: Int32Array;
  #mask: number;
  /** Keys that did not find a place. */
  #spilled: Map<string, number> | undefined;

  constructor(depth: number, places: number, room: number) {
    this.depth = depth;
    this.room = room;
    this.#table = new Int32Array(2 * places);
    this.#mask = places - 1;
  }

  find(key: string, hashed: number, keyed: Keyed): number {
    const table = this.#table;
    const mask = this.#mask;
    let place = hashed & mask;
    for (let distance = 0; distance < FARTHEST; distance++) {
      const slot = (table[2 * place + 1] as number) - 1;
      if (slot < 0) break;
      if (table[2 * place] === hashed && keyed.key(slot) === key) return slot;
      place = (place + 1) & mask;
    }
    return this.#spilled === undefined ? NONE : (this.#spilled.get(key) ?? NONE);
  }

  add(hashed: number, slot: number, keyed: Keyed): void {
    if (2 * this.used > this.#mask) this.#grow(keyed);
    this.#put(hashed, slot, keyed);
  }

  delete(key: string, hashed: number, slot: number): void {
    if (this.#spilled?.delete(key) === true) return;
    const table = this.#table;
    const mask = this.#mask;
    let gap = hashed & mask;
    while (table[2 * gap + 1] !== slot + 1) gap = (gap + 1) & mask;
    // Later keys move up, so that no gap lies between a key and its place.
    for (let place = (gap + 1) & mask; table[2 * place + 1] !== 0; place = (place + 1) & mask) {
      const home = (table[2 * place] as number) & mask;
      if (((place - home) & mask) < ((place - gap) & mask)) continue;
      table[2 * gap] = table[2 * place] as number;
      table[2 * gap + 1] = table[2 * place + 1] as number;
      gap = place;
    }
    table[2 * gap + 1] = 0;
    this.used--;
  }

  slots(): readonly number[] {
    const slots = [...(this.#spilled?.values() ?? [])];
    for (let at = 1; at < this.#table.length; at += 2) {
      const slot = (this.#table[at] as number) - 1;
      if (slot >= 0) slots.push(slot);
    }
    return slots;
  }

  /** Two shards that hold what this one does, by the next bit of the hash. */
  split(room: number, keyed: Keyed, seed: number): readonly [Shard, Shard] {
    const depth = this.depth + 1;
    const places = (this.#mask + 1) / 2;
    const halves = [new Shard(depth, places, room), new Shard(depth, places, room)] as const;
    const halfOf = (hashed: number): Shard => halves[((hashed >>> (32 - depth)) & 1) as 0 | 1];
    for (let at = 0; at < this.#table.length; at += 2) {
      const hashed = this.#table[at] as number;
      const slot = (this.#table[at + 1] as number) - 1;
      if (slot >= 0) halfOf(hashed).add(hashed, slot, keyed);
    }
    for (const [key, slot] of this.#spilled ?? []) {
      const hashed = hash(key, seed);
      halfOf(hashed).add(hashed, slot, keyed);
    }
    return halves;
  }

  #grow(keyed: Keyed): void {
    const table = this.#table;
    this.#table = new Int32Array(2 * table.length);
    this.#mask = 2 * this.#mask + 1;
    this.used = 0;
    for (let at = 0; at < table.length; at += 2) {
      const slot = (table[at + 1] as number) - 1;
      if (slot >= 0) this.#put(table[at] as number, slot, keyed);
    }
  }

  #put(hashed: number, slot: number, keyed: Keyed): void {
    const table = this.#table;
    const mask = this.#mask;
    let place = hashed & mask;
    for (let distance = 0; distance < FARTHEST; distance++) {
      if (table[2 * place + 1] === 0) {
        table[2 * place] = hashed;
        table[2 * place + 1] = slot + 1;
        this.used++;
        return;
      }
      place = (place + 1) & mask;
    }
    this.#spilled ??= new Map();
    this.#spilled.set(keyed.key(slot), slot);
  }
}
