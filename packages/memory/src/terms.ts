/** The secondary index of one space: which slots carry a term. It changes in the same step as the entries. */
import { ShardedMap } from './sharded-map.ts';

/** Those that carry one term, linked in the order in which they joined. */
export interface Circle {
  readonly term: string;
  first: Member | undefined;
  last: Member | undefined;
  size: number;
}

/** That one slot carries one term. Linked, not in a set: joining a circle of millions must not pause. */
export interface Member {
  readonly slot: number;
  readonly circle: Circle;
  previous: Member | undefined;
  next: Member | undefined;
}

/** Of an entry without terms. */
export const NO_MEMBERS: readonly Member[] = [];

export class Terms {
  readonly #circles: ShardedMap<Circle>;

  constructor(seed: number, keysPerShard: number) {
    this.#circles = new ShardedMap(seed, keysPerShard);
  }

  /** How many terms some slot carries. */
  get size(): number {
    return this.#circles.size;
  }

  circle(term: string): Circle | undefined {
    return this.#circles.get(term);
  }

  /** The slots that carry `term`. Each may leave during its own turn. */
  *slots(term: string): Generator<number> {
    let member = this.#circles.get(term)?.first;
    while (member !== undefined) {
      const { next } = member;
      yield member.slot;
      member = next;
    }
  }

  /** Makes `slot`, which carried `members`, carry exactly `terms`. */
  change(slot: number, members: readonly Member[], terms: readonly string[]): readonly Member[] {
    if (isSame(members, terms)) return members;
    const left = new Map(members.map((member) => [member.circle.term, member]));
    const changed: Member[] = [];
    for (const term of new Set(terms)) {
      changed.push(left.get(term) ?? this.#join(slot, term));
      left.delete(term);
    }
    for (const member of left.values()) this.#leave(member);
    return changed.length === 0 ? NO_MEMBERS : changed;
  }

  #join(slot: number, term: string): Member {
    let circle = this.#circles.get(term);
    if (circle === undefined)
      this.#circles.set(term, (circle = { term, first: undefined, last: undefined, size: 0 }));
    const member: Member = { slot, circle, previous: circle.last, next: undefined };
    if (circle.last === undefined) circle.first = member;
    else circle.last.next = member;
    circle.last = member;
    circle.size++;
    return member;
  }

  #leave({ circle, previous, next }: Member): void {
    if (previous === undefined) circle.first = next;
    else previous.next = next;
    if (next === undefined) circle.last = previous;
    else next.previous = previous;
    circle.size--;
    if (circle.size === 0) this.#circles.delete(circle.term);
  }
}

function isSame(members: readonly Member[], terms: readonly string[]): boolean {
  return members.length === terms.length && members.every(({ circle }, at) => circle.term === terms[at]);
}
