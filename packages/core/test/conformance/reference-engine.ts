/** An engine that can do everything, to be made wrong: the record engine over a simple store, with index limits judged behind one door. */
import type { Engine, Entry, Write } from '../../src/engine.ts';
import type { EngineProvider } from '../../src/provider.ts';
import { recordEngine, recordEngineTraits } from '../../src/record/record-engine.ts';
import { simpleStore } from '../../src/testing/simple-store.ts';

export function referenceEngine(holds: 'values' | 'bytes' = 'values'): EngineProvider {
  const simple = simpleStore();
  const store = { ...simple, traits: { ...simple.traits, holds } };
  const doors = new Map<string, Door>();
  return {
    kind: 'engine',
    name: 'reference',
    traits: { ...recordEngineTraits(store.traits), limits: true },
    async open(context) {
      const engine = recordEngine(await store.open(context), store.traits, context);
      const door = doors.get(context.space) ?? new Door();
      doors.set(context.space, door);
      const evicted = (key: string): void => context.report({ type: 'evicted', key, cause: 'limit' });
      return limited(engine, door, evicted);
    },
  };
}

/** One at a time, in the order of arrival. */
class Door {
  /** When each key was used last, counted in uses. */
  readonly uses = new Map<string, number>();
  #last: Promise<unknown> = Promise.resolve();
  #count = 0;

  pass<X>(work: () => Promise<X>): Promise<X> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  used(key: string): void {
    this.uses.set(key, (this.#count += 1));
  }
}

function limited(engine: Engine, door: Door, evicted: (key: string) => void): Engine {
  /** Makes room for `write`; the keys that had to go, or `undefined` when the limit refuses. */
  const makeRoom = async (key: string, { limit, terms }: Write): Promise<readonly string[] | undefined> => {
    if (limit === undefined || !terms.includes(limit.term)) return [];
    const found = await engine.lookUp(limit.term);
    if (found.some(([other]) => other === key)) return [];
    const excess = found.length - limit.max + 1;
    if (excess > 0 && limit.onExceeded === 'refuse') return undefined;
    const rank = ([other, entry]: readonly [string, Entry]): number =>
      limit.onExceeded === 'evict-lru' ? (door.uses.get(other) ?? 0) : entry.createdAt;
    const going = found
      .toSorted((a, b) => rank(a) - rank(b))
      .slice(0, Math.max(0, excess))
      .map(([other]) => other);
    for (const other of going) {
      await engine.remove(other);
      evicted(other);
    }
    return going;
  };
  const changed: Partial<Engine> = {
    get(key) {
      door.used(key);
      return engine.get(key);
    },
    write: (key, write, condition) =>
      door.pass(async () => {
        door.used(key);
        if (write.limit !== undefined && condition !== undefined) {
          const current = await engine.read(key);
          const holds =
            condition === 'absent'
              ? current === undefined
              : condition === 'present'
                ? current !== undefined
                : current?.version === condition.version;
          if (!holds) return { status: 'refused', current };
        }
        const going = await makeRoom(key, write);
        if (going === undefined) return { status: 'limited' };
        const written = await engine.write(key, { ...write, limit: undefined }, condition);
        return written.status === 'written' ? { ...written, evicted: going } : written;
      }),
    commit: (key, token, write) =>
      door.pass(async () => {
        door.used(key);
        if ((await makeRoom(key, write)) !== undefined)
          return engine.commit(key, token, { ...write, limit: undefined });
        await engine.release(key, token, undefined);
        return 'limited';
      }),
  };
  return new Proxy(engine, {
    get(target, property) {
      const member: unknown = Reflect.get(changed, property) ?? Reflect.get(target, property, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}
