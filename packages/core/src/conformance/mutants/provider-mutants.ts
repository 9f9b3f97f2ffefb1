/** Providers, each wrong in one way. The kit is as good as the number of them it notices. */
import type { Engine, Entry, Pattern } from '../../engine.ts';
import { parseGlob } from '../../glob.ts';
import {
  altered,
  bookkeeping,
  entryOf,
  mutant,
  rewriting,
  yieldToOthers,
  type Fault,
  type Mutant,
} from './altered.ts';

/** Keys as another text, in every call that takes one. */
function renaming(rename: (key: string) => string): Fault {
  return (right) => ({
    get: (key) => right.get(rename(key)),
    read: (key) => right.read(rename(key)),
    write: (key, ...rest) => right.write(rename(key), ...rest),
    remove: (key) => right.remove(rename(key)),
    take: (key) => right.take(rename(key)),
    touch: (key, life) => right.touch(rename(key), life),
    acquire: (key, request) => right.acquire(rename(key), request),
    commit: (key, ...rest) => right.commit(rename(key), ...rest),
  });
}

/** Texts that are longer than the backend has room for. */
function cutting(length: number): Fault {
  return (right) =>
    rewriting(right, (write) => ({
      ...write,
      payload: typeof write.payload === 'string' ? write.payload.slice(0, length) : write.payload,
    }));
}

/** Grants the running leases again after a clear, or an invalidation of tags, that has ended them. */
function keepingLeases(over: 'clear' | 'invalidateTags'): Fault {
  return (right, { kept }) => {
    const restore = async (): Promise<void> => {
      for (const [key, token] of kept) {
        await right.acquire(key, {
          token: token as string,
          leaseMs: 1_000_000,
          tags: [],
          awaited: undefined,
        });
      }
    };
    return {
      async acquire(key, request) {
        const acquired = await right.acquire(key, request);
        if (acquired.status === 'lead') kept.set(key, request.token);
        return acquired;
      },
      commit(key, ...rest) {
        kept.delete(key);
        return right.commit(key, ...rest);
      },
      release(key, ...rest) {
        kept.delete(key);
        return right.release(key, ...rest);
      },
      async clear() {
        await right.clear();
        if (over === 'clear') await restore();
      },
      async invalidateTags(tags) {
        await right.invalidateTags(tags);
        if (over === 'invalidateTags') await restore();
      },
    };
  };
}

/** A glob of which only `*` and `?` are known. */
function withoutSets({ glob }: Pattern): Pattern {
  return parseGlob(glob.replaceAll('[', String.raw`\[`));
}

const withIndexes: Mutant['needs'] = ({ indexes }) => indexes;
const withScans: Mutant['needs'] = ({ scans }) => scans;
const withLimits: Mutant['needs'] = ({ limits }) => limits;

export const PROVIDER_MUTANTS: readonly Mutant[] = [
  // ── traits ──
  {
    name: 'declares itself synchronous and answers with promises',
    group: 'traits',
    wrong: (provider) =>
      altered(provider, (right) => ({ get: async (key) => right.get(key) }), {
        traits: { synchronous: true },
      }),
  },
  mutant('traits', 'gives counters as texts', (right) => ({
    async get(key) {
      const payload = await right.get(key);
      return typeof payload === 'number' ? String(payload) : payload;
    },
  })),
  mutant('traits', 'takes the entries along when one of its engines is closed', (right) => ({
    async close() {
      await right.clear();
      await right.close();
    },
  })),

  // ── absence ──
  mutant('absence', 'says of every removal that something was there', (right) => ({
    async remove(key) {
      await right.remove(key);
      return true;
    },
  })),
  mutant('absence', 'says that it touched what is not there', (right) => ({
    async touch(key, life) {
      await right.touch(key, life);
      return true;
    },
  })),
  mutant('absence', 'only says that it made an entry stale', (right) => ({
    expire: async (key) => (await right.read(key)) !== undefined,
  })),
  mutant(
    'absence',
    'takes the entry of a moment ago for the one that is there',
    (right, ledger, { clock }) => ({
      ...bookkeeping(right, ledger),
      async read(key) {
        const entry = await right.read(key);
        const write = ledger.written.get(key);
        return entry ?? (write === undefined ? undefined : entryOf(write, clock.now()));
      },
    }),
  ),
  mutant('absence', 'writes over an absent entry when one must be present', (right) => ({
    write: (key, write, condition) =>
      right.write(key, write, condition === 'present' ? undefined : condition),
  })),

  // ── values ──
  mutant('values', 'stores values as JSON', (right) =>
    rewriting(right, (write) => ({
      ...write,
      payload: JSON.parse(JSON.stringify(write.payload) ?? 'null') as unknown,
    })),
  ),
  mutant('values', 'does not know -0 from 0', (right) =>
    rewriting(right, (write) => ({ ...write, payload: Object.is(write.payload, -0) ? 0 : write.payload })),
  ),
  mutant('values', 'cuts texts at 65,536 characters', cutting(65_536)),
  mutant('values', 'cuts texts at 2,000,000 characters', cutting(2_000_000)),

  // ── keys ──
  mutant(
    'keys',
    'normalises keys',
    renaming((key) => key.normalize('NFC')),
  ),
  mutant(
    'keys',
    'does not tell capital letters from small ones',
    renaming((key) => key.toLowerCase()),
  ),
  mutant(
    'keys',
    'trims keys',
    renaming((key) => key.trim()),
  ),
  mutant(
    'keys',
    'cuts keys at 1,024 characters',
    renaming((key) => key.slice(0, 1_024)),
  ),
  mutant(
    'keys',
    'ends keys at NUL',
    renaming((key) => key.split('\u0000', 1)[0] as string),
  ),

  // ── expiry ──
  mutant('expiry', 'keeps entries fresh one millisecond longer', (right) =>
    rewriting(right, (write) =>
      write.life === 'keep' ? write : { ...write, life: { ...write.life, ttl: write.life.ttl + 1 } },
    ),
  ),
  mutant('expiry', 'takes grace away from freshness', (right) =>
    rewriting(right, (write) =>
      write.life === 'keep'
        ? write
        : { ...write, life: { ...write.life, ttl: Math.max(1, write.life.ttl - write.life.grace) } },
    ),
  ),
  mutant('expiry', 'lets entries be fresh in their grace', (right) =>
    rewriting(right, (write) =>
      write.life === 'keep'
        ? write
        : { ...write, life: { ttl: write.life.ttl + write.life.grace, grace: 0 } },
    ),
  ),
  mutant('expiry', 'forgets grace', (right) =>
    rewriting(right, (write) =>
      write.life === 'keep' ? write : { ...write, life: { ...write.life, grace: 0 } },
    ),
  ),
  mutant('expiry', 'only ever lengthens a life by touch', (right, _, { clock }) => ({
    async touch(key, life) {
      const entry = await right.read(key);
      if (entry === undefined) return false;
      return entry.freshUntil > clock.now() + life.ttl ? true : right.touch(key, life);
    },
  })),
  mutant('expiry', 'rounds lives up to seconds', (right) =>
    rewriting(right, (write) =>
      write.life === 'keep'
        ? write
        : { ...write, life: { ...write.life, ttl: Math.ceil((write.life.ttl + 1) / 1_000) * 1_000 } },
    ),
  ),

  // ── conditions ──
  mutant('conditions', 'looks for absence, and writes a moment later', (right) => ({
    async write(key, write, condition) {
      if (condition !== 'absent') return right.write(key, write, condition);
      const current = await right.read(key);
      await yieldToOthers();
      return current === undefined ? right.write(key, write, undefined) : { status: 'refused', current };
    },
  })),
  mutant('conditions', 'compares versions, and writes a moment later', (right) => ({
    async write(key, write, condition) {
      if (typeof condition !== 'object') return right.write(key, write, condition);
      const current = await right.read(key);
      await yieldToOthers();
      if (current?.version !== condition.version) return { status: 'refused', current };
      return right.write(key, write, write.life === 'keep' || write.tags === 'keep' ? condition : undefined);
    },
  })),
  mutant('conditions', 'reads what is taken, and removes it a moment later', (right) => ({
    async take(key) {
      const entry = await right.read(key);
      await yieldToOthers();
      await right.remove(key);
      return entry;
    },
  })),
  mutant('conditions', 'makes versions from contents', (right) => {
    const stamped = (entry: Entry): Entry => ({ ...entry, version: `v${JSON.stringify(entry.payload)}` });
    return {
      async read(key) {
        const entry = await right.read(key);
        return entry && stamped(entry);
      },
      async write(key, write, condition) {
        if (typeof condition !== 'object') return right.write(key, write, condition);
        const entry = await right.read(key);
        const isSame =
          entry !== undefined && [entry.version, stamped(entry).version].includes(condition.version);
        return right.write(key, write, isSame ? { version: entry.version } : condition);
      },
    };
  }),

  // ── single-flight ──
  mutant('single-flight', 'lets every caller lead', (right) => ({
    async acquire(key, request) {
      const acquired = await right.acquire(key, request);
      return acquired.status === 'wait' ? { status: 'lead', stale: acquired.stale } : acquired;
    },
  })),
  mutant('single-flight', 'does not tell those who wait that the load failed', (right) => ({
    release: (key, token) => right.release(key, token, undefined),
  })),
  mutant('single-flight', 'does not look again before it grants a lease', (right) => ({
    async acquire(key, request) {
      const acquired = await right.acquire(key, request);
      return acquired.status === 'hit' ? { status: 'lead', stale: undefined } : acquired;
    },
  })),
  mutant('single-flight', 'loses the message to those who wait', (right) => ({
    async acquire(key, request) {
      const acquired = await right.acquire(key, request);
      return acquired.status === 'wait'
        ? { ...acquired, settled: () => new Promise(() => undefined) }
        : acquired;
    },
  })),

  // ── leases ──
  mutant('leases', 'grants leases for ever', (right) => ({
    acquire: (key, request) => right.acquire(key, { ...request, leaseMs: Infinity }),
    extend: (key, token) => right.extend(key, token, Infinity),
  })),
  mutant('leases', 'lets anybody release a lease', (right, { kept }) => ({
    async acquire(key, request) {
      const acquired = await right.acquire(key, request);
      if (acquired.status === 'lead') kept.set(key, request.token);
      return acquired;
    },
    release: (key, _, failure) => right.release(key, (kept.get(key) ?? 'nobody') as string, failure),
  })),
  mutant('leases', 'says of every lease that it was extended', (right) => ({
    async extend(key, token, leaseMs) {
      await right.extend(key, token, leaseMs);
      return true;
    },
  })),
  mutant('leases', 'does not extend leases', (right, { kept }) => ({
    async acquire(key, request) {
      const acquired = await right.acquire(key, request);
      if (acquired.status === 'lead') kept.set(key, request.token);
      return acquired;
    },
    extend: (key, token) => kept.get(key) === token,
  })),

  // ── fencing ──
  mutant('fencing', 'commits whoever holds the lease', (right) => ({
    async commit(key, token, write) {
      await right.release(key, token, undefined);
      const { status } = await right.write(key, write, undefined);
      return status === 'written' ? 'stored' : 'limited';
    },
  })),
  mutant('fencing', 'leaves the lease alone when it removes nothing', (right) => ({
    remove: async (key) => ((await right.read(key)) === undefined ? false : right.remove(key)),
  })),
  mutant('fencing', 'keeps leases when it is cleared', keepingLeases('clear')),
  mutant('fencing', 'keeps leases when their tags are invalidated', keepingLeases('invalidateTags')),
  mutant(
    'fencing',
    'removes by term what is there, and not what is being loaded',
    (right) => ({
      async removeByTerm(term) {
        const found = await right.lookUp(term);
        for (const [key] of found) await right.remove(key);
        return found.length;
      },
    }),
    withIndexes,
  ),
  mutant(
    'fencing',
    'removes by pattern what is there, and not what is being loaded',
    (right) => ({
      async removeByPattern(pattern) {
        let removed = 0;
        for await (const page of right.scan(pattern))
          for (const key of page) if (await right.remove(key)) removed += 1;
        return removed;
      },
    }),
    withScans,
  ),
  mutant('fencing', 'judges the tags of a loaded entry only as far as the call told them', (right) => ({
    async commit(key, token, write) {
      const { tags } = write;
      const outcome = await right.commit(key, token, { ...write, tags: [] });
      const entry = outcome === 'stored' ? await right.read(key) : undefined;
      if (entry !== undefined)
        await right.write(key, { ...write, tags, life: 'keep' }, { version: entry.version });
      return outcome;
    },
  })),

  // ── update ──
  mutant('update', 'gives an updated entry a new life', (right) =>
    rewriting(right, (write) =>
      write.life === 'keep' ? { ...write, life: { ttl: 3_600_000, grace: 0 } } : write,
    ),
  ),
  mutant('update', 'forgets the tags of an updated entry', (right) =>
    rewriting(right, (write) => (write.tags === 'keep' ? { ...write, tags: [] } : write)),
  ),
  mutant('update', 'takes any version for the right one', (right) => ({
    async write(key, write, condition) {
      const current = typeof condition === 'object' ? await right.read(key) : undefined;
      return right.write(key, write, current === undefined ? condition : { version: current.version });
    },
  })),

  // ── counters ──
  mutant('counters', 'reads a counter, and writes it a moment later', (right) => ({
    async count(key, change) {
      const entry = await right.read(key);
      if (entry === undefined || typeof entry.payload !== 'number') return right.count(key, change);
      await yieldToOthers();
      return right.count(key, {
        ...change,
        delta: entry.payload + change.delta - ((await right.get(key)) as number),
      });
    },
  })),
  mutant('counters', 'gives a counter a new life with every change', (right) => ({
    count: (key, change) => right.count(key, { ...change, renew: true }),
  })),
  mutant('counters', 'counts from 0 what is no counter', (right) => ({
    async count(key, change) {
      const counted = await right.count(key, change);
      if (counted.status !== 'not-a-counter') return counted;
      await right.remove(key);
      return right.count(key, change);
    },
  })),
  mutant('counters', 'stops a counter at the last safe integer', (right) => ({
    async count(key, change) {
      const counted = await right.count(key, change);
      return counted.status === 'overflow' ? { status: 'counted', value: Number.MAX_SAFE_INTEGER } : counted;
    },
  })),
  mutant('counters', 'forgets the tags of a counter', (right, _, { clock }) => ({
    async count(key, change) {
      const entry = await right.read(key);
      const counted = await right.count(key, change);
      if (entry === undefined || entry.tags.length === 0 || counted.status !== 'counted') return counted;
      const life = { ttl: entry.freshUntil - clock.now(), grace: 0 };
      const { version, terms, loadMs, size } = entry;
      await right.write(
        key,
        { payload: counted.value, version, life, tags: [], terms, loadMs, size, limit: undefined },
        undefined,
      );
      return counted;
    },
  })),

  // ── indexes ──
  mutant(
    'indexes',
    'lists what it has once put under a term',
    (right, ledger, { clock }) => ({
      ...bookkeeping(right, ledger),
      lookUp: (term) =>
        [...ledger.written]
          .filter(([, { terms }]) => terms.includes(term))
          .map(([key, write]) => [key, entryOf(write, clock.now())] as const),
    }),
    withIndexes,
  ),
  mutant(
    'indexes',
    'forgets the other terms of an entry when it edits them',
    (right) => ({
      async editTerms(key, add, remove, version) {
        const entry = await right.read(key);
        return right.editTerms(
          key,
          add,
          [...remove, ...(entry?.terms ?? []).filter((term) => !add.includes(term))],
          version,
        );
      },
    }),
    withIndexes,
  ),
  mutant(
    'indexes',
    'removes what has a term that begins like the one that was meant',
    (right, ledger) => ({
      ...bookkeeping(right, ledger),
      async removeByTerm(term) {
        const alike = new Set(
          [...ledger.written.values()].flatMap(({ terms }) => terms).filter((each) => each.startsWith(term)),
        );
        let removed = await right.removeByTerm(term);
        for (const each of alike) if (each !== term) removed += await right.removeByTerm(each);
        return removed;
      },
    }),
    withIndexes,
  ),
  mutant(
    'indexes',
    'puts an entry under its terms a moment after it was written',
    (right) => ({
      async write(key, write, condition) {
        if (write.terms.length === 0) return right.write(key, write, condition);
        const outcome = await right.write(key, { ...write, terms: [] }, condition);
        if (outcome.status === 'written') {
          await yieldToOthers();
          await right.editTerms(key, write.terms, [], write.version);
        }
        return outcome;
      },
    }),
    withIndexes,
  ),

  // ── tags ──
  mutant('tags', 'forgets tags when it touches an entry', (right, _, { clock }) => ({
    async touch(key, life) {
      const entry = await right.read(key);
      if (entry === undefined) return false;
      const { payload, version, terms, loadMs, size } = entry;
      const remaining = { ttl: clock.now() + life.ttl - clock.now(), grace: life.grace };
      await right.write(
        key,
        { payload, version, life: remaining, tags: [], terms, loadMs, size, limit: undefined },
        undefined,
      );
      return true;
    },
  })),
  mutant('tags', 'invalidates only the first of several tags', (right) => ({
    invalidateTags: (tags) => right.invalidateTags(tags.slice(0, 1)),
  })),
  mutant('tags', 'keeps one tag of an entry', (right) =>
    rewriting(right, (write) => (write.tags === 'keep' ? write : { ...write, tags: write.tags.slice(0, 1) })),
  ),
  mutant('tags', 'forgets an invalidation within an hour', (right, { kept }, { clock }) => ({
    async invalidateTags(tags) {
      for (const tag of tags) kept.set(tag, clock.now());
    },
    async get(key) {
      const entry = await right.read(key);
      const isInvalid = entry?.tags.some(
        (tag) => clock.now() - ((kept.get(tag) ?? -Infinity) as number) < 3_600_000,
      );
      return isInvalid === true ? undefined : entry?.payload;
    },
  })),
  mutant('tags', 'goes on invalidating what is written later', (right, { kept }) => ({
    async invalidateTags(tags) {
      for (const tag of tags) kept.set(tag, true);
      await right.invalidateTags(tags);
    },
    async get(key) {
      const entry = await right.read(key);
      return entry?.tags.some((tag) => kept.has(tag)) === true ? undefined : entry?.payload;
    },
  })),

  // ── patterns ──
  mutant(
    'patterns',
    'gives a key twice in one walk',
    (right) => ({
      async *scan(pattern) {
        for await (const page of right.scan(pattern)) yield [...page, ...page.slice(-1)];
      },
    }),
    withScans,
  ),
  mutant(
    'patterns',
    'takes a set in a glob for plain text',
    (right) => ({
      scan: (pattern) => right.scan(withoutSets(pattern)),
    }),
    withScans,
  ),
  mutant(
    'patterns',
    'gives keys that begin like the pattern',
    (right) => ({
      scan: (pattern) =>
        right.scan({ ...pattern, glob: '*', matches: (key) => key.startsWith(pattern.prefix) }),
    }),
    withScans,
  ),
  mutant(
    'patterns',
    'gives every key that was ever written',
    (right, ledger) => ({
      ...bookkeeping(right, ledger),
      scan: (pattern) => [[...ledger.written.keys()].filter((key) => pattern.matches(key))],
    }),
    withScans,
  ),
  mutant(
    'patterns',
    'ends a walk after a thousand keys',
    (right) => ({
      async *scan(pattern) {
        let left = 1_000;
        for await (const page of right.scan(pattern)) {
          yield page.slice(0, left);
          left -= page.length;
          if (left <= 0) return;
        }
      },
    }),
    withScans,
  ),
  mutant(
    'patterns',
    'counts what it removes with what was stale',
    (right) => ({
      removeByPattern: async (pattern) => (await right.removeByPattern(pattern)) + 1,
    }),
    withScans,
  ),

  // ── limits ──
  mutant(
    'limits',
    'counts the entries under a term, and writes a moment later',
    (right) => ({
      async write(key, write, condition) {
        const { limit } = write;
        if (limit === undefined) return right.write(key, write, condition);
        const others = (await right.lookUp(limit.term)).filter(([other]) => other !== key);
        await yieldToOthers();
        if (others.length >= limit.max && limit.onExceeded === 'refuse') return { status: 'limited' };
        return right.write(
          key,
          others.length >= limit.max ? write : { ...write, limit: undefined },
          condition,
        );
      },
    }),
    withLimits,
  ),
  mutant(
    'limits',
    'allows one entry more',
    (right) =>
      rewriting(right, (write) =>
        write.limit === undefined ? write : { ...write, limit: { ...write.limit, max: write.limit.max + 1 } },
      ),
    withLimits,
  ),
  mutant(
    'limits',
    'lets the youngest go in place of the oldest',
    (right) => ({
      async write(key, write, condition) {
        const { limit } = write;
        if (limit?.onExceeded !== 'evict-oldest') return right.write(key, write, condition);
        const others = (await right.lookUp(limit.term)).filter(([other]) => other !== key);
        others.sort(([, a], [, b]) => b.createdAt - a.createdAt);
        const evicted = others.slice(0, Math.max(0, others.length - limit.max + 1)).map(([other]) => other);
        for (const other of evicted) await right.remove(other);
        return right.write(key, write, condition);
      },
    }),
    withLimits,
  ),

  // ── metadata ──
  mutant('metadata', 'tells the time of the read for that of the write', (right, _, { clock }) => ({
    async read(key) {
      const entry = await right.read(key);
      return entry && { ...entry, createdAt: clock.now() };
    },
  })),
  mutant('metadata', 'counts every write as an entry', (right, { kept }) => ({
    async write(key, ...rest) {
      kept.set('writes', ((kept.get('writes') ?? 0) as number) + 1);
      return right.write(key, ...rest);
    },
    stats: async () => ({ ...(await right.stats()), entries: (kept.get('writes') ?? 0) as number }),
  })),
  mutant('metadata', 'forgets how long a loader ran', (right) =>
    rewriting(right, (write) => ({ ...write, loadMs: 0 })),
  ),

  // ── namespaces ──
  {
    name: 'keeps namespaces in one place',
    group: 'namespaces',
    wrong: (right) =>
      altered(right, () => ({}), {
        context: (context) => ({ ...context, space: `${context.space.split('.', 1)[0]}:` }),
      }),
  },
  {
    name: 'clears the other spaces too',
    group: 'namespaces',
    wrong(right) {
      const all = new Set<Engine>();
      return altered(right, (engine) => {
        all.add(engine);
        return {
          async clear() {
            for (const each of all) await each.clear();
          },
        };
      });
    },
  },
  {
    name: 'has one set of tags for all spaces',
    group: 'namespaces',
    wrong(right) {
      const all = new Set<Engine>();
      return altered(right, (engine) => {
        all.add(engine);
        return {
          async invalidateTags(tags) {
            for (const each of all) await each.invalidateTags(tags);
          },
        };
      });
    },
  },

  // ── close ──
  mutant('close', 'leaves a timer behind when it is closed', (right, _, { clock }) => {
    const tick = (): void => void clock.after(60_000, tick);
    tick();
    return { close: () => right.close() };
  }),
  mutant('close', 'never finishes closing', () => ({ close: () => new Promise(() => undefined) })),

  // ── linearizability ──
  mutant('linearizability', 'reads what it has read before until it writes itself', (right) => {
    const seen = new Map<string, unknown>();
    return {
      async get(key) {
        if (!seen.has(key)) seen.set(key, await right.get(key));
        return seen.get(key);
      },
      write(key, ...rest) {
        seen.delete(key);
        return right.write(key, ...rest);
      },
      remove(key) {
        seen.delete(key);
        return right.remove(key);
      },
    };
  }),
  mutant('linearizability', 'answers a write before it has happened', (right, _, { clock }) => ({
    async write(key, write, condition) {
      if (condition !== undefined) return right.write(key, write, condition);
      clock.after(5, () => {
        const late = async (): Promise<unknown> => right.write(key, write, condition);
        late().catch(() => undefined);
      });
      return { status: 'written', evicted: [] };
    },
  })),
  mutant(
    'linearizability',
    'removes what was there before it looked, a moment later',
    (right, _, { clock }) => ({
      async remove(key) {
        const entry = await right.read(key);
        await new Promise<void>((resolve) => void clock.after(2, resolve));
        await right.remove(key);
        return entry !== undefined;
      },
    }),
  ),
];
