/** What a worker process is told, and what it tells. This file imports nothing. */

/** Which cache a process opens. Everything a process needs to know crosses as JSON. */
export interface Setting {
  readonly url: string;
  /** The manager's: tests that share a server have one each. */
  readonly namespace: string;
  readonly partitions?: number;
  /** Milliseconds. Default: the cache's own. */
  readonly lease?: number;
}

/** What a loader that waits for its end is told to do. */
export type Ending =
  | { readonly value: unknown; readonly tags?: readonly string[] }
  /** Throw. */
  | { readonly error: string }
  /** Ask the cache for another key, with a loader that gives `'inner'`. */
  | { readonly asks: string };

/** An operation that needs no function. */
export type Method =
  | 'clear'
  | 'delete'
  | 'deleteByIndex'
  | 'deleteByPattern'
  | 'get'
  | 'invalidateTags'
  | 'ready'
  | 'set'
  | 'stats';

export type Order =
  | { readonly do: 'call'; readonly method: Method; readonly args: readonly unknown[] }
  /** `getOrSet`. Its loader tells that it runs, and waits for its ending; with `takes` it gives `value` after so many milliseconds. */
  | {
      readonly do: 'load';
      readonly key: string;
      readonly options: {
        readonly tags?: readonly string[];
        readonly timeout?: number;
        readonly takes?: number;
        readonly value?: unknown;
      };
    }
  /** An update that gives `value`. */
  | { readonly do: 'update'; readonly key: string; readonly value: unknown }
  /** So many updates at once that each add one. The result: what they gave. */
  | { readonly do: 'addOne'; readonly key: string; readonly times: number }
  /** The same, group after group, until `stop`. The result: how many there were. */
  | { readonly do: 'keepAdding'; readonly key: string; readonly group: number }
  | { readonly do: 'progress' }
  | { readonly do: 'stop' }
  /** So many `getOrSet` at once, on the keys in turn. The result: a {@link Stampeded}. */
  | {
      readonly do: 'stampede';
      readonly keys: readonly string[];
      readonly calls: number;
      readonly takes: number;
    };

export interface Stampeded {
  /** How many loaders ran in this process. */
  readonly loads: number;
  /** What each key's calls were given, each value once. */
  readonly given: Readonly<Record<string, readonly unknown[]>>;
  /** Milliseconds from the first call to the last answer. */
  readonly took: number;
}

export type ToWorker =
  | { readonly type: 'order'; readonly id: number; readonly order: Order }
  | { readonly type: 'end'; readonly id: number; readonly ending: Ending };

export type FromWorker =
  | { readonly type: 'up' }
  /** The loader of that order runs. */
  | { readonly type: 'loading'; readonly id: number }
  | { readonly type: 'done'; readonly id: number; readonly result: unknown }
  | {
      readonly type: 'failed';
      readonly id: number;
      readonly code: string | undefined;
      readonly message: string;
    };
