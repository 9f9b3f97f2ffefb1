/** A ceiling on the entries under one term of a declared index. */
import type { IndexLimit } from './api.ts';
import type { Limit } from './engine.ts';
import { CacheError } from './errors.ts';
import { parseTerm } from './keyspace.ts';
import type { Opened } from './opened.ts';

/** Throws unless the cache can judge such a limit. */
export function checkLimit({ name, provider, traits, settings }: Opened, limit: IndexLimit): void {
  if (!traits.limits) {
    throw new CacheError(
      'UNSUPPORTED',
      `cache '${name}': provider '${provider}' lacks the trait 'limits', so a write cannot carry a limit`,
      { cache: name, provider, trait: 'limits' },
    );
  }
  const { index, max, onExceeded } = limit;
  if (!settings.indexes.has(index))
    throw new TypeError(`limit names the index '${index}', which cache '${name}' does not declare`);
  if (!Number.isSafeInteger(max) || max < 1)
    throw new TypeError(`limit.max is ${max}: give a whole number from 1`);
  if (onExceeded !== 'refuse' && onExceeded !== 'evict-oldest' && onExceeded !== 'evict-lru') {
    throw new TypeError(
      `limit.onExceeded is '${String(onExceeded)}': give 'refuse', 'evict-oldest' or 'evict-lru'`,
    );
  }
}

/** The limit as the engine judges it; `undefined` for an entry that has no term under the index. */
export function limitOf(
  opened: Opened,
  key: string,
  terms: readonly string[],
  limit: IndexLimit,
): Limit | undefined {
  checkLimit(opened, limit);
  const { index, max, onExceeded } = limit;
  const [term, ...others] = terms.filter((text) => parseTerm(text).index === index);
  if (others.length > 0)
    throw new TypeError(
      `the value of '${key}' has ${others.length + 1} terms under '${index}': a limit needs exactly one`,
    );
  return term === undefined ? undefined : { term, max, onExceeded };
}

/** The error of a write that its limit refused. */
export function limitExceeded({ name }: Opened, key: string, limit: Limit | undefined): CacheError {
  return new CacheError(
    'LIMIT_EXCEEDED',
    `cache '${name}': '${key}' was not written, because ${limit === undefined ? 'its index limit is reached' : reached(limit)}`,
    { cache: name, key },
  );
}

function reached({ term: text, max }: Limit): string {
  const { index, term } = parseTerm(text);
  return `its index limit is reached: '${index}' has ${max} entries under '${term}' and may have no more`;
}
