/** How many loaders of a cache run at once in this process. This file imports nothing. */

/** A claim on one of the places. */
export interface Place {
  /** Takes the place; a promise when it has to be waited for. */
  enter(): Promise<void> | undefined;
  /** If it still waits, it need not any more: it begins now, above the size if need be. */
  hurry(): void;
  /** Gives the place back, if it was taken and not yet given back. */
  leave(): void;
}

/**
 * A semaphore in the order of arrival, with one exception: a loader that another running loader waits for is hurried past the queue.
 * It could otherwise wait for a place that is only given back when it is done itself.
 */
export class LoaderSlots {
  readonly #size: number;
  #taken = 0;
  readonly #queue = new Map<Place, () => void>();

  constructor(size: number) {
    this.#size = size;
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

  claim(): Place {
    let holds = false;
    const take = (): void => {
      holds = true;
      this.#taken += 1;
    };
    const place: Place = {
      enter: () => {
        if (this.#taken < this.#size) {
          take();
          return undefined;
        }
        return new Promise((begin) => {
          this.#queue.set(place, () => {
            take();
            begin();
          });
        });
      },
      hurry: () => {
        const begin = this.#queue.get(place);
        this.#queue.delete(place);
        begin?.();
      },
      leave: () => {
        if (!holds) return;
        holds = false;
        this.#taken -= 1;
        const first = this.#queue.keys().next();
        if (this.#taken < this.#size && first.done !== true) first.value.hurry();
      },
    };
    return place;
  }
}
