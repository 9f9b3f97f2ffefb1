/** Refusals of what is not of the value model: the fault, the place and the remedy. */

/** A container on the way of a walk, and where it lies in the one before. */
export interface Place {
  readonly container: object;
  readonly parent: Place | undefined;
  /** In its parent: the name of a member, or the number of a part; keys and values of a map count as parts of their own. */
  readonly key: string | number;
}

/** One step of the way, as the source text around the way so far. */
type Step = readonly [before: string, after: string];

/** Why a value is refused. The walk says where it was; {@link told} makes the error of it that the caller gets. */
export class Refusal extends TypeError {
  readonly #fault: string;
  readonly #remedy: string;
  readonly #member: string | symbol | number | undefined;
  readonly #whole: boolean;
  #place: Place | undefined;
  #key: string | number = '';

  /** `member`: the fault is one of this member. `whole`: it is one of the whole value, wherever it was noticed. */
  constructor(
    fault: string,
    remedy: string,
    at: { member?: string | symbol | number; whole?: boolean } = {},
  ) {
    super(`${fault}: ${remedy}`);
    this.#fault = fault;
    this.#remedy = remedy;
    this.#member = at.member;
    this.#whole = at.whole ?? false;
  }

  /** Says which part of which container is refused. */
  at(place: Place, key: string | number): this {
    this.#place = place;
    this.#key = key;
    return this;
  }

  /** The error for the caller. A way that leads through one object twice is a cycle, which is what such a value is refused for. */
  told(): TypeError {
    const way = wayTo(this.#place, this.#key);
    const steps = way.map(([, step]) => step);
    const seen = new Map<object, number>();
    for (const [index, [container]] of way.entries()) {
      const first = seen.get(container);
      if (first !== undefined) {
        const [again, before] = [pathOf(steps.slice(0, index)), pathOf(steps.slice(0, first))];
        return new TypeError(
          `${again} is ${before} again: a cycle cannot be stored; store an id in its place`,
        );
      }
      seen.set(container, index);
    }
    if (this.#member !== undefined) steps.push(stepOf(undefined, this.#member));
    return new TypeError(`${this.#whole ? 'value' : pathOf(steps)} ${this.#fault}: ${this.#remedy}`);
  }
}

/** What the caller gets to see of an error that left a walk. */
export function told(error: unknown): unknown {
  return error instanceof Refusal ? error.told() : error;
}

/** Adds to a refusal where the walk was; any other error passes as it is. */
export function placed(error: unknown, place: Place, key: string | number): unknown {
  return error instanceof Refusal ? error.at(place, key) : error;
}

/** A text from a value, short enough for a message. */
export function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** From the root on, each container with the step out of it. */
function wayTo(place: Place | undefined, key: string | number): (readonly [container: object, step: Step])[] {
  const way: (readonly [object, Step])[] = [];
  for (let [here, at] = [place, key]; here !== undefined; [here, at] = [here.parent, here.key]) {
    way.push([here.container, stepOf(here.container, at)]);
  }
  return way.toReversed();
}

function stepOf(container: object | undefined, key: string | symbol | number): Step {
  if (typeof key === 'symbol') return ['', `[${clip(String(key))}]`];
  if (typeof key === 'string')
    return ['', /^[A-Za-z_$][\w$]*$/.test(key) ? `.${clip(key)}` : `[${quote(key)}]`];
  if (container instanceof Set) return ['[...', `][${key}]`];
  if (!(container instanceof Map)) return ['', `[${key}]`];
  const index = key >>> 1;
  if (key % 2 === 0) return ['[...', `.keys()][${index}]`];
  const name: unknown = [...(container as ReadonlyMap<unknown, unknown>).keys()][index];
  if (typeof name === 'string') return ['', `.get(${quote(name)})`];
  if (typeof name === 'object' && name !== null) return ['[...', `.values()][${index}]`];
  return ['', `.get(${String(name)}${typeof name === 'bigint' ? 'n' : ''})`];
}

function pathOf(steps: readonly Step[]): string {
  let path = 'value';
  const shown = steps.length <= 24 ? steps : [...steps.slice(0, 12), ['', '…'] as const, ...steps.slice(-12)];
  for (const [before, after] of shown) path = `${before}${path}${after}`;
  return path;
}

function quote(text: string): string {
  return JSON.stringify(clip(text));
}
