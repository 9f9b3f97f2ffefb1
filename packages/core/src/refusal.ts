/** Refusals of what is not of the value model: the fault, the place and the remedy. */

/** One step of the way to a part of a value, as the source text around the way so far. */
export type Step = readonly [before: string, after: string];

export function memberStep(name: string): Step {
  return ['', /^[A-Za-z_$][\w$]*$/.test(name) ? `.${clip(name)}` : `[${quote(name)}]`];
}

export function indexStep(index: number): Step {
  return ['', `[${index}]`];
}

export function keyStep(index: number): Step {
  return ['[...', `.keys()][${index}]`];
}

export function entryStep(key: unknown, index: number): Step {
  if (typeof key === 'string') return ['', `.get(${quote(key)})`];
  if (typeof key === 'object' && key !== null) return ['[...', `.values()][${index}]`];
  return ['', `.get(${String(key)}${typeof key === 'bigint' ? 'n' : ''})`];
}

export function setStep(index: number): Step {
  return ['[...', `][${index}]`];
}

/** Why a value is refused. It collects the way to the fault while it flies out of the walk; {@link told} makes the error of it. */
export class Refusal extends TypeError {
  readonly #fault: string;
  readonly #remedy: string;
  /** From the fault outwards. */
  readonly #steps: Step[] = [];
  /** What each step leads out of. */
  readonly #containers: object[] = [];
  /** The fault is one of the whole value, not of the place where it was noticed. */
  readonly #whole: boolean;

  constructor(fault: string, remedy: string, { whole = false }: { whole?: boolean } = {}) {
    super(`${fault}: ${remedy}`);
    this.#whole = whole;
    this.#fault = fault;
    this.#remedy = remedy;
  }

  at(container: object, step: Step): this {
    this.#containers.push(container);
    this.#steps.push(step);
    return this;
  }

  /** The error for the caller. A way that leads through one object twice is a cycle, which is what such a value is refused for. */
  told(): TypeError {
    const steps = this.#steps.toReversed();
    const seen = new Map<object, number>();
    for (const [index, container] of this.#containers.toReversed().entries()) {
      const first = seen.get(container);
      if (first !== undefined) {
        return new TypeError(
          `${pathOf(steps.slice(0, index))} is ${pathOf(steps.slice(0, first))} again: a cycle cannot be stored; store an id in its place`,
        );
      }
      seen.set(container, index);
    }
    return new TypeError(`${this.#whole ? 'value' : pathOf(steps)} ${this.#fault}: ${this.#remedy}`);
  }
}

/** Adds a step to a refusal on its way out; any other error passes as it is. */
export function passing(error: unknown, container: object, step: Step): unknown {
  return error instanceof Refusal ? error.at(container, step) : error;
}

/** What the caller gets to see of an error that left the walk. */
export function told(error: unknown): unknown {
  return error instanceof Refusal ? error.told() : error;
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

export function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
