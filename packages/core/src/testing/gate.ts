/** A gate: concurrency that a test decides, instead of sleeps that hope. This file imports nothing. */

/** A door where callers wait until a test opens it, and which tells how many have arrived. */
export interface Gate<T = void> {
  /** How many have come to the gate, those that went through included. */
  readonly arrived: number;
  /** Arrives, and waits for the gate to open: gives what it was opened with. An open gate is passed at once. */
  readonly pass: () => Promise<T>;
  /** Resolves when `count` callers (default 1) have arrived: proof that they are there, not that they ought to be. */
  readonly arrivals: (count?: number) => Promise<void>;
  /** Lets through everybody who waits and everybody who comes. Only the first opening or failure counts. */
  readonly open: (value: T) => void;
  /** Rejects everybody who waits and everybody who comes. */
  readonly fail: (error: unknown) => void;
}

export function gate<T = void>(): Gate<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  // A gate may fail before anybody has come.
  promise.catch(() => undefined);
  let arrived = 0;
  let waiting: { readonly count: number; readonly tell: () => void }[] = [];
  return {
    get arrived() {
      return arrived;
    },
    pass() {
      arrived += 1;
      const told = waiting.filter(({ count }) => count <= arrived);
      waiting = waiting.filter(({ count }) => count > arrived);
      for (const { tell } of told) tell();
      return promise;
    },
    arrivals(count = 1) {
      if (arrived >= count) return Promise.resolve();
      return new Promise((tell) => {
        waiting.push({ count, tell });
      });
    },
    open: resolve,
    fail: reject,
  };
}
