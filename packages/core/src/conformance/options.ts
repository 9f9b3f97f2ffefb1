/** What the kit is told about the provider that it judges. */
import type { Provider } from '../provider.ts';

export interface ConformanceOptions {
  /** Heads the list of cases and the certificate. */
  readonly name: string;
  /**
   * Gives a provider for one case. Its entries are nobody else's: a new one each time where entries live in the process, otherwise one
   * that cares for its own part of the server. Every case uses names of its own, so one part may serve the whole run.
   */
  readonly provider: () => Provider;
  /** Another process's way to the same entries, with connections of its own. Default: the same provider, opened once more. */
  readonly peer?: ((provider: Provider) => Provider) | undefined;
  /** Gives back what the providers of a case hold. Called once after each case with each provider that the kit was given. */
  readonly dispose?: ((provider: Provider) => void | Promise<void>) | undefined;
  /**
   * `'fake'` (default): the provider goes by the clock of `OpenContext`, and cases take no time. A provider whose server has its own clock
   * says how to wait for it: the promise resolves when at least `ms` have passed.
   */
  readonly time?: 'fake' | RealTime | undefined;
  /** Which isolation the caches of the cases have. Run the kit once with each. Default `'copy'`. */
  readonly isolation?: 'copy' | 'frozen' | undefined;
  /** `'namespace'`: every cache of the cases is a namespace of a cache. Run the kit once with it. Default `'cache'`. */
  readonly within?: 'cache' | 'namespace' | undefined;
  /** How many histories each case of the group on linearizability records and judges. Default 40, and 3 in real time. */
  readonly rounds?: number | undefined;
  /** How long, in real milliseconds, a case may take before it counts as hung. Default 10,000, and 60,000 in real time. */
  readonly limitMs?: number | undefined;
}

export interface RealTime {
  readonly waitAtLeast: (ms: number) => Promise<void>;
}

/** How long a case may take: in real time it has waits of its own. */
export function limitMsOf({ limitMs, time = 'fake' }: ConformanceOptions): number {
  return limitMs ?? (time === 'fake' ? 10_000 : 60_000);
}
