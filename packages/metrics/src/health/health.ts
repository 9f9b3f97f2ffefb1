/** How a manager is, for those who decide whether to send a process requests, or to start it anew. */
import {
  isCacheError,
  milliseconds,
  systemClock,
  type CacheHealth,
  type Clock,
  type Duration,
} from '@cache/core';

/** `'degraded'`: it works, and something is not as it should be. `'down'`: it does not work. */
export type HealthStatus = 'ok' | 'degraded' | 'down';

/** A manager. */
export interface HealthSubject {
  health(): Promise<ReadonlyMap<string, CacheHealth>>;
}

/** Something that a process needs. */
export interface Part {
  readonly status: HealthStatus;
  /** Why it is not `'ok'`: names and codes, no message of an error, no key and no address. */
  readonly reasons: readonly string[];
}

export interface ProviderHealth extends Part {
  /** Milliseconds that its slowest answer took. */
  readonly latency: number;
  readonly caches: Readonly<Record<string, HealthStatus>>;
}

/** Whether the process should get requests. It is as well as the worst of its parts. */
export interface Readiness extends Part {
  /** Those that have a cache, by name. */
  readonly providers: Readonly<Record<string, ProviderHealth>>;
  /** What the program checks, by name. */
  readonly checks: Readonly<Record<string, Part>>;
}

/** Whether the process should go on. */
export interface Liveness extends Part {
  readonly status: 'ok';
}

export interface HealthOptions {
  /**
   * What else the process needs, by name: `{ database: () => database.ping() }`. A check that throws, rejects or is not done within the
   * deadline is down; its signal fires then.
   */
  readonly checks?: Readonly<Record<string, (signal: AbortSignal) => unknown>> | undefined;
  /** How long a check may take. The answers of providers have the deadline of their caches. Default 2 seconds. */
  readonly deadline?: Duration | undefined;
  /** Default: the machine's clock. */
  readonly clock?: Clock | undefined;
}

export interface Health {
  /** A process that answers is alive, whatever becomes of its providers: to start it anew mends none of them. */
  live(): Liveness;
  /** Asks every provider that has a cache, and every check. Never rejects. Calls that come while it asks share the answer. */
  ready(): Promise<Readiness>;
}

const DEADLINE = 2_000;
const WORSE: readonly HealthStatus[] = ['ok', 'degraded', 'down'];

/** The health of `subject`: of its caches, put together by their providers. Throws a `TypeError` for options that are none. */
export function healthOf(subject: HealthSubject, options: HealthOptions = {}): Health {
  if (typeof subject?.health !== 'function')
    throw new TypeError('healthOf: expected a manager of @cache/core');
  const { checks = {}, deadline = DEADLINE, clock = systemClock() } = options;
  for (const [name, check] of Object.entries(checks))
    if (typeof check !== 'function')
      throw new TypeError(`healthOf: check '${name}' is ${typeof check}: give a function that checks it`);
  const patience = milliseconds(deadline, 'deadline');
  const look = async (): Promise<Readiness> => {
    const [caches, checked] = await Promise.all([
      subject.health(),
      Promise.all(
        Object.entries(checks).map(
          async ([name, check]) => [name, await outcomeOf(check, patience, clock)] as const,
        ),
      ),
    ]);
    const providers = providersOf(caches);
    const parts: readonly (readonly [string, Part])[] = [...Object.entries(providers), ...checked];
    return {
      status: worst(parts.map(([, { status }]) => status)),
      reasons: parts.flatMap(([name, { reasons }]) => reasons.map((reason) => `${name}: ${reason}`)),
      providers,
      checks: Object.fromEntries(checked),
    };
  };
  let looking: Promise<Readiness> | undefined;
  return {
    live: () => ({ status: 'ok', reasons: [] }),
    ready: () =>
      (looking ??= look().finally(() => {
        looking = undefined;
      })),
  };
}

function providersOf(caches: ReadonlyMap<string, CacheHealth>): Readonly<Record<string, ProviderHealth>> {
  const byProvider = Map.groupBy(caches, ([, { provider }]) => provider);
  return Object.fromEntries(
    [...byProvider].map(([provider, its]) => [
      provider,
      {
        status: worst(its.map(([, health]) => statusOf(health))),
        reasons: its.flatMap(([cache, health]) => reasonsOf(cache, health)),
        latency: Math.max(...its.map(([, { latency }]) => latency)),
        caches: Object.fromEntries(its.map(([cache, health]) => [cache, statusOf(health)])),
      },
    ]),
  );
}

/** A provider that answers and takes nothing more is not as it should be. */
function statusOf({ status, details }: CacheHealth): HealthStatus {
  return status === 'ok' && details['refusesWrites'] === true ? 'degraded' : status;
}

function reasonsOf(cache: string, health: CacheHealth): readonly string[] {
  const { status, error, breaker } = health;
  if (statusOf(health) === 'ok') return [];
  if (status === 'ok') return [`${cache}: writes are refused, for there is no room`];
  const circuit = breaker === undefined || breaker === 'closed' ? '' : `, circuit breaker ${breaker}`;
  const effect = status === 'degraded' ? 'reads go on without it' : 'calls fail';
  return [`${cache}: ${causeOf(error)}${circuit}; ${effect}`];
}

/** Never rejects. */
async function outcomeOf(
  check: (signal: AbortSignal) => unknown,
  patience: number,
  clock: Clock,
): Promise<Part> {
  const controller = new AbortController();
  let stop = (): void => {};
  const late = new Promise<Part>((resolve) => {
    stop = clock.after(patience, () => {
      resolve({ status: 'down', reasons: [`no answer within ${patience} ms`] });
      controller.abort();
    });
  });
  const answer = async (): Promise<Part> => {
    try {
      await check(controller.signal);
      return { status: 'ok', reasons: [] };
    } catch (error) {
      return { status: 'down', reasons: [causeOf(error)] };
    }
  };
  try {
    return await Promise.race([answer(), late]);
  } finally {
    stop();
  }
}

/** The code of an error. Its message may name what nobody should see. */
function causeOf(error: unknown): string {
  if (isCacheError(error)) return error.code;
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : 'failed';
}

function worst(statuses: readonly HealthStatus[]): HealthStatus {
  return WORSE[Math.max(0, ...statuses.map((status) => WORSE.indexOf(status)))] as HealthStatus;
}
