/** An engine behind a circuit breaker. */
import type { Breaker } from './breaker.ts';
import type { Engine, MaybePromise } from './engine.ts';

/**
 * The same engine, which is not asked while the breaker is open. Waiting for another process's load is not a call, and closing is always
 * one. `cache` is named where a call is refused.
 */
export function guardedEngine(engine: Engine, breaker: Breaker, cache: string): Engine {
  const guarded =
    <A extends readonly unknown[], X>(call: (...args: A) => MaybePromise<X>) =>
    (...args: A): Promise<X> => {
      const refusal = breaker.refusal(cache);
      if (refusal !== undefined) return Promise.reject(refusal);
      // At once, so that calls of one turn reach the engine in one turn.
      return breaker.watch(answerOf(call, args));
    };
  return {
    get: guarded((key) => engine.get(key)),
    ...(engine.getMany !== undefined && { getMany: guarded(engine.getMany.bind(engine)) }),
    read: guarded((key) => engine.read(key)),
    acquire: guarded((key, request) => engine.acquire(key, request)),
    extend: guarded((key, token, leaseMs) => engine.extend(key, token, leaseMs)),
    commit: guarded((key, token, write) => engine.commit(key, token, write)),
    release: guarded((key, token, failure) => engine.release(key, token, failure)),
    write: guarded((key, write, condition) => engine.write(key, write, condition)),
    remove: guarded((key) => engine.remove(key)),
    take: guarded((key) => engine.take(key)),
    count: guarded((key, change) => engine.count(key, change)),
    touch: guarded((key, life) => engine.touch(key, life)),
    expire: guarded((key) => engine.expire(key)),
    invalidateTags: guarded((tags) => engine.invalidateTags(tags)),
    clear: guarded(() => engine.clear()),
    lookUp: guarded((term) => engine.lookUp(term)),
    removeByTerm: guarded((term, progressed) => engine.removeByTerm(term, progressed)),
    editTerms: guarded((key, add, remove, version) => engine.editTerms(key, add, remove, version)),
    scan(pattern) {
      const begin = (): Iterator<readonly string[]> | AsyncIterator<readonly string[]> => {
        const pages = engine.scan(pattern);
        return Symbol.asyncIterator in pages ? pages[Symbol.asyncIterator]() : pages[Symbol.iterator]();
      };
      let walk: ReturnType<typeof begin> | undefined;
      return {
        [Symbol.asyncIterator]: () => ({
          next: guarded(() => (walk ??= begin()).next()),
          return: async () => (await walk?.return?.()) ?? { done: true, value: undefined },
        }),
      };
    },
    removeByPattern: guarded((pattern, progressed) => engine.removeByPattern(pattern, progressed)),
    stats: guarded(() => engine.stats()),
    ping: guarded(() => engine.ping()),
    close: () => engine.close(),
  };
}

function answerOf<A extends readonly unknown[], X>(
  call: (...args: A) => MaybePromise<X>,
  args: A,
): Promise<X> {
  try {
    const answer = call(...args);
    return answer instanceof Promise ? answer : Promise.resolve(answer);
  } catch (error) {
    return Promise.reject(error);
  }
}
