/**
 * Where the entries of a pool lie: columns of numbers and references instead of an object per entry, in chunks of a fixed number of slots,
 * so that growing never copies.
 */
import type { Payload } from '@cache/core';
import type { Epoch } from './tags.ts';
import type { Member } from './terms.ts';

/** No slot. */
export const NONE = -1;

/** The groups of an entry. Most entries have neither tags nor terms and so none of these. */
export interface Groups {
  readonly epochs: readonly Epoch[];
  readonly members: readonly Member[];
  /** When it was used last, as the pool counts uses. */
  usedAt: number;
}

/** The columns of one run of slots. `Resident`: whose an entry can be. */
export class Chunk<Resident> {
  readonly keys: (string | undefined)[];
  readonly payloads: Payload[];
  readonly versions: (string | undefined)[];
  readonly groups: (Groups | undefined)[];
  /** Whose entry it is; `undefined`: the slot is free. */
  readonly residents: (Resident | undefined)[];
  readonly createdAt: Float64Array;
  readonly freshUntil: Float64Array;
  readonly grace: Float64Array;
  readonly loadMs: Float64Array;
  readonly size: Float64Array;
  /** Links in the order of eviction, kept by its policy. In a free slot, `next` is the chunk's next free one. */
  readonly next: Int32Array;
  readonly previous: Int32Array;
  used = 0;
  free: number = NONE;

  constructor(length: number) {
    this.keys = vacant(length);
    this.payloads = vacant(length);
    this.versions = vacant(length);
    this.groups = vacant(length);
    this.residents = vacant(length);
    this.createdAt = new Float64Array(length);
    this.freshUntil = new Float64Array(length);
    this.grace = new Float64Array(length);
    this.loadMs = new Float64Array(length);
    this.size = new Float64Array(length);
    this.next = new Int32Array(length);
    this.previous = new Int32Array(length);
  }
}

export class Slots<Resident> {
  readonly #bits: number;
  readonly #mask: number;
  /** `undefined`: all its slots are free and its memory was given back. */
  readonly #chunks: (Chunk<Resident> | undefined)[] = [];
  /** Numbers of chunks that have room, those given back included. The last is filled first. */
  readonly #roomy: number[] = [];
  #emptyChunks = 0;

  /** `perChunk` is a power of two. */
  constructor(perChunk: number) {
    this.#bits = Math.log2(perChunk);
    this.#mask = perChunk - 1;
  }

  /** Every slot in use is below. */
  get end(): number {
    return this.#chunks.length << this.#bits;
  }

  /** The chunk of a slot in use. */
  chunk(slot: number): Chunk<Resident> {
    return this.#chunks[slot >>> this.#bits] as Chunk<Resident>;
  }

  /** The place of a slot in its chunk. */
  place(slot: number): number {
    return slot & this.#mask;
  }

  /** The key of the entry in `slot`. */
  key(slot: number): string {
    return this.chunk(slot).keys[slot & this.#mask] as string;
  }

  /** Whose entry lies in `slot`, which may be any below `end`; `undefined`: it is free. */
  resident(slot: number): Resident | undefined {
    return this.#chunks[slot >>> this.#bits]?.residents[slot & this.#mask];
  }

  /** A slot for an entry of `resident`. */
  take(resident: Resident): number {
    const number = this.#roomy.at(-1) ?? this.#append();
    const chunk = this.#chunks[number] ?? this.#restore(number);
    const wasEmpty = chunk.used === 0;
    let place = chunk.free;
    if (place === NONE) place = chunk.used;
    else chunk.free = chunk.next[place] as number;
    chunk.used++;
    chunk.residents[place] = resident;
    if (wasEmpty) this.#emptyChunks--;
    if (chunk.used > this.#mask) this.#roomy.pop();
    return (number << this.#bits) | place;
  }

  release(slot: number): void {
    const number = slot >>> this.#bits;
    const chunk = this.chunk(slot);
    const place = this.place(slot);
    chunk.keys[place] = undefined;
    chunk.payloads[place] = undefined;
    chunk.versions[place] = undefined;
    chunk.groups[place] = undefined;
    chunk.residents[place] = undefined;
    chunk.next[place] = chunk.free;
    chunk.free = place;
    if (chunk.used > this.#mask) this.#roomy.push(number);
    chunk.used--;
    if (chunk.used === 0) this.#emptied(number);
  }

  #append(): number {
    const number = this.#chunks.length;
    this.#chunks.push(undefined);
    this.#roomy.push(number);
    return number;
  }

  #restore(number: number): Chunk<Resident> {
    const chunk = new Chunk<Resident>(this.#mask + 1);
    this.#chunks[number] = chunk;
    this.#emptyChunks++;
    return chunk;
  }

  /** Gives a chunk back that has become empty. One is kept, for caches whose size swings around the end of a chunk. */
  #emptied(number: number): void {
    if (this.#emptyChunks > 0) this.#chunks[number] = undefined;
    else this.#emptyChunks++;
  }
}

function vacant<T>(length: number): (T | undefined)[] {
  const column: (T | undefined)[] = [];
  column.length = length;
  return column.fill(undefined);
}
