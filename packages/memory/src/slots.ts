/**
 * Where the entries of a pool lie: columns instead of an object per entry, in chunks of a fixed number of slots, so that growing never
 * copies. What a hit looks at lies side by side: a hit waits for memory, and a line of it is fetched whole.
 */
import type { Payload } from '@cache/core';
import { Figures } from './figures.ts';
import type { Epoch } from './tags.ts';
import type { Member } from './terms.ts';
import { Versions } from './versions.ts';

/** No slot. */
export const NONE = -1;

/** The groups of an entry. Most entries have neither tags nor terms and so none of these. */
export interface Groups {
  readonly epochs: readonly Epoch[];
  readonly members: readonly Member[];
  /** When it was used last, as the pool counts uses. */
  usedAt: number;
}

/** The references of a slot. */
const REFERENCES = 4;
const KEY = 0;
const PAYLOAD = 1;
const GROUPS = 2;
const RESIDENT = 3;

/** The numbers of a slot that a hit looks at: two links of four bytes each, and the end of freshness. */
const LINKS = 4;
const NEXT = 0;
const PREVIOUS = 1;
const INSTANTS = 2;
const FRESH_UNTIL = 1;
const BYTES = 16;

/** One run of slots. `Resident`: whose an entry can be. */
export class Chunk<Resident> {
  readonly #references: unknown[] = [];
  readonly #links: Int32Array;
  readonly #instants: Float64Array;
  readonly versions: Versions;
  readonly createdAt: Float64Array;
  readonly grace: Figures;
  readonly loadMs: Figures;
  readonly size: Figures;
  used = 0;
  free: number = NONE;

  constructor(length: number) {
    this.#references.length = REFERENCES * length;
    this.#references.fill(undefined);
    const numbers = new ArrayBuffer(BYTES * length);
    this.#links = new Int32Array(numbers);
    this.#instants = new Float64Array(numbers);
    this.versions = new Versions(length);
    this.createdAt = new Float64Array(length);
    this.grace = new Figures(length);
    this.loadMs = new Figures(length);
    this.size = new Figures(length);
  }

  key(place: number): string {
    return this.#references[REFERENCES * place + KEY] as string;
  }

  payload(place: number): Payload {
    return this.#references[REFERENCES * place + PAYLOAD];
  }

  setPayload(place: number, payload: Payload): void {
    this.#references[REFERENCES * place + PAYLOAD] = payload;
  }

  groups(place: number): Groups | undefined {
    return this.#references[REFERENCES * place + GROUPS] as Groups | undefined;
  }

  setGroups(place: number, groups: Groups | undefined): void {
    this.#references[REFERENCES * place + GROUPS] = groups;
  }

  /** Whose entry it is; `undefined`: the slot is free. */
  resident(place: number): Resident | undefined {
    return this.#references[REFERENCES * place + RESIDENT] as Resident | undefined;
  }

  freshUntil(place: number): number {
    return this.#instants[INSTANTS * place + FRESH_UNTIL] as number;
  }

  setFreshUntil(place: number, freshUntil: number): void {
    this.#instants[INSTANTS * place + FRESH_UNTIL] = freshUntil;
  }

  /** A link in the order of eviction, kept by its policy. In a free slot, the chunk's next free one. */
  next(place: number): number {
    return this.#links[LINKS * place + NEXT] as number;
  }

  setNext(place: number, slot: number): void {
    this.#links[LINKS * place + NEXT] = slot;
  }

  /** The other link. */
  previous(place: number): number {
    return this.#links[LINKS * place + PREVIOUS] as number;
  }

  setPrevious(place: number, slot: number): void {
    this.#links[LINKS * place + PREVIOUS] = slot;
  }

  /** An entry of `key` begins. */
  occupy(place: number, resident: Resident, key: string): void {
    this.#references[REFERENCES * place + RESIDENT] = resident;
    this.#references[REFERENCES * place + KEY] = key;
    this.createdAt[place] = 0;
    this.grace.set(place, 0);
    this.loadMs.set(place, 0);
    this.size.set(place, 0);
    this.setFreshUntil(place, Infinity);
  }

  /** Keeps nothing of the entry. */
  vacate(place: number): void {
    this.#references.fill(undefined, REFERENCES * place, REFERENCES * (place + 1));
    this.versions.delete(place);
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
    return this.chunk(slot).key(slot & this.#mask);
  }

  /** Whose entry lies in `slot`, which may be any below `end`; `undefined`: it is free. */
  resident(slot: number): Resident | undefined {
    return this.#chunks[slot >>> this.#bits]?.resident(slot & this.#mask);
  }

  /** A slot for an entry of `resident` under `key`. */
  take(resident: Resident, key: string): number {
    const number = this.#roomy.at(-1) ?? this.#append();
    const chunk = this.#chunks[number] ?? this.#restore(number);
    const wasEmpty = chunk.used === 0;
    let place = chunk.free;
    if (place === NONE) place = chunk.used;
    else chunk.free = chunk.next(place);
    chunk.used++;
    chunk.occupy(place, resident, key);
    if (wasEmpty) this.#emptyChunks--;
    if (chunk.used > this.#mask) this.#roomy.pop();
    return (number << this.#bits) | place;
  }

  release(slot: number): void {
    const number = slot >>> this.#bits;
    const chunk = this.chunk(slot);
    const place = this.place(slot);
    chunk.vacate(place);
    chunk.setNext(place, chunk.free);
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
