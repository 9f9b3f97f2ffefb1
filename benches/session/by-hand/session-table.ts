/**
 * The sessions and the lists of their subjects, on a store that can get, set and destroy: every step that has to be one is made so by a
 * lock. A list is locked before its sessions, always.
 */
import type { Locks } from './locks.ts';
import type { StoredValues } from './stored-values.ts';

/** Which lists a session is on: `index:term`. */
type ListsOf<R> = (record: R, id: string) => readonly string[];

export interface Limit {
  readonly list: string;
  readonly max: number;
  readonly onExceeded: 'refuse' | 'evict-oldest' | 'evict-lru';
}

/** What a session becomes. `life` undefined: it keeps what it has left. */
export interface Change<R> {
  readonly record: R;
  readonly life: number | undefined;
}

export class LimitExceeded extends Error {}

interface Listed {
  readonly id: string;
  readonly endsAt: number;
}

export class SessionTable<R> {
  readonly #name: string;
  readonly #values: StoredValues;
  readonly #locks: Locks;
  readonly #listsOf: ListsOf<R>;
  readonly #isRecord: (value: unknown, id: string) => Promise<R | undefined>;
  readonly #now: () => number;
  readonly #evicted: (id: string) => void;

  constructor(parts: {
    /** Of these sessions among others in the same store. */
    readonly name: string;
    readonly values: StoredValues;
    readonly locks: Locks;
    readonly listsOf: ListsOf<R>;
    readonly isRecord: (value: unknown, id: string) => Promise<R | undefined>;
    readonly now: () => number;
    readonly evicted: (id: string) => void;
  }) {
    this.#name = parts.name;
    this.#values = parts.values;
    this.#locks = parts.locks;
    this.#listsOf = parts.listsOf;
    this.#isRecord = parts.isRecord;
    this.#now = parts.now;
    this.#evicted = parts.evicted;
  }

  async find(id: string): Promise<R | undefined> {
    return (await this.#look(id))?.record;
  }

  async ids(): Promise<readonly string[]> {
    const all = await this.#values.all();
    const prefix = this.#sessionKey('');
    return all.flatMap(({ key }) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));
  }

  /** False: the id is taken. Throws `LimitExceeded`. */
  insert(id: string, record: R, life: number, limit: Limit | undefined): Promise<boolean> {
    return this.#underLists(this.#listsOf(record, id), () =>
      this.#locks.hold(this.#sessionKey(id), async () => {
        if ((await this.#look(id)) !== undefined) return false;
        if (limit !== undefined) await this.#makeRoom(limit);
        const endsAt = this.#now() + life;
        await this.#set(id, record, endsAt);
        for (const list of this.#listsOf(record, id))
          await this.#changeList(list, (listed) => [...listed, { id, endsAt }]);
        return true;
      }),
    );
  }

  /** In the place of what there is. It is on no list. */
  put(id: string, record: R, life: number): Promise<void> {
    return this.#locks.hold(this.#sessionKey(id), () => this.#set(id, record, this.#now() + life));
  }

  /** The last record, changed or not. A record stays on its lists. */
  update(
    id: string,
    updater: (current: R | undefined) => Promise<Change<R> | undefined>,
  ): Promise<R | undefined> {
    return this.#locks.hold(this.#sessionKey(id), async () => {
      const found = await this.#look(id);
      const change = await updater(found?.record);
      if (change === undefined) return found?.record;
      const { record, life } = change;
      const endsAt = life === undefined && found !== undefined ? found.endsAt : this.#now() + (life ?? 0);
      await this.#set(id, record, endsAt);
      return (await this.#look(id))?.record;
    });
  }

  async remove(id: string): Promise<R | undefined> {
    // Its lists are known from the record only, and never change.
    const seen = await this.#look(id);
    return this.#underLists(seen === undefined ? [] : this.#listsOf(seen.record, id), () =>
      this.#removed(id),
    );
  }

  async onList(list: string): Promise<ReadonlyMap<string, R>> {
    const found = new Map<string, R>();
    for (const { id } of await this.#list(list)) {
      const record = await this.find(id);
      if (record !== undefined && this.#listsOf(record, id).includes(list)) found.set(id, record);
    }
    return found;
  }

  removeList(list: string): Promise<number> {
    return this.#locks.hold(this.#listKey(list), async () => {
      let count = 0;
      for (const { id } of await this.#list(list)) {
        // Other lists keep an entry that leads nowhere, until they are changed.
        const removed = await this.#locks.hold(this.#sessionKey(id), async () => {
          const found = await this.#look(id);
          await this.#values.destroy(this.#sessionKey(id));
          return found !== undefined;
        });
        if (removed) count += 1;
      }
      await this.#values.destroy(this.#listKey(list));
      return count;
    });
  }

  clear(): Promise<void> {
    return this.#values.clear();
  }

  async #look(id: string): Promise<{ readonly record: R; readonly endsAt: number } | undefined> {
    const stored = await this.#values.get(this.#sessionKey(id));
    const record = stored && (await this.#isRecord(stored.value, id));
    return stored === undefined || record === undefined ? undefined : { record, endsAt: stored.endsAt };
  }

  async #removed(id: string): Promise<R | undefined> {
    return this.#locks.hold(this.#sessionKey(id), async () => {
      const found = await this.#look(id);
      await this.#values.destroy(this.#sessionKey(id));
      if (found === undefined) return undefined;
      for (const list of this.#listsOf(found.record, id))
        await this.#changeList(list, (listed) => listed.filter((each) => each.id !== id));
      return found.record;
    });
  }

  /** Called while the list is locked. */
  async #makeRoom({ list, max, onExceeded }: Limit): Promise<void> {
    const seated: { readonly id: string; readonly seenAt: number; readonly createdAt: number }[] = [];
    for (const [id, record] of await this.onList(list))
      seated.push({ id, ...(record as { readonly seenAt: number; readonly createdAt: number }) });
    const excess = seated.length - max + 1;
    if (excess <= 0) return;
    if (onExceeded === 'refuse') throw new LimitExceeded('no seat is free');
    const by = onExceeded === 'evict-lru' ? 'seenAt' : 'createdAt';
    for (const { id } of seated.toSorted((one, other) => one[by] - other[by]).slice(0, excess)) {
      await this.#removed(id);
      this.#evicted(id);
    }
  }

  async #list(list: string): Promise<readonly Listed[]> {
    const stored = await this.#values.get(this.#listKey(list));
    return (stored?.value ?? []) as readonly Listed[];
  }

  async #changeList(list: string, change: (listed: readonly Listed[]) => readonly Listed[]): Promise<void> {
    const there: Listed[] = [];
    for (const listed of await this.#list(list)) {
      // A session may have been prolonged since it was listed, or have ended.
      const endsAt = (await this.#look(listed.id))?.endsAt;
      if (endsAt !== undefined) there.push({ id: listed.id, endsAt });
    }
    const next = change(there);
    if (next.length === 0) return this.#values.destroy(this.#listKey(list));
    // Sessions are prolonged without their lists: a list lasts as long as any session may.
    const longest = Math.max(...next.map(({ endsAt }) => endsAt), this.#now() + LONGEST_LIFE_MS);
    return this.#values.set(this.#listKey(list), next, longest);
  }

  #underLists<T>(lists: readonly string[], work: () => Promise<T>): Promise<T> {
    // In one order for everybody.
    const [first, ...others] = lists.toSorted();
    if (first === undefined) return work();
    return this.#locks.hold(this.#listKey(first), () => this.#underLists(others, work));
  }

  #set(id: string, record: R, endsAt: number): Promise<void> {
    return this.#values.set(this.#sessionKey(id), record, endsAt);
  }

  /** Also the name of its lock. */
  #sessionKey(id: string): string {
    return `${this.#name}:session:${id}`;
  }

  #listKey(list: string): string {
    return `${this.#name}:list:${list}`;
  }
}

const LONGEST_LIFE_MS = 90 * 86_400_000;
