/** The keys whose loaders run most often, under names that tell nobody what they are unless that is allowed. */
import { createHmac, randomBytes } from 'node:crypto';
import type { Settings } from './options.ts';
import { SpaceSaving, type Frequent } from './space-saving.ts';

/** So many keys are counted for each that is shown: the more, the smaller the error. */
const COUNTED_PER_SHOWN = 10;

/** Letters of a hash: collisions among the keys that are shown are not to be expected. */
const HASH_LENGTH = 16;

/** Gives the label of a key. */
export type KeyLabel = (key: string) => string;

/** How keys are shown: as they are, or as a hash that nobody can look up without the secret, which is random unless it is given. */
export function keyLabelOf({ keys, keySecret }: Pick<Settings, 'keys' | 'keySecret'>): KeyLabel {
  if (keys === 'plain') return (key) => key;
  const secret = keySecret ?? randomBytes(32);
  return (key) => createHmac('sha256', secret).update(key).digest('hex').slice(0, HASH_LENGTH);
}

/** The hottest keys of one cache. */
export class HottestKeys {
  readonly #shown: number;
  readonly #label: KeyLabel;
  readonly #loads: SpaceSaving;

  constructor(shown: number, label: KeyLabel) {
    this.#shown = shown;
    this.#label = label;
    this.#loads = new SpaceSaving(shown * COUNTED_PER_SHOWN);
  }

  /** Takes note of a run of the loader of `key`. */
  add(key: string): void {
    if (this.#shown > 0) this.#loads.add(key);
  }

  /** From the hottest down. */
  get top(): readonly Frequent[] {
    return this.#loads
      .top(this.#shown)
      .map(({ name, count, error }) => ({ name: this.#label(name), count, error }));
  }
}
