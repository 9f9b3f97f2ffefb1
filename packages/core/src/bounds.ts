/** How large a value may be, counted as it is stored: what occurs twice in it counts twice. */
import { Refusal } from './refusal.ts';
import { grouped, knownKind } from './values.ts';

/** How many parts a value may have: members, entries and every 64 bytes count. */
export const MAX_PARTS = 10_000_000;
/** So many parts, and a walk looks ahead. Nearly no value has as many. */
const MANY = 100_000;

/** Counts what a walk through a value has met, so that a small graph that unfolds without end is refused. */
export class Bounds {
  readonly #value: unknown;
  #parts = 0;
  #limit = MANY;

  /** `value`: through which the walk goes. */
  constructor(value: unknown) {
    this.#value = value;
  }

  spend(parts: number): void {
    if ((this.#parts += parts) > this.#limit) this.#lookAhead();
  }

  #lookAhead(): void {
    if (this.#limit === MAX_PARTS || this.#parts > MAX_PARTS || unfoldsBeyond(this.#value, MAX_PARTS))
      throw new Refusal(
        `has more than ${grouped(MAX_PARTS)} parts, counting twice what occurs twice`,
        'store it in pieces',
        { whole: true },
      );
    this.#limit = MAX_PARTS;
  }
}

/** A container that is being counted. */
interface Counted {
  readonly container: object;
  /** The containers in it. */
  readonly inner: readonly object[];
  next: number;
  parts: number;
}

/**
 * Whether a value has more than `limit` parts, in a time in proportion to what there is of it: it looks into each container once, however often
 * that occurs. `false` may also mean that it could not be told: bytes are not counted, nor what only a walk that checks would look into.
 */
export function unfoldsBeyond(value: unknown, limit: number): boolean {
  if (!isObject(value)) return false;
  // What is still being counted has none: a cycle is not for this to find.
  const known = new Map<object, number>([[value, 0]]);
  const way: Counted[] = [opened(value)];
  for (let here = way.at(-1); here !== undefined; here = way.at(-1)) {
    if (here.parts > limit) return true;
    const part = here.inner[here.next++];
    if (part === undefined) {
      known.set(here.container, here.parts);
      way.pop();
      const around = way.at(-1);
      if (around !== undefined) around.parts += here.parts;
    } else if (known.has(part)) {
      here.parts += known.get(part) as number;
    } else {
      known.set(part, 0);
      way.push(opened(part));
    }
  }
  return false;
}

function opened(container: object): Counted {
  const parts = partsOf(container);
  return { container, inner: parts.filter(isObject), next: 0, parts: parts.length + 1 };
}

/** Runs no accessor: a walk that checks will refuse them. */
function partsOf(container: object): readonly unknown[] {
  const kind = knownKind(container);
  if (kind === 'plain' || kind === 'bare')
    return Object.values(Object.getOwnPropertyDescriptors(container)).map(
      ({ value }: PropertyDescriptor): unknown => value,
    );
  if (kind === 'array') return Array.isArray(container) ? container : [];
  return kind === 'map' || kind === 'set' ? partsOfCollection(container, kind) : [];
}

function partsOfCollection(container: object, kind: 'map' | 'set'): readonly unknown[] {
  const parts: unknown[] = [];
  try {
    if (kind === 'map')
      Map.prototype.forEach.call(container, (member: unknown, key: unknown) => void parts.push(key, member));
    else Set.prototype.forEach.call(container, (member: unknown) => void parts.push(member));
  } catch {
    // It only has the prototype.
  }
  return parts;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
