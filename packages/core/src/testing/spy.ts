/** A wrapper around a provider that writes down what is asked of it. */
import type { Provider } from '../provider.ts';
import { intercept, type ProviderCall } from './intercept.ts';

/** What a spied provider was asked, and the provider to hand to a manager. */
export interface Spy<P extends Provider> {
  readonly provider: P;
  /** The calls since the start or the last `forget`, in their order; those of `method` if one is named. */
  readonly calls: (method?: string) => readonly ProviderCall[];
  readonly forget: () => void;
}

/** Spies on `provider`: its answers are unchanged, and so is their timing. */
export function spy<P extends Provider>(provider: P): Spy<P> {
  let seen: ProviderCall[] = [];
  return {
    provider: intercept(provider, (call, run) => {
      seen.push(call);
      return run();
    }),
    calls: (method) => (method === undefined ? [...seen] : seen.filter((call) => call.method === method)),
    forget() {
      seen = [];
    },
  };
}
