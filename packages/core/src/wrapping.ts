/** What goes around the operations of one cache: middleware and, inside all of it, observers. */
import type { CallOptions, Cache } from './api.ts';
import type { Lifecycle } from './lifecycle.ts';
import { checkMiddleware, interpose, walkThrough, type Middleware } from './middleware.ts';
import { observedOperations, observedWalk } from './observed-operations.ts';
import { Observers, type Observation, type Observe } from './observing.ts';
import { guarded } from './telling.ts';

type Walk = readonly [pattern: string, options: CallOptions | undefined];

export class Wrapping {
  /** Those who observe the cache and whatever is below it. */
  readonly observers: Observers<Cache<unknown>>;
  readonly #life: Lifecycle;
  #middleware: readonly Middleware[] = [];
  #observations: readonly Observation[] = [];
  #cache: Cache<unknown> | undefined;
  /** The operations as they are without anything around them; set when something first is. */
  #plain: Cache<unknown> | undefined;

  /** `above`: those who observe whatever is made here. */
  constructor(life: Lifecycle, above: Observers<Cache<unknown>>) {
    this.#life = life;
    this.observers = new Observers(above);
  }

  get middleware(): readonly Middleware[] {
    return this.#middleware;
  }

  /** Shows the cache to those who observe it already. */
  begin(cache: Cache<unknown>): void {
    this.#cache = cache;
    this.observers.enter(this.#observedBy);
  }

  /** The cache is closed: nobody observes it any more. */
  end(): void {
    this.observers.leave(this.#observedBy);
  }

  use(added: Middleware): void {
    checkMiddleware(added);
    this.#middleware = [...this.#middleware, added];
    this.#compose();
  }

  /** A walk over keys, which is no promise, with everything around it. */
  walk(args: Walk, run: (args: Walk) => AsyncIterable<string>): AsyncGenerator<string> {
    return walkThrough(this.#middleware, this.#life.name, args, (given) => {
      const keys = run(given);
      const observations = this.#observations;
      return observations.length === 0 ? keys : observedWalk(this.#life, observations, given, keys);
    });
  }

  readonly #observedBy = (observe: Observe<Cache<unknown>>): (() => void) => {
    const cache = this.#cache as Cache<unknown>;
    const added = guarded(this.#life, () => observe({ cache, ...this.#life.observable }));
    if (added === undefined) return () => {};
    this.#observations = [...this.#observations, added];
    this.#compose();
    return () => {
      if (!this.#observations.includes(added)) return;
      this.#observations = this.#observations.filter((other) => other !== added);
      this.#compose();
      guarded(this.#life, () => added.close?.());
    };
  };

  #compose(): void {
    const cache = this.#cache as Cache<unknown>;
    this.#plain ??= { ...cache };
    interpose(cache, observedOperations(this.#life, this.#plain, this.#observations), this.#middleware);
  }
}
