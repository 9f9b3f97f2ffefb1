/** The guarantee about overtaken loads, looked for directly: the sequential model knows nothing of when a loader ran. */
import type { CacheOperation, Value } from './cache-model.ts';

/**
 * A value that was loaded before some removal or write of its key, and that was served, as an entry of the cache, to a call that began
 * after that had ended. `loadedAt` tells when the loader of a value began.
 */
export function overtakenLoads(
  history: readonly CacheOperation[],
  loadedAt: ReadonlyMap<Value, number>,
): readonly string[] {
  const loads = new Map(
    history.flatMap(({ input }) => (input.op === 'getOrSet' ? [[input.value, input] as const] : [])),
  );
  return history.flatMap((serving) => {
    const value = served(serving);
    const born = value === undefined ? undefined : loadedAt.get(value);
    const load = value === undefined ? undefined : loads.get(value);
    if (born === undefined || load === undefined) return [];
    const later = history.filter(({ key, start }) => key === serving.key && start > born);
    const wasEdited = later.some(({ input }) => input.op === 'editTerms' && input.remove.length > 0);
    const terms = wasEdited ? [] : load.terms;
    const overtaking = later.find(
      (other) => other.end < serving.start && overtakes(other, { ...load, terms }),
    );
    if (overtaking === undefined) return [];
    return [`${serving.input.op} of ${serving.key} was given ${value}, loaded before ${overtaking.input.op}`];
  });
}

/** The value that an operation was given out of the cache. */
function served({ input, output }: CacheOperation): Value | undefined {
  if (output === undefined || output === null || typeof output === 'boolean') return undefined;
  if (typeof output === 'object')
    return ['hit', 'stale', 'served'].includes(output.how) ? output.value : undefined;
  return input.op === 'get' || input.op === 'take' ? output : undefined;
}

function overtakes(
  { input, output }: CacheOperation,
  load: { readonly tags: readonly string[]; readonly terms: readonly string[] },
): boolean {
  switch (input.op) {
    case 'set':
    case 'delete':
    case 'take':
    case 'clear':
    case 'removeByPattern':
      return true;
    case 'setIfNotExists':
    case 'setIfExists':
    case 'compareAndSet':
      return output === true;
    case 'invalidate':
      return load.tags.includes(input.tag);
    case 'removeByTerm':
      return load.terms.includes(input.term);
    // A new value that rests on the old one, or nothing new.
    case 'append':
    case 'increment':
    case 'editTerms':
    case 'touch':
    case 'expire':
    case 'get':
    case 'isListed':
    case 'lookUp':
    case 'getOrSet':
      return false;
    default:
      return input satisfies never;
  }
}
