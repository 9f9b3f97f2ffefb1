/** Which keys are locked together, and under which names. */

/** The longest key, in bytes of UTF-8, as of a cache. */
const MOST_BYTES = 8_192;

/** What one call locks. */
export interface Claim {
  /** As the caller wrote them: each once, in order. */
  readonly keys: readonly string[];
  /** Where they are locked on the server, in the same order. */
  readonly names: readonly string[];
}

/** All locks of one prefix lie in one slot of a Cluster, so that any of them can be taken together in one step. */
export class LockSlot {
  /** Where the last fence is kept. */
  readonly fence: string;
  readonly #tag: string;

  constructor(prefix: string) {
    this.#tag = `:{${prefix}lock}`;
    this.fence = `f${this.#tag}`;
  }

  /** Throws a `TypeError` for keys that cannot be locked. */
  claim(given: string | readonly string[]): Claim {
    if (typeof given !== 'string' && !Array.isArray(given))
      throw new TypeError(`withLock(): keys is of type ${typeof given}: give a key or a list of keys`);
    const keys = [...new Set(typeof given === 'string' ? [given] : given)];
    if (keys.length === 0)
      throw new TypeError('withLock(): keys is empty: give at least one key, nothing else is locked');
    for (const key of keys) checkKey(key);
    keys.sort((a, b) => (a < b ? -1 : 1));
    return { keys, names: keys.map((key) => `k${this.#tag}${key}`) };
  }
}

function checkKey(key: unknown): void {
  const fault =
    typeof key !== 'string'
      ? `of type ${typeof key}`
      : key === ''
        ? 'empty'
        : !key.isWellFormed()
          ? 'not well-formed: it has half of a character'
          : Buffer.byteLength(key) > MOST_BYTES
            ? `longer than ${MOST_BYTES} bytes`
            : undefined;
  if (fault !== undefined) throw new TypeError(`withLock(): a key is ${fault}: give a non-empty string`);
}

/** Keys as a message names them. */
export function listed(keys: readonly string[]): string {
  return keys.map((key) => `'${key}'`).join(', ');
}
