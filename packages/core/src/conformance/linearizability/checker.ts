/**
 * Decides whether a recorded history is linearizable: whether every operation can be given one instant between its start and its end so
 * that a sequential object, doing them in that order, gives the same answers.
 *
 * The search is that of Wing and Gong ("Testing and verifying concurrent objects", 1993) with the memory of Lowe ("Testing for
 * linearizability", 2017): depth first over the orders that real time allows, never twice from the same set of operations done and the
 * same state. A history over many keys is linearizable if and only if that of each key is (Horn and Kroening, "Faster linearizability
 * checking via P-compositionality", 2015), so each key is searched alone. This file imports nothing.
 */

export interface Operation<I, O> {
  readonly key: string;
  /** Who called; for the reader of a report. */
  readonly client: string;
  readonly input: I;
  /** Undefined together with an infinite `end`: nobody knows whether it took effect. It may, at any time, or never. */
  readonly output: O | undefined;
  readonly start: number;
  readonly end: number;
}

/** The sequential object. Its states are never changed. */
export interface Model<S, I, O> {
  init(key: string): S;
  /** Every state in which the operation may leave the object; none when its answer is impossible in `state`. */
  step(state: S, operation: Operation<I, O>): readonly S[];
  /** Equal for states that no operation can tell apart. */
  idOf(state: S): string;
}

export type Verdict<I, O> =
  | { readonly status: 'linearizable'; readonly explored: number }
  | {
      readonly status: 'violation';
      readonly explored: number;
      readonly key: string;
      /** The longest order that could be given. */
      readonly longest: readonly Operation<I, O>[];
      /** What had to come next then, and could not. */
      readonly stuckOn: readonly Operation<I, O>[];
    }
  /** The budget did not suffice. A test must take it for a failure: shorten the history. */
  | { readonly status: 'unknown'; readonly explored: number; readonly key: string };

/** `budget`: how many states may be explored, all keys together. */
export function checkLinearizability<S, I, O>(
  model: Model<S, I, O>,
  history: readonly Operation<I, O>[],
  budget = 5_000_000,
): Verdict<I, O> {
  let explored = 0;
  for (const [key, operations] of Map.groupBy(history, (operation) => operation.key)) {
    const verdict = new Search(model, key, operations, budget - explored).run();
    explored += verdict.explored;
    if (verdict.status !== 'linearizable') return { ...verdict, explored };
  }
  return { status: 'linearizable', explored };
}

/** One end of an operation, in a list of all of them in the order of time. An operation that was given its instant is out of the list. */
interface Event {
  readonly operation: number;
  /** The other end of a call; undefined for a return, and for a call that never returned. */
  return: Event | undefined;
  readonly isReturn: boolean;
  previous: Event;
  next: Event | undefined;
}

/** A decision of the search, to come back to. */
interface Choice<S> {
  readonly call: Event;
  /** The state before it. */
  readonly state: S;
  readonly successors: readonly S[];
  /** Which of them was taken. */
  readonly taken: number;
}

class Search<S, I, O> {
  readonly #model: Model<S, I, O>;
  readonly #key: string;
  readonly #operations: readonly Operation<I, O>[];
  readonly #budget: number;
  readonly #head: Event;
  readonly #choices: Choice<S>[] = [];
  /** Sets of operations done, and the states they led to, that were explored already. */
  readonly #visited = new Set<string>();
  readonly #done: Uint16Array;
  #state: S;
  /** Operations that returned and were not given their instant yet. */
  #left: number;
  #explored = 0;
  #longest: readonly number[] = [];
  #stuckOn: readonly number[] = [];

  constructor(model: Model<S, I, O>, key: string, operations: readonly Operation<I, O>[], budget: number) {
    this.#model = model;
    this.#key = key;
    this.#operations = operations;
    this.#budget = budget;
    this.#head = listEvents(operations);
    this.#done = new Uint16Array(Math.ceil(operations.length / 16));
    this.#state = model.init(key);
    this.#left = operations.filter(({ end }) => end !== Infinity).length;
  }

  run(): Verdict<I, O> {
    let event = this.#head.next;
    while (this.#left > 0) {
      if (this.#explored > this.#budget)
        return { status: 'unknown', explored: this.#explored, key: this.#key };
      if (event !== undefined && !event.isReturn) {
        // Nothing that is left ended before this call: it may be the next.
        const successors = this.#model.step(this.#state, this.#operation(event));
        event = this.#take(event, this.#state, successors, 0) ? this.#head.next : event.next;
        continue;
      }
      // An operation returns here that was not given its instant: one of the choices before was wrong.
      this.#note();
      const choice = this.#choices.pop();
      if (choice === undefined) return this.#violation();
      this.#undo(choice);
      const { call, state, successors, taken } = choice;
      event = this.#take(call, state, successors, taken + 1) ? this.#head.next : call.next;
    }
    return { status: 'linearizable', explored: this.#explored };
  }

  /** Gives the operation its instant now, with the first of its successors from `from` on that was not explored. False: there is none. */
  #take(call: Event, state: S, successors: readonly S[], from: number): boolean {
    this.#mark(call, true);
    for (let taken = from; taken < successors.length; taken += 1) {
      const next = successors[taken] as S;
      const place = `${String.fromCharCode(...this.#done)}|${this.#model.idOf(next)}`;
      if (this.#visited.has(place)) continue;
      this.#visited.add(place);
      this.#explored += 1;
      this.#choices.push({ call, state, successors, taken });
      this.#state = next;
      takeOut(call);
      if (call.return !== undefined) this.#left -= 1;
      return true;
    }
    this.#mark(call, false);
    return false;
  }

  #undo({ call, state }: Choice<S>): void {
    this.#mark(call, false);
    putBack(call);
    this.#state = state;
    if (call.return !== undefined) this.#left += 1;
  }

  #mark({ operation }: Event, isDone: boolean): void {
    const word = operation >>> 4;
    const bit = 1 << (operation & 15);
    const before = this.#done[word] ?? 0;
    this.#done[word] = isDone ? before | bit : before & ~bit;
  }

  /** Remembers how far this order came, if none came further. */
  #note(): void {
    if (this.#choices.length <= this.#longest.length && this.#stuckOn.length > 0) return;
    this.#longest = this.#choices.map(({ call }) => call.operation);
    const stuckOn: number[] = [];
    for (let event = this.#head.next; event !== undefined && !event.isReturn; event = event.next) {
      stuckOn.push(event.operation);
    }
    this.#stuckOn = stuckOn;
  }

  #violation(): Verdict<I, O> {
    const named = (list: readonly number[]): readonly Operation<I, O>[] =>
      list.map((operation) => this.#operations[operation] as Operation<I, O>);
    return {
      status: 'violation',
      explored: this.#explored,
      key: this.#key,
      longest: named(this.#longest),
      stuckOn: named(this.#stuckOn),
    };
  }

  #operation({ operation }: Event): Operation<I, O> {
    return this.#operations[operation] as Operation<I, O>;
  }
}

/** The events in the order of time, behind a head. A return at the instant of a call counts as later: the two overlap. */
function listEvents(operations: readonly Operation<unknown, unknown>[]): Event {
  const ends = operations.flatMap(({ start, end }, operation) => [
    { at: start, operation, isReturn: false },
    ...(end === Infinity ? [] : [{ at: end, operation, isReturn: true }]),
  ]);
  const inOrder = ends.toSorted(
    (one, other) => one.at - other.at || Number(one.isReturn) - Number(other.isReturn),
  );
  const head = newEvent(-1, false, undefined);
  const calls = new Map<number, Event>();
  let last = head;
  for (const { operation, isReturn } of inOrder) {
    const event = newEvent(operation, isReturn, last);
    last.next = event;
    last = event;
    const call = calls.get(operation);
    if (call === undefined) calls.set(operation, event);
    else call.return = event;
  }
  return head;
}

function newEvent(operation: number, isReturn: boolean, previous: Event | undefined): Event {
  const event: Partial<Event> = { operation, isReturn, return: undefined, next: undefined };
  event.previous = previous ?? (event as Event);
  return event as Event;
}

function takeOut(call: Event): void {
  for (const event of [call, call.return]) {
    if (event === undefined) continue;
    event.previous.next = event.next;
    if (event.next !== undefined) event.next.previous = event.previous;
  }
}

/** The reverse of `takeOut`, in the reverse order: an event taken out still knows its neighbours. */
function putBack(call: Event): void {
  for (const event of [call.return, call]) {
    if (event === undefined) continue;
    event.previous.next = event;
    if (event.next !== undefined) event.next.previous = event;
  }
}
