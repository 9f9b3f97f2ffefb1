/** What a cache tells of an entry, besides its value. */
import type { EntryMetadata } from './api.ts';
import type { Entry } from './engine.ts';
import { parseTerm } from './keyspace.ts';

export function metadataOf(key: string, entry: Entry): EntryMetadata {
  const indexes = new Map<string, string[]>();
  for (const text of entry.terms) {
    const { index, term } = parseTerm(text);
    const terms = indexes.get(index);
    if (terms === undefined) indexes.set(index, [term]);
    else terms.push(term);
  }
  return {
    key,
    version: entry.version,
    createdAt: entry.createdAt,
    expiresAt: entry.freshUntil,
    // To the microsecond: the difference of two instants of a clock with fractions is off by less.
    ttl: Math.round((entry.freshUntil - entry.createdAt) * 1_000) / 1_000,
    tags: [...entry.tags],
    // From a list of pairs: an index named __proto__ becomes a key like any other.
    indexes: Object.fromEntries(indexes),
    size: entry.size,
    loadTime: entry.loadMs,
  };
}
