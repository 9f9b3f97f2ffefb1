/** Which provider keeps the entries. The rest of the service is the same with any of them. */
import type { Provider } from '@cache/core';
import { memory } from '@cache/memory';
import { redis } from '@cache/redis';

/** Where the entries are to live. */
export interface Place {
  readonly provider: ProviderName;
  /** Of the server, where the provider has one. */
  readonly redisUrl?: string | undefined;
  /**
   * Milliseconds that such a server may take for one step, and that a process which loads may be silent, before the others go on without
   * it. Left out: as the packages have it.
   */
  readonly patience?: number | undefined;
}

const PROVIDERS = {
  memory: { make: () => memory(), shared: false },
  redis: {
    make: ({ redisUrl: url, patience }) =>
      redis({ ...(url !== undefined && { url }), ...(patience !== undefined && { deadline: patience }) }),
    shared: true,
  },
} as const satisfies Record<string, { readonly make: (place: Place) => Provider; readonly shared: boolean }>;

export type ProviderName = keyof typeof PROVIDERS;

export const PROVIDER_NAMES = Object.keys(PROVIDERS) as readonly ProviderName[];

export function isProviderName(name: string): name is ProviderName {
  return Object.hasOwn(PROVIDERS, name);
}

/** Whether several processes have the same entries. */
export function isShared(provider: ProviderName): boolean {
  return PROVIDERS[provider].shared;
}

/** Throws a `TypeError` when the address is none. */
export function makeProvider(place: Place): Provider {
  return PROVIDERS[place.provider].make(place);
}
