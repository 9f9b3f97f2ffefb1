/** Where the records of a space live in its store: the only place that builds and parses their keys. This file imports nothing. */

export interface RecordKeys {
  /** What the keys of all entry records start with. */
  readonly entries: string;
  entry(key: string): string;
  /** The key whose entry record `recordKey` names. */
  keyOf(recordKey: string): string;
  stamp(name: string): string;
  index(term: string): string;
}

/** One letter tells the three kinds apart. No space is a prefix of another, so what two caches store never meets. */
export function recordKeys(space: string): RecordKeys {
  const entries = `${space}e:`;
  return {
    entries,
    entry: (key) => entries + key,
    keyOf: (recordKey) => recordKey.slice(entries.length),
    stamp: (name) => `${space}s:${name}`,
    index: (term) => `${space}i:${term}`,
  };
}
