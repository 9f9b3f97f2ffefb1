/** What users did lately. No table has it: the cache is its only home. */
import type { Cache, Manager } from '@cache/core';

/** A closed list: it bounds the size of an entry. */
export const DEVICES = ['phone', 'tablet', 'laptop'] as const;
export type Device = (typeof DEVICES)[number];

export interface Activity {
  readonly requests: number;
  readonly byDevice: Readonly<Partial<Record<Device, number>>>;
}

export class ActivityLog {
  readonly #cache: Cache<Activity>;

  constructor(manager: Manager) {
    this.#cache = manager.cache<Activity>('activity', { ttl: '30m' });
  }

  /** Read, change and write as one step: `update` loses no record, and takes no lock to do so. */
  record(userId: string, device: Device): Promise<Activity> {
    return this.#cache.update(userId, (current = { requests: 0, byDevice: {} }) => ({
      requests: current.requests + 1,
      byDevice: { ...current.byDevice, [device]: (current.byDevice[device] ?? 0) + 1 },
    }));
  }

  of(userId: string): Promise<Activity | undefined> {
    return this.#cache.get(userId);
  }

  async forget(userId: string): Promise<void> {
    await this.#cache.delete(userId);
  }
}
