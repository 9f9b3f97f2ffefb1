/** Filling a cache before it is needed. */
import type { LoadOptions, ManyLoader, WriteOptions } from './api.ts';
import { getOrSetMany, setMany } from './batches.ts';
import { CacheError } from './errors.ts';
import type { Working } from './lifecycle.ts';
import type { Loading } from './loading.ts';

/** So many keys are in work at once, however many there are to be warmed. */
const PAGE = 256;

/** Pairs to store, or keys and the loader of those that are missing. */
export type WarmArguments =
  | [
      entries: Iterable<readonly [string, unknown]> | AsyncIterable<readonly [string, unknown]>,
      options?: WriteOptions,
    ]
  | [keys: Iterable<string>, loadMissing: ManyLoader<unknown>, options?: LoadOptions];

/** Fills the cache; gives how many entries it stored. Stops at the first page that fails. */
export async function warm(
  { opened, loading }: Working,
  ...[what, how, options]: WarmArguments
): Promise<number> {
  let stored = 0;
  if (typeof how === 'function') {
    for await (const page of pages(what as Iterable<string>)) {
      opened.remote.checkOpen();
      stored += await loadPage(opened.name, loading, page, how, options);
    }
  } else {
    for await (const page of pages(what as Iterable<readonly [string, unknown]>)) {
      opened.remote.checkOpen();
      stored += await setMany(opened, page, how);
    }
  }
  return stored;
}

async function loadPage(
  cache: string,
  loading: Loading,
  keys: readonly string[],
  loadMissing: ManyLoader<unknown>,
  options: LoadOptions | undefined,
): Promise<number> {
  const outcomes = await getOrSetMany(loading, keys, loadMissing, options);
  const all = [...outcomes.values()];
  const failed = all.find((outcome) => outcome.status === 'failed');
  if (failed !== undefined) {
    throw new CacheError('PARTIAL_FAILURE', `cache '${cache}': warm could not load every key`, {
      cache,
      outcomes,
      cause: failed.error,
    });
  }
  return all.filter((outcome) => outcome.status === 'loaded').length;
}

async function* pages<X>(items: Iterable<X> | AsyncIterable<X>): AsyncGenerator<X[]> {
  let page: X[] = [];
  for await (const item of items) {
    page.push(item);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
