/** Which provider keeps the entries. The rest of the service is the same with any of them. */
import type { Provider } from '@cache/core';
import { memory } from '@cache/memory';

const PROVIDERS = {
  memory: () => memory(),
} as const satisfies Record<string, () => Provider>;

export type ProviderName = keyof typeof PROVIDERS;

export const PROVIDER_NAMES = Object.keys(PROVIDERS) as readonly ProviderName[];

export function isProviderName(name: string): name is ProviderName {
  return Object.hasOwn(PROVIDERS, name);
}

export function makeProvider(name: ProviderName): Provider {
  return PROVIDERS[name]();
}
