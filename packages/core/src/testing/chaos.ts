/** A wrapper around a provider that behaves like a network on a bad day. */
import type { Clock } from '../clock.ts';
import { CacheError } from '../errors.ts';
import type { Provider } from '../provider.ts';
import { intercept, type ProviderCall } from './intercept.ts';

/** What becomes of one call. */
export interface Weather {
  /** Milliseconds before the call takes effect, and again before its answer arrives. */
  readonly delay?: number;
  /**
   * `'fail'`: nothing is executed and the call rejects with `UNAVAILABLE`. `'lose'`: it is executed, and its reply is lost: a write rejects
   * with `UNKNOWN_OUTCOME`, a read with `UNAVAILABLE`. `'hang'`: nothing is executed and the call never settles.
   */
  readonly fault?: 'fail' | 'lose' | 'hang' | undefined;
}

/** Decides about each call when it is made; `undefined`: nothing happens to it. */
export type Forecast = (call: ProviderCall) => Weather | undefined;

/** The calls that change nothing, so that a lost reply leaves nothing unknown. */
const READS: ReadonlySet<string> = new Set(['get', 'read', 'lookUp', 'scan', 'stats', 'ping']);

/**
 * Lets `forecast` decide what becomes of each call of `provider`. The result answers with promises and counts as reached over a network:
 * its scope is `'shared'`, so that the cache's deadlines apply.
 */
export function chaos(provider: Provider, forecast: Forecast, clock: Clock): Provider {
  return intercept<Provider>(
    provider,
    (call, run) => {
      // Giving back what the machine lent needs no network.
      if (call.method === 'close') return run();
      const weather = forecast(call) ?? {};
      if (call.method === 'scan') return stormyPages(call, weather, run as () => Pages, clock);
      return stormy(call, weather, run, clock);
    },
    provider.kind === 'engine' ? { synchronous: false, scope: 'shared' } : { scope: 'shared' },
  );
}

/** Weather at random: each call is late by up to `delay` milliseconds, and fails, is lost or hangs with the given probabilities. */
export function randomWeather(chances: {
  readonly random: () => number;
  readonly delay?: number;
  readonly fail?: number;
  readonly lose?: number;
  readonly hang?: number;
}): Forecast {
  const { random, delay = 0, fail = 0, lose = 0, hang = 0 } = chances;
  return () => {
    const chance = random();
    const fault =
      chance < fail
        ? 'fail'
        : chance < fail + lose
          ? 'lose'
          : chance < fail + lose + hang
            ? 'hang'
            : undefined;
    return { delay: Math.floor(random() * (delay + 1)), fault };
  };
}

async function stormy(
  call: ProviderCall,
  weather: Weather,
  run: () => unknown,
  clock: Clock,
): Promise<unknown> {
  await wait(weather.delay, clock);
  if (weather.fault === 'hang') return forever();
  if (weather.fault === 'fail') throw new CacheError('UNAVAILABLE', `chaos: ${call.method} was not sent`);
  const answer = await run();
  await wait(weather.delay, clock);
  if (weather.fault !== 'lose') return answer;
  throw READS.has(call.method)
    ? new CacheError('UNAVAILABLE', `chaos: no reply to ${call.method}`)
    : new CacheError('UNKNOWN_OUTCOME', `chaos: the reply to ${call.method} was lost`);
}

type Pages = Iterable<readonly string[]> | AsyncIterable<readonly string[]>;

async function* stormyPages(
  call: ProviderCall,
  weather: Weather,
  run: () => Pages,
  clock: Clock,
): AsyncGenerator<readonly string[]> {
  await stormy(call, weather, () => undefined, clock);
  yield* run();
}

function wait(ms: number | undefined, clock: Clock): Promise<void> | undefined {
  if (ms === undefined || ms <= 0) return undefined;
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}

function forever(): Promise<never> {
  return new Promise(() => undefined);
}
