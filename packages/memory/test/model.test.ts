import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AcquireRequest, Condition, EngineEvent, Entry, Life, Limit, Settled } from '@cache/core';
import { ENTRY_OVERHEAD, resolve } from '../src/options.ts';
import { MemoryEngine } from '../src/engine.ts';
import { Pool } from '../src/pool.ts';
import { NONE } from '../src/slots.ts';
import { Space } from '../src/space.ts';
import { FakeClock } from './fake-clock.ts';
import { Model } from './model.ts';
import { patternOf, type SyncEngine, TIGHT, writeOf } from './opening.ts';

/** How many sequences; the long tests try more. */
const RUNS = process.env['CACHE_LONG'] === undefined ? 150 : 3000;

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', '__proto__', '\u0000', '\ud800', 'a-key-that-is-somewhat-longer'];
const TAGS = ['red', 'green', 'constructor'];
const TERMS = ['team:1', 'team:2', 'hasOwnProperty'];
const SPACES = ['one', 'two'];

const key = fc.constantFrom(...KEYS);
const tags = fc.subarray(TAGS);
const terms = fc.subarray(TERMS);
const life: fc.Arbitrary<Life> = fc.record({
  ttl: fc.constantFrom(5, 20, 100, Infinity),
  grace: fc.constantFrom(0, 10, 50),
});
const limit: fc.Arbitrary<Limit | undefined> = fc.option(
  fc.record({
    term: fc.constantFrom(...TERMS),
    max: fc.integer({ min: 1, max: 3 }),
    onExceeded: fc.constantFrom('refuse', 'evict-oldest', 'evict-lru'),
  }),
  { nil: undefined },
);
const payload = fc.oneof(fc.integer(), fc.string(), fc.constant(Number.MAX_SAFE_INTEGER));
const size = fc.integer({ min: 0, max: 200 });
const body = fc.record({ payload, life, tags, terms, loadMs: fc.nat(50), size, limit });
/** How the version of a condition or the token of a lease is chosen: the right one, or another. */
const isRight = fc.boolean();

const command = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('get' as const), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('read' as const), key }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      key,
      body,
      condition: fc.constantFrom(
        'none',
        'absent',
        'present',
        'version',
        'keep-life',
        'keep-tags',
        'other-version',
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('take' as const), key }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('count' as const),
      key,
      delta: fc.integer({ min: -3, max: 3 }),
      life,
      renew: isRight,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('touch' as const), key, life }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('expire' as const), key }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('editTerms' as const), key, add: terms, remove: terms }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('invalidateTags' as const), tags }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('lookUp' as const), term: fc.constantFrom(...TERMS) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('removeByTerm' as const), term: fc.constantFrom(...TERMS) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('removeByPattern' as const),
      glob: fc.constantFrom('a*', 'b', 'z*'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('scan' as const), glob: fc.constantFrom('*', 'a*') }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('acquire' as const),
      key,
      tags,
      leaseMs: fc.constantFrom(10, 40, Infinity),
      isRepeated: fc.boolean(),
      awaits: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('extend' as const),
      key,
      isRight,
      leaseMs: fc.constantFrom(1, 60),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('commit' as const), key, isRight, body }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('release' as const),
      key,
      isRight,
      failure: fc.option(fc.constant('no luck'), { nil: undefined }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, 5, 10, 30, 120) }),
  },
);
type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never;

interface Situation {
  readonly maxEntries: number | 'unbounded';
  readonly maxBytes: number | 'unbounded';
  readonly isSwept: boolean;
  /** The pass that follows a clear runs at once: what else it reclaims decides whom a limit meets next. */
  readonly isSweptAfterClear: boolean;
}

const SLICE_PAUSE = 2;

/** One provider's worth of everything, run beside the model. */
class Trial {
  readonly clock = new FakeClock();
  readonly events: EngineEvent[] = [];
  readonly #situation: Situation;
  readonly #model: Model;
  readonly #pool: Pool;
  readonly #spaces = new Map<string, Space>();
  /** Two engines on every space. */
  readonly #engines = new Map<string, readonly SyncEngine[]>();
  /** The token granted last for a key, and the one waited for last. */
  readonly #granted = new Map<string, string>();
  readonly #awaited = new Map<string, string>();
  readonly #outcomes = new Map<number, Settled['status']>();
  #count = 0;

  constructor(situation: Situation) {
    this.#situation = situation;
    const { maxEntries, maxBytes, isSwept } = situation;
    const settings = resolve({
      maxEntries,
      maxBytes,
      sweepInterval: isSwept ? 1 : 'never',
      sweepBudgetMs: 0.5,
    });
    this.#pool = new Pool(settings, TIGHT, this.clock, 7);
    this.#model = new Model(this.clock, {
      maxEntries: settings.maxEntries,
      maxBytes: settings.maxBytes,
      costOf: (name) => ENTRY_OVERHEAD + 2 * name.length,
    });
    for (const name of SPACES) {
      const space = new Space(this.#pool);
      space.audience.listeners.add((event) => this.events.push(event));
      this.#spaces.set(name, space);
      this.#engines.set(
        name,
        [0, 1].map(() => new MemoryEngine(space, () => {}) as SyncEngine),
      );
    }
  }

  run(spaceName: string, engineNumber: number, step: Command): void {
    const engine = (this.#engines.get(spaceName) as readonly SyncEngine[])[engineNumber] as SyncEngine;
    const model = this.#model;
    const lease = 'key' in step ? `${spaceName} ${step.key}` : '';
    const tokenFor = (isRightOne: boolean): string => (isRightOne ? (this.#granted.get(lease) ?? '?') : '?');
    const version = `w${++this.#count}`;
    switch (step.do) {
      case 'get':
        return expect(engine.get(step.key)).toEqual(model.get(spaceName, step.key));
      case 'read':
        return expect(engine.read(step.key)).toEqual(model.read(spaceName, step.key));
      case 'take':
        return expect(engine.take(step.key)).toEqual(model.take(spaceName, step.key));
      case 'remove':
        return expect(engine.remove(step.key)).toBe(model.remove(spaceName, step.key));
      case 'write': {
        const current = model.read(spaceName, step.key)?.version ?? 'none';
        const condition: Condition | undefined =
          step.condition === 'none'
            ? undefined
            : step.condition === 'absent' || step.condition === 'present'
              ? step.condition
              : { version: step.condition === 'other-version' ? 'other' : current };
        const write = writeOf(step.body.payload, {
          ...step.body,
          version,
          ...(step.condition === 'keep-life' && { life: 'keep' }),
          ...(step.condition === 'keep-tags' && { tags: 'keep' }),
        });
        const answer = engine.write(step.key, write, condition);
        const expected = model.write(spaceName, step.key, write, condition);
        return expect(answer).toEqual(expected);
      }
      case 'count': {
        const change = { delta: step.delta, version, life: step.life, renew: step.renew };
        return expect(engine.count(step.key, change)).toEqual(model.count(spaceName, step.key, change));
      }
      case 'touch':
        return expect(engine.touch(step.key, step.life)).toBe(model.touch(spaceName, step.key, step.life));
      case 'expire':
        return expect(engine.expire(step.key)).toBe(model.expire(spaceName, step.key));
      case 'editTerms': {
        const answer = engine.editTerms(step.key, step.add, step.remove, version);
        return expect(answer).toBe(model.editTerms(spaceName, step.key, step.add, step.remove, version));
      }
      case 'invalidateTags':
        engine.invalidateTags(step.tags);
        return model.invalidateTags(spaceName, step.tags);
      case 'clear':
        engine.clear();
        model.clear(spaceName);
        if (!this.#situation.isSweptAfterClear) return;
        this.clock.advance(SLICE_PAUSE);
        return model.passed();
      case 'lookUp': {
        const byKey = (one: readonly [string, Entry], other: readonly [string, Entry]) =>
          one[0] < other[0] ? -1 : 1;
        const found = engine.lookUp(step.term).toSorted(byKey);
        return expect(found).toEqual(model.lookUp(spaceName, step.term).toSorted(byKey));
      }
      case 'removeByTerm':
        return expect(engine.removeByTerm(step.term)).toBe(model.removeByTerm(spaceName, step.term));
      case 'removeByPattern': {
        const pattern = patternOf(step.glob);
        const removed = model.removeByPattern(spaceName, (name) => pattern.matches(name));
        return expect(engine.removeByPattern(pattern)).toBe(removed);
      }
      case 'scan': {
        const pattern = patternOf(step.glob);
        const found = [...(engine.scan(pattern) as Iterable<readonly string[]>)].flat().toSorted();
        return expect(found).toEqual(model.scan(spaceName, (name) => pattern.matches(name)));
      }
      case 'acquire':
        return this.#acquire(engine, spaceName, lease, step);
      case 'extend': {
        const answer = engine.extend(step.key, tokenFor(step.isRight), step.leaseMs);
        return expect(answer).toBe(model.extend(spaceName, step.key, tokenFor(step.isRight), step.leaseMs));
      }
      case 'commit': {
        const write = writeOf(step.body.payload, { ...step.body, version });
        const answer = engine.commit(step.key, tokenFor(step.isRight), write);
        return expect(answer).toBe(model.commit(spaceName, step.key, tokenFor(step.isRight), write));
      }
      case 'release':
        engine.release(step.key, tokenFor(step.isRight), step.failure);
        return model.release(spaceName, step.key, tokenFor(step.isRight), step.failure);
      case 'pass':
        this.clock.advance(step.ms);
        return model.passed();
    }
  }

  #acquire(
    engine: SyncEngine,
    spaceName: string,
    lease: string,
    step: Extract<Command, { do: 'acquire' }>,
  ): void {
    const waiter = ++this.#count;
    const token = (step.isRepeated ? this.#granted.get(lease) : undefined) ?? `t${waiter}`;
    const awaited = step.awaits ? this.#awaited.get(lease) : undefined;
    const request: AcquireRequest = { token, leaseMs: step.leaseMs, tags: step.tags, awaited };
    const answer = engine.acquire(step.key, request);
    const expected = this.#model.acquire(spaceName, step.key, request, waiter);
    expect(comparable(answer)).toEqual(comparable(expected));
    if (answer.status === 'lead') this.#granted.set(lease, token);
    if (answer.status !== 'wait') return;
    this.#awaited.set(lease, answer.holder);
    void answer
      .settled(new AbortController().signal)
      .then(({ status }) => this.#outcomes.set(waiter, status));
  }

  /** What must hold after every step. */
  check(): void {
    this.#model.follow((name, held) => this.#spaces.get(name)?.population.index.get(held) !== NONE);
    let entries = 0;
    let bytes = 0;
    for (const [name, space] of this.#spaces) {
      const held = this.#model.held(name);
      entries += space.population.index.size;
      bytes += space.population.bytes;
      expect(space.population.index.size).toBe(held.length);
      expect(space.population.terms.size).toBe(new Set(held.flatMap((entry) => entry.terms)).size);
      expect(space.population.tags.size).toBeLessThanOrEqual(
        new Set(held.flatMap((entry) => entry.tags)).size,
      );
      for (const term of TERMS) {
        const members = [...space.population.terms.slots(term)].map((slot) => this.#pool.slots.key(slot));
        const expected = held.filter((entry) => entry.terms.includes(term)).map((entry) => entry.key);
        expect(members.toSorted()).toEqual(expected.toSorted());
      }
    }
    const { maxEntries, maxBytes } = this.#pool.settings;
    expect(this.#pool.entries).toBe(entries);
    expect(entries).toBeLessThanOrEqual(maxEntries);
    expect(bytes).toBe(this.#model.bytes());
    expect(bytes).toBeLessThanOrEqual(maxBytes);
    const evicted = this.events
      .filter(({ type }) => type === 'evicted')
      .map((event) => 'key' in event && event.key);
    expect(evicted).toEqual(this.#model.evicted);
  }

  /** What must hold of every wait once promises have run. */
  async checkWaits(): Promise<void> {
    await new Promise((done) => setImmediate(done));
    expect(this.#outcomes).toEqual(this.#model.outcomes);
  }
}

function comparable(answer: object): object {
  return JSON.parse(JSON.stringify(answer, (_, value) => (value === Infinity ? 'Infinity' : value)));
}

describe('any sequence of calls on two spaces with two engines each means what the model says', () => {
  const situations: Record<string, Situation> = {
    'G1 G2 G4: without limits or sweep': {
      maxEntries: 'unbounded',
      maxBytes: 'unbounded',
      isSwept: false,
      isSweptAfterClear: false,
    },
    'G7 G9: swept': {
      maxEntries: 'unbounded',
      maxBytes: 'unbounded',
      isSwept: true,
      isSweptAfterClear: false,
    },
    'G7: room for five entries': {
      maxEntries: 5,
      maxBytes: 'unbounded',
      isSwept: false,
      isSweptAfterClear: true,
    },
    'G7: room for one entry': {
      maxEntries: 1,
      maxBytes: 'unbounded',
      isSwept: false,
      isSweptAfterClear: true,
    },
    'G7: room for about four entries in bytes': {
      maxEntries: 'unbounded',
      maxBytes: 5 * ENTRY_OVERHEAD + 100,
      isSwept: false,
      isSweptAfterClear: true,
    },
    'G7: both limits, swept': {
      maxEntries: 6,
      maxBytes: 6 * ENTRY_OVERHEAD + 40,
      isSwept: true,
      isSweptAfterClear: true,
    },
  };
  for (const [name, situation] of Object.entries(situations)) {
    it(name, { timeout: RUNS * 400 }, async () => {
      const step = fc.tuple(fc.constantFrom(...SPACES), fc.nat(1), command);
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 120, size: 'max' }), async (steps) => {
          const trial = new Trial(situation);
          for (const [spaceName, engineNumber, what] of steps) {
            trial.run(spaceName, engineNumber, what);
            trial.check();
          }
          await trial.checkWaits();
        }),
        { numRuns: RUNS },
      );
    });
  }
});
