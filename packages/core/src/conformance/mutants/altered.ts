/** A right provider made wrong in one way. */
import type { Engine, EngineTraits, Entry, Write } from '../../engine.ts';
import type { EngineProvider, OpenContext } from '../../provider.ts';
import { settle } from '../../testing/turns.ts';

/** A provider that is wrong in one way, and the group of the kit that must notice. */
export interface Mutant {
  /** What is wrong, so that it completes "an engine that …". */
  readonly name: string;
  readonly group: string;
  /** Makes a right provider wrong. */
  readonly wrong: (right: EngineProvider) => EngineProvider;
  /** Traits that a provider needs for the fault to show. */
  readonly needs?: ((traits: EngineTraits) => boolean) | undefined;
}

/** What the engines of one space share: the mutant's own memory of what went on. */
export interface Ledger {
  /** What was last written to each key, whatever became of it. */
  readonly written: Map<string, Write>;
  /** What a mutant keeps for a key: the token of a lease, a payload. */
  readonly kept: Map<string, unknown>;
  /** Every engine of the space. */
  readonly engines: Set<Engine>;
}

/** Some methods of an engine, done wrongly; `right` does the rest. */
export type Fault = (right: Engine, ledger: Ledger, context: OpenContext) => Partial<Engine>;

/** `provider` with `fault` in every engine it opens. Answers with promises, since a fault may need time. */
export function altered(
  provider: EngineProvider,
  fault: Fault,
  changes: {
    readonly traits?: Partial<EngineTraits>;
    readonly context?: (context: OpenContext) => OpenContext;
  } = {},
): EngineProvider {
  const ledgers = new Map<string, Ledger>();
  return {
    kind: 'engine',
    name: provider.name,
    traits: { ...provider.traits, synchronous: false, ...changes.traits },
    async open(given) {
      const context = changes.context?.(given) ?? given;
      const right = await provider.open(context);
      const ledger: Ledger = ledgers.get(context.space) ?? {
        written: new Map(),
        kept: new Map(),
        engines: new Set(),
      };
      ledgers.set(context.space, ledger);
      ledger.engines.add(right);
      const wrong = fault(right, ledger, context);
      return new Proxy(right, {
        get(target, property) {
          const own: unknown = Reflect.get(wrong, property, wrong);
          const member: unknown = own ?? Reflect.get(target, property, target);
          return typeof member === 'function'
            ? (member.bind(own === undefined ? target : wrong) as unknown)
            : member;
        },
      });
    },
  };
}

/** A mutant whose engines have `fault`. */
export function mutant(group: string, name: string, fault: Fault, needs?: Mutant['needs']): Mutant {
  return { name, group, wrong: (right) => altered(right, fault), needs };
}

/** Lets others go first: where a step that must be one is two. */
export function yieldToOthers(): Promise<void> {
  return settle(1);
}

/** Writes down every write that takes effect, for faults that need to know. */
export function bookkeeping(right: Engine, { written }: Ledger): Pick<Engine, 'write' | 'commit'> {
  return {
    async write(key, write, condition) {
      const outcome = await right.write(key, write, condition);
      if (outcome.status === 'written') written.set(key, write);
      return outcome;
    },
    async commit(key, token, write) {
      const outcome = await right.commit(key, token, write);
      if (outcome === 'stored') written.set(key, write);
      return outcome;
    },
  };
}

/** The same write with other parts. */
export function rewriting(right: Engine, change: (write: Write) => Write): Pick<Engine, 'write' | 'commit'> {
  return {
    write: (key, write, condition) => right.write(key, change(write), condition),
    commit: (key, token, write) => right.commit(key, token, change(write)),
  };
}

/** The entry that a write made, for a mutant that never looks again. */
export function entryOf(write: Write, now: number): Entry {
  const life = write.life === 'keep' ? { ttl: Infinity, grace: 0 } : write.life;
  return {
    payload: write.payload,
    version: write.version,
    createdAt: now,
    freshUntil: now + life.ttl,
    keptUntil: now + life.ttl + life.grace,
    loadMs: write.loadMs,
    tags: write.tags === 'keep' ? [] : write.tags,
    terms: write.terms,
    size: write.size,
  };
}
