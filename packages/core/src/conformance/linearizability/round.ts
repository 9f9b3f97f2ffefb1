/**
 * One round of the linearizability test: some processes, each with some clients that call a cache at random, in simulated time. Everything
 * follows from the seed. The history of what they called and were answered is then judged.
 */
import { isCacheError } from '../../errors.ts';
import { parseGlob } from '../../glob.ts';
import type { SimulatedTime } from '../../testing/simulated-time.ts';
import { cacheModel, type CacheOperation, type Precision, type Traits, type Value } from './cache-model.ts';
import { checkLinearizability } from './checker.ts';
import { Act, LOADER_FAILS, Recorder, withOverlaps } from './recorder.ts';
import { overtakenLoads } from './overtaken-loads.ts';
import { describeViolation } from './report.ts';
import type { Subject } from './subject.ts';

/** Where a round plays: made anew for each round. */
export interface Scene {
  readonly time: SimulatedTime;
  /** One for each process. */
  readonly subjects: readonly Subject[];
  readonly precision: Precision;
  /** The engine's traits. */
  readonly indexes: boolean;
  readonly scans: boolean;
  readonly orderedInvalidation: boolean;
  /** Ends faults, before the round is cleared up. */
  readonly calmDown?: () => void;
  /** What is left that should not be, when everybody has gone home. */
  readonly inspect?: () => readonly string[] | Promise<readonly string[]>;
}

/** What the clients of a round do. */
export interface RoundOptions {
  readonly seed: number;
  /** Uniform in [0, 1), from the seed. */
  readonly random: () => number;
  readonly clientsPerProcess: number;
  readonly turns: number;
  readonly usesTags: boolean;
  readonly usesIndexes: boolean;
  readonly usesPatterns: boolean;
  readonly focus?: Focus;
}

/** Nothing but loads, reads and removals of one kind, so that rare races come more often: by tags that loaders tell, or by terms. */
export type Focus = 'tags' | 'terms';

export interface RoundReport {
  readonly seed: number;
  readonly operations: number;
  /** Operations whose outcome nobody knows. */
  readonly unknown: number;
  readonly problems: readonly string[];
}

const TEXTS = ['a', 'b'];
const COUNTER = 'n';
const KEYS: readonly string[] = [...TEXTS, COUNTER];
const TAGS = ['t1', 't2'];
const TERMS = ['x', 'y'];
const ALL_KEYS = parseGlob('*');
/** The matching keys are `a` alone. */
const SOME_KEYS = parseGlob('a*');

/** How many timers may fire; a round needs a few thousand. One that needs more has a loop that never ends. */
const MOST_EVENTS = 100_000;

/** How many states the checker may look at; a round needs a few thousand. */
const BUDGET = 3_000_000;

export async function playRound(scene: Scene, options: RoundOptions): Promise<RoundReport> {
  const round = new Round(scene, options);
  try {
    return await scene.time.run(round.play(), MOST_EVENTS);
  } catch (error) {
    return { seed: options.seed, operations: 0, unknown: 0, problems: [String(error)] };
  }
}

type Turn = () => Promise<void>;

class Round {
  readonly #scene: Scene;
  readonly #options: RoundOptions;
  readonly #recorder: Recorder;
  readonly #problems: string[] = [];
  /** When the loader of a value began. */
  readonly #loadedAt = new Map<Value, number>();
  #values = 0;

  constructor(scene: Scene, options: RoundOptions) {
    this.#scene = scene;
    this.#options = options;
    this.#recorder = new Recorder(scene.time);
  }

  async play(): Promise<RoundReport> {
    const { subjects } = this.#scene;
    const { seed, clientsPerProcess } = this.#options;
    const names = Array.from({ length: clientsPerProcess }, (_, client) => String.fromCharCode(97 + client));
    await Promise.all(
      subjects.flatMap((subject, process) =>
        names.map((name) => this.#beClient(subject, `${process}${name}`)),
      ),
    );
    await this.#clearUp();
    const { operations } = this.#recorder;
    const history = this.#scene.orderedInvalidation ? operations : withOverlaps(operations);
    this.#problems.push(...this.#judge(history), ...overtakenLoads(history, this.#loadedAt));
    const unknown = history.filter(({ end }) => end === Infinity).length;
    return { seed, operations: history.length, unknown, problems: this.#problems };
  }

  async #beClient(subject: Subject, client: string): Promise<void> {
    const { time } = this.#scene;
    for (let turn = 0; turn < this.#options.turns; turn += 1) {
      await time.sleep(this.#random(6) * (this.#chance(0.1) ? 8 : 1));
      try {
        await this.#takeTurn(subject, client);
      } catch (error) {
        if (!isCacheError(error, 'UNAVAILABLE')) this.#problems.push(`${client}: ${String(error)}`);
      }
    }
  }

  async #takeTurn(subject: Subject, client: string): Promise<void> {
    const { usesTags, usesIndexes, usesPatterns, focus } = this.#options;
    const key = this.#chance(focus === undefined ? 0.2 : 0) ? COUNTER : this.#group(TEXTS);
    const act = new Act(this.#recorder, client, key);
    if (this.#chance(0.05)) return act.on(KEYS, { op: 'clear' }, () => subject.clear());
    if (focus !== undefined) return this.#focusOn(focus, subject, act);
    if (usesTags && this.#chance(0.12)) return this.#invalidate(subject, act);
    if (usesIndexes && this.#chance(0.25)) return this.#useIndex(subject, act);
    if (usesPatterns && this.#chance(0.1)) return this.#usePattern(subject, act);
    return this.#useKey(subject, act);
  }

  async #focusOn(focus: Focus, subject: Subject, act: Act): Promise<void> {
    const kind = this.#random(1);
    if (kind < 0.5) return this.#load(subject, act);
    if (kind < 0.65) return this.#read(subject, act);
    return focus === 'tags' ? this.#invalidate(subject, act) : this.#removeByTerm(subject, act);
  }

  async #invalidate(subject: Subject, act: Act): Promise<void> {
    const tag = this.#group(TAGS);
    return act.on(KEYS, { op: 'invalidate', tag }, () => subject.invalidateTags([tag]));
  }

  async #removeByTerm(subject: Subject, act: Act): Promise<void> {
    const term = this.#group(TERMS);
    return act.on(KEYS, { op: 'removeByTerm', term }, () => subject.removeByTerm(term));
  }

  async #useIndex(subject: Subject, act: Act): Promise<void> {
    const { key } = act;
    const kind = this.#random(1);
    if (kind < 0.2) return this.#removeByTerm(subject, act);
    const term = this.#pick(TERMS);
    if (kind < 0.8) return act.see(KEYS, { op: 'lookUp', term }, () => subject.lookUp(term));
    const [add, remove] = this.#chance(0.5) ? [[term], []] : [[], [term]];
    return act.once({ op: 'editTerms', add, remove }, () => subject.editTerms(key, add, remove));
  }

  async #usePattern(subject: Subject, act: Act): Promise<void> {
    const pattern = this.#chance(0.5) ? ALL_KEYS : SOME_KEYS;
    const keys = KEYS.filter((key) => pattern.matches(key));
    if (this.#chance(0.5)) return act.see(keys, { op: 'isListed' }, () => subject.keys(pattern));
    return act.on(keys, { op: 'removeByPattern' }, () => subject.removeByPattern(pattern));
  }

  async #useKey(subject: Subject, act: Act): Promise<void> {
    const { key } = act;
    const isCounter = key === COUNTER;
    const value = this.#newValue(key, act.client);
    const traits = this.#traits();
    const increment: Turn = () => act.once({ op: 'increment' }, () => subject.increment(key));
    const append: Turn = () => this.#append(subject, act, String(value));
    // Not on counters: the same number may come twice, and only the version tells the two apart.
    const compareAndSet: Turn = () => this.#compareAndSet(subject, act, value, traits);
    const turns: readonly Turn[] = [
      () => this.#read(subject, act),
      () => this.#load(subject, act),
      () => this.#load(subject, act),
      () => this.#load(subject, act),
      () => act.once({ op: 'set', value, ...traits }, () => subject.set(key, value, traits)),
      () => act.once({ op: 'delete' }, () => subject.delete(key)),
      () => act.once({ op: 'take' }, () => subject.take(key)),
      () => act.once({ op: 'expire' }, () => subject.expire(key)),
      () => act.once({ op: 'touch', ttl: 60, grace: 0 }, () => subject.touch(key, { ttl: 60, grace: 0 })),
      () =>
        act.once({ op: 'setIfNotExists', value, ...traits }, () =>
          subject.setIfNotExists(key, value, traits),
        ),
      () => act.once({ op: 'setIfExists', value, ...traits }, () => subject.setIfExists(key, value, traits)),
      ...(isCounter ? Array<Turn>(6).fill(increment) : [compareAndSet, append, append, append]),
    ];
    return this.#pick(turns)();
  }

  async #read(subject: Subject, act: Act): Promise<void> {
    return act.once({ op: 'get' }, () => subject.get(act.key));
  }

  async #append(subject: Subject, act: Act, suffix: string): Promise<void> {
    const isSlow = this.#chance(0.2);
    const updater = async (value: Value | undefined): Promise<Value> => {
      if (isSlow) await this.#scene.time.sleep(this.#random(10));
      return `${value ?? ''}${suffix}`;
    };
    return act.once({ op: 'append', suffix }, () => subject.update(act.key, updater));
  }

  async #compareAndSet(subject: Subject, act: Act, value: Value, traits: Traits): Promise<void> {
    let version: string | undefined;
    let expected: Value | undefined;
    await act.once({ op: 'get' }, async () => {
      const entry = await subject.getEntry(act.key);
      version = entry?.version;
      expected = entry?.value;
      return expected;
    });
    if (version === undefined || expected === undefined) return;
    const read = version;
    await this.#scene.time.sleep(this.#random(5));
    await act.once({ op: 'compareAndSet', expected, value, ...traits }, () =>
      subject.compareAndSet(act.key, read, value, traits),
    );
  }

  async #load(subject: Subject, act: Act): Promise<void> {
    const { focus } = this.#options;
    const value = this.#newValue(act.key, act.client);
    const traits = this.#traits();
    const loadMs = this.#chance(0.15) ? 30 + this.#random(50) : this.#random(10);
    const fails = this.#chance(0.07);
    const load = async (): Promise<Value> => {
      this.#loadedAt.set(value, this.#scene.time.now());
      await this.#scene.time.sleep(loadMs);
      if (fails) throw new Error(LOADER_FAILS);
      return value;
    };
    const learnsTags = traits.tags.length > 0 && this.#chance(focus === undefined ? 0.4 : 0.9);
    const request = { ...traits, load, learnsTags, isPaused: this.#chance(0.3) };
    await act.once({ op: 'getOrSet', value, ...traits }, () => subject.getOrSet(act.key, request));
  }

  /** What the clients do not see: nothing may stay behind when all leases, announcements and late writes have ended. */
  async #clearUp(): Promise<void> {
    const { time, subjects, calmDown, inspect, indexes } = this.#scene;
    await time.sleep(1_000);
    calmDown?.();
    // A look-up takes out what it finds gone; what fences a writer that stopped half-way takes another one.
    const looks = indexes ? 6 : 0;
    for (let look = 0; look < looks; look += 1) {
      for (const term of TERMS) await subjects[0]?.lookUp(term);
    }
    this.#problems.push(...((await inspect?.()) ?? []));
  }

  #judge(history: readonly CacheOperation[]): readonly string[] {
    const verdict = checkLinearizability(cacheModel(this.#scene.precision), history, BUDGET);
    if (verdict.status === 'linearizable') return [];
    if (verdict.status === 'unknown') return [`no verdict about ${verdict.key}`];
    return [describeViolation(verdict, history)];
  }

  #traits(): Traits {
    const { usesTags, usesIndexes, focus } = this.#options;
    const most = focus === undefined ? 0.5 : 0.9;
    const isBrief = this.#chance(0.25);
    return {
      ttl: isBrief ? 40 : Infinity,
      grace: this.#chance(0.4) ? 30 : 0,
      tags: usesTags && this.#chance(most) ? [this.#group(TAGS)] : [],
      terms: usesIndexes && this.#chance(most) ? (this.#chance(0.3) ? TERMS : [this.#group(TERMS)]) : [],
    };
  }

  /** In focus, everything happens to one key and one group. */
  #group<T>(list: readonly T[]): T {
    return this.#options.focus === undefined ? this.#pick(list) : (list[0] as T);
  }

  #newValue(key: string, client: string): Value {
    this.#values += 1;
    return key === COUNTER ? 1_000 * this.#values : `${client}.${this.#values};`;
  }

  #random(below: number): number {
    return this.#options.random() * below;
  }

  #chance(probability: number): boolean {
    return this.#random(1) < probability;
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random(list.length))] as T;
  }
}
