/** Label values that come from outside: so many different ones, and one for all others. */

/** The value of whatever there is no room for. No name is like it. */
const OTHERS = '(others)';

export class BoundedNames {
  readonly #most: number;
  readonly #known = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** `name` if it is known or there is room for it, and otherwise {@link OTHERS}. */
  take(name: string): string {
    const users = this.#known.get(name);
    if (users === undefined && this.#known.size >= this.#most) return OTHERS;
    this.#known.set(name, (users ?? 0) + 1);
    return name;
  }

  /** Undoes one `take` that gave `name`. Whoever was last makes room. */
  release(name: string): void {
    const users = this.#known.get(name);
    if (users === undefined) return;
    if (users > 1) this.#known.set(name, users - 1);
    else this.#known.delete(name);
  }
}
