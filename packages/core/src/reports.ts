/** What a cache says about itself: `stats()` and `health()`. */
import type { CacheHealth, CacheStats } from './api.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Opened } from './opened.ts';
import { isTrouble } from './trouble.ts';

export async function statsOf({ engine, remote, tally }: Opened): Promise<CacheStats> {
  const { entries, bytes, evictions, expirations } = await remote.ask(engine.stats(), 'stats');
  const {
    hits,
    misses,
    hitRate,
    loads,
    loadErrors,
    joins,
    overtaken,
    errors,
    averageLoadTime,
    averageGetTime,
  } = tally;
  return {
    hits,
    misses,
    hitRate,
    loads,
    loadErrors,
    joins,
    overtaken,
    entries,
    bytes,
    evictions,
    expirations,
    errors,
    averageLoadTime,
    averageGetTime,
  };
}

/** Asks the provider. Never rejects: a failure is the answer. */
export async function healthOf(lifecycle: Lifecycle, signal: AbortSignal | undefined): Promise<CacheHealth> {
  const { name, clock, settings } = lifecycle;
  const about = { cache: name, provider: lifecycle.provider.name };
  const started = clock.elapsed();
  try {
    const { opened } = await lifecycle.open();
    const { details } = await opened.remote.ask(opened.engine.ping(), 'health', undefined, { signal });
    return { ...about, status: 'ok', latency: clock.elapsed() - started, details, ...breakerOf(lifecycle) };
  } catch (error) {
    // What is no trouble of the provider, such as a setting it refuses, reads do not bear either.
    const goesOn = settings.onFailure === 'open' && isTrouble(error) && !lifecycle.isClosed;
    return {
      ...about,
      status: goesOn ? 'degraded' : 'down',
      latency: clock.elapsed() - started,
      details: {},
      ...breakerOf(lifecycle),
      error,
    };
  }
}

function breakerOf({ breaker }: Lifecycle): Pick<CacheHealth, 'breaker'> {
  return breaker === undefined ? {} : { breaker: breaker.state };
}
