/** How many loaders of a cache run at once in this process. This file imports nothing. */

/** A claim on one of the places. */
export interface Place {
  /** Takes the place; a promise when it has to be waited for. */
  enter(): Promise<void> | undefined;
  /** It need not wait, now or when it enters: it begins at once, above the size if need be. */
  hurry(): void;
  /** Gives the place back, or the turn in the queue. Whoever waits for it goes on without one. */
  leave(): void;
}

/**
 * A semaphore in the order of arrival, with one exception: a loader that another running loader waits for is hurried past the queue.
 * It could otherwise wait for a place that is only given back when it is done itself.
 */
export class LoaderSlots {
  readonly #size: number;
  #taken = 0;
  /** Those that wait, and what lets them go on: with a place, or without. */
  readonly #queue = new Map<Place, (takes: boolean) => void>();

  constructor(size: number) {
    this.#size = size;
  }

  claim(): Place {
    let holds = false;
    let isHurried = false;
    const take = (): void => {
      holds = true;
      this.#taken += 1;
    };
    const goOn = (takes: boolean): void => {
      const begin = this.#queue.get(place);
      this.#queue.delete(place);
      begin?.(takes);
    };
    const place: Place = {
      enter: () => {
        if (isHurried || this.#taken < this.#size) {
          take();
          return undefined;
        }
        return new Promise((begin) => {
          this.#queue.set(place, (takes) => {
            if (takes) take();
            begin();
          });
        });
      },
      hurry: () => {
        isHurried = true;
        goOn(true);
      },
      leave: () => {
        goOn(false);
        if (!holds) return;
        holds = false;
        this.#taken -= 1;
        const first = this.#queue.entries().next();
        if (this.#taken >= this.#size || first.done === true) return;
        const [next, begin] = first.value;
        this.#queue.delete(next);
        begin(true);
      },
    };
    return place;
  }

  /** Gives claims on one place that several loaders share: taken with the first of them, given back with the last. */
  claimTogether(): () => Place {
    const place = this.claim();
    let entered: Promise<void> | undefined;
    let users = 0;
    let isOver = false;
    return () => {
      // Once it was given back, whoever still comes is on its own.
      if (isOver) return this.claim();
      let uses = false;
      return {
        enter: () => {
          uses = true;
          if (users++ === 0) entered = place.enter();
          return entered;
        },
        hurry: () => place.hurry(),
        leave: () => {
          if (!uses) return;
          uses = false;
          users -= 1;
          if (users > 0) return;
          isOver = true;
          place.leave();
        },
      };
    };
  }
}
