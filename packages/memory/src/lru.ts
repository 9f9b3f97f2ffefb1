/** The least recently used entry goes first. */
import type { EvictionPolicy } from './eviction.ts';
import { NONE, type Slots } from './slots.ts';

export class Lru implements EvictionPolicy {
  readonly name = 'lru';
  readonly #slots: Slots<unknown>;
  /** The most recently used. */
  #first: number = NONE;
  /** The least recently used. */
  #last: number = NONE;

  constructor(slots: Slots<unknown>) {
    this.#slots = slots;
  }

  added(slot: number): void {
    const slots = this.#slots;
    const chunk = slots.chunk(slot);
    const place = slots.place(slot);
    const first = this.#first;
    chunk.setPrevious(place, NONE);
    chunk.setNext(place, first);
    if (first === NONE) this.#last = slot;
    else slots.chunk(first).setPrevious(slots.place(first), slot);
    this.#first = slot;
  }

  used(slot: number): void {
    const first = this.#first;
    if (slot === first) return;
    const slots = this.#slots;
    const chunk = slots.chunk(slot);
    const place = slots.place(slot);
    const next = chunk.next(place);
    const previous = chunk.previous(place);
    slots.chunk(previous).setNext(slots.place(previous), next);
    if (next === NONE) this.#last = previous;
    else slots.chunk(next).setPrevious(slots.place(next), previous);
    slots.chunk(first).setPrevious(slots.place(first), slot);
    chunk.setPrevious(place, NONE);
    chunk.setNext(place, first);
    this.#first = slot;
  }

  removed(slot: number): void {
    const slots = this.#slots;
    const chunk = slots.chunk(slot);
    const place = slots.place(slot);
    const next = chunk.next(place);
    const previous = chunk.previous(place);
    if (previous === NONE) this.#first = next;
    else slots.chunk(previous).setNext(slots.place(previous), next);
    if (next === NONE) this.#last = previous;
    else slots.chunk(next).setPrevious(slots.place(next), previous);
  }

  victim(): number {
    return this.#last;
  }
}
