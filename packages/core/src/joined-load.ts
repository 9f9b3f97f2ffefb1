/** One call's wait for one load that somebody else began. It is told once, however often the call looks again meanwhile. */
import type { CacheEvents } from './events.ts';
import type { Opened } from './opened.ts';

export class JoinedLoad {
  /** The name of the load. */
  readonly load: string;
  /** When it was heard of last, its lease had run out without a word of its holder. */
  hasLapsed = false;
  readonly #opened: Opened;
  readonly #key: string;
  readonly #elsewhere: boolean;
  /** `undefined`: nobody wants to know how long it took, or it has ended. */
  #started: number | undefined;

  constructor(opened: Opened, key: string, load: string, elsewhere: boolean) {
    this.load = load;
    this.#opened = opened;
    this.#key = key;
    this.#elsewhere = elsewhere;
    const { tally, events, clock } = opened;
    tally.joins += 1;
    if (events.active.join !== undefined) events.emit('join', { key, elsewhere, load });
    this.#started = events.active.wait === undefined ? undefined : clock.elapsed();
  }

  /** Only the first end counts. */
  end(outcome: CacheEvents['wait']['outcome']): void {
    if (this.#started === undefined) return;
    const duration = this.#opened.clock.elapsed() - this.#started;
    this.#started = undefined;
    const about = { key: this.#key, elsewhere: this.#elsewhere, load: this.load };
    this.#opened.events.emit('wait', { ...about, outcome, duration });
  }
}
