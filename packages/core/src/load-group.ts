/** One call of a batch loader for the keys that a batch leads. */
import type { ManyLoader } from './api.ts';
import type { AnyLoader } from './leading.ts';
import { runAs, waitingFor, type Work } from './wait-for.ts';

/** Gives the loads of a batch their values out of one call. A key that has to be loaded once more later is a call of its own. */
export class LoadGroup implements Work {
  readonly cache: string;
  readonly key: string;
  readonly label: string;
  readonly waitsFor: Map<Work, number> = new Map();
  readonly #loadMissing: ManyLoader<unknown>;
  readonly #controller = new AbortController();
  #keys: ReadonlySet<string> = new Set();
  /** Keys whose load has begun. */
  readonly #begun = new Set<string>();
  /** Keys whose load nobody waits for any more. */
  #abandoned = 0;
  #values: Promise<ReadonlyMap<string, unknown>> | undefined;

  constructor(cache: string, keys: readonly string[], loadMissing: ManyLoader<unknown>) {
    this.cache = cache;
    this.key = keys[0] ?? '';
    this.label = `the batch loader of '${this.key}' and others`;
    if (typeof loadMissing !== 'function')
      throw new TypeError(`loadMissing is ${typeof loadMissing}: give a function of the missing keys`);
    this.#loadMissing = loadMissing;
  }

  /** Says which keys the group is for, before the first of their loads runs. */
  begin(keys: readonly string[]): void {
    this.#keys = new Set(keys);
  }

  /** The loader of each key. */
  readonly loader: AnyLoader = async ({ key, signal }) => {
    if (this.#begun.has(key) || !this.#keys.has(key))
      return checkedMap(await this.#loadMissing([key], { signal })).get(key);
    this.#begun.add(key);
    // The group's signal fires when nobody wants any of its keys any more.
    const leave = (): void => {
      this.#abandoned += 1;
      if (this.#abandoned === this.#begun.size) this.#controller.abort(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    this.#values ??= Promise.resolve().then(() =>
      runAs(this, () => this.#loadMissing([...this.#keys], { signal: this.#controller.signal })),
    );
    const values = this.#values;
    try {
      return checkedMap(await waitingFor(this, () => values)).get(key);
    } finally {
      signal.removeEventListener('abort', leave);
    }
  };
}

function checkedMap(given: unknown): ReadonlyMap<string, unknown> {
  if (given instanceof Map) return given as ReadonlyMap<string, unknown>;
  throw new TypeError(`loadMissing gave ${describe(given)}: give a Map of keys and values`);
}

function describe(given: unknown): string {
  if (given === null) return 'null';
  if (typeof given !== 'object') return given === undefined ? 'undefined' : `a ${typeof given}`;
  return Array.isArray(given)
    ? 'an array'
    : `an object (${Object.prototype.toString.call(given).slice(8, -1)})`;
}
