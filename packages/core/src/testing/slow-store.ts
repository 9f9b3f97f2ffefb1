/** A store that is slow, unsteady and loses replies: what a network makes of a good one. */
import { CacheError } from '../errors.ts';
import type { StoreProvider } from '../provider.ts';
import type { Store } from '../store.ts';
import type { SimulatedTime } from './simulated-time.ts';

export interface Trouble {
  readonly time: SimulatedTime;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** The longest usual wait before an effect, and again after it. */
  readonly stepMs: number;
  /** How often a wait is ten to forty times as long. */
  readonly pauses: number;
  /** How often the reply to a write is lost: the write took effect, or takes effect later, or never. */
  readonly lostReplies: number;
  /** How often a call is not executed at all. */
  readonly refusals: number;
}

export interface SlowStore extends StoreProvider {
  /** How many primitives were called. */
  readonly calls: number;
  /** From now on nothing is lost or refused any more. */
  calmDown(): void;
}

/** Puts `trouble` between its callers and `provider`. Each primitive still takes effect at one instant. */
export function slowStore(provider: StoreProvider, trouble: Trouble): SlowStore {
  const line = new Line(trouble);
  return {
    ...provider,
    name: `slow ${provider.name}`,
    open: async (context) => slowed(await provider.open(context), line),
    get calls() {
      return line.calls;
    },
    calmDown() {
      line.isCalm = true;
    },
  };
}

function slowed(store: Store, line: Line): Store {
  return {
    get: (key) => line.read(() => store.get(key)),
    put: (key, record, options) => line.write(() => store.put(key, record, options)),
    delete: (key, options) => line.write(() => store.delete(key, options)),
    /** Walks in steps, each over keys that are there at its time; a key belongs to one step whatever happens to it. */
    async *scan(prefix) {
      for (let step = 0; step < SCAN_STEPS; step += 1) {
        const pages = await line.read(() => store.scan(prefix));
        for await (const page of pages) yield page.filter((key) => stepOf(key) === step);
      }
    },
    close: () => store.close(),
  };
}

const SCAN_STEPS = 3;

function stepOf(key: string): number {
  let sum = 0;
  for (let at = 0; at < key.length; at += 1) sum += key.charCodeAt(at);
  return sum % SCAN_STEPS;
}

/** The way to the store and back. */
class Line {
  readonly #trouble: Trouble;
  calls = 0;
  isCalm = false;

  constructor(trouble: Trouble) {
    this.#trouble = trouble;
  }

  async read<T>(effect: () => T | Promise<T>): Promise<T> {
    await this.#depart();
    const answer = await effect();
    await this.#wait();
    return answer;
  }

  async write<T>(effect: () => T | Promise<T>): Promise<T> {
    await this.#depart();
    if (this.#happens(this.#trouble.lostReplies)) return this.#lose(effect);
    const answer = await effect();
    await this.#wait();
    return answer;
  }

  async #depart(): Promise<void> {
    this.calls += 1;
    await this.#wait();
    if (this.#happens(this.#trouble.refusals)) throw new CacheError('UNAVAILABLE', 'refused');
  }

  async #lose(effect: () => unknown): Promise<never> {
    const { random, time, stepMs } = this.#trouble;
    const fate = random();
    if (fate < 0.4) await effect();
    else if (fate < 0.7) time.after(random() * 30 * stepMs, () => void effect());
    await this.#wait();
    throw new CacheError('UNKNOWN_OUTCOME', 'the reply was lost');
  }

  #wait(): Promise<void> {
    const { random, time, stepMs, pauses } = this.#trouble;
    return time.sleep(stepMs * (random() < pauses ? 10 + 30 * random() : random()));
  }

  #happens(chance: number): boolean {
    return !this.isCalm && chance > 0 && this.#trouble.random() < chance;
  }
}
