/** The tags of one space: invalidating one makes every entry that carries it invalid, in one step, without looking at them. */
import { ShardedMap } from './sharded-map.ts';

/** A tag between two of its invalidations. Entries point at the epochs they were written in. */
export interface Epoch {
  readonly tag: string;
  /** True: the tag has been invalidated since. */
  over: boolean;
  /** Entries that point here. */
  carriers: number;
}

/** Of an entry without tags. */
export const NO_EPOCHS: readonly Epoch[] = [];

export function isValid(epochs: readonly Epoch[]): boolean {
  for (let at = 0; at < epochs.length; at++) if ((epochs[at] as Epoch).over) return false;
  return true;
}

export class Tags {
  /** The running epochs that some entry carries. */
  readonly #running: ShardedMap<Epoch>;

  constructor(seed: number, keysPerShard: number) {
    this.#running = new ShardedMap(seed, keysPerShard);
  }

  /** How many tags are remembered. */
  get size(): number {
    return this.#running.size;
  }

  /** The running epochs of `tags`, now carried by one entry more. */
  join(tags: readonly string[]): readonly Epoch[] {
    if (tags.length === 0) return NO_EPOCHS;
    return [...new Set(tags)].map((tag) => {
      let epoch = this.#running.get(tag);
      if (epoch === undefined) this.#running.set(tag, (epoch = { tag, over: false, carriers: 0 }));
      epoch.carriers++;
      return epoch;
    });
  }

  /** One entry carries `epochs` no longer. */
  leave(epochs: readonly Epoch[]): void {
    for (const epoch of epochs) {
      epoch.carriers--;
      if (epoch.carriers === 0 && !epoch.over) this.#running.delete(epoch.tag);
    }
  }

  /** Ends the running epoch of `tag`. True: entries carried it. */
  invalidate(tag: string): boolean {
    const epoch = this.#running.get(tag);
    if (epoch === undefined) return false;
    epoch.over = true;
    this.#running.delete(tag);
    return true;
  }
}
