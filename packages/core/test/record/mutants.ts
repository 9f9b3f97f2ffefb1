/** The record engine, wrong in one way at a time. Each must be noticed: a mutant that lives is a rule that no test holds. */
import type { Focus } from '../../src/conformance/linearizability/round.ts';

export interface Edit {
  /** Below `src/`. */
  readonly file: string;
  /** Text that occurs exactly once. */
  readonly find: string;
  readonly replace: string;
}

export interface Mutant {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** What the first problem says. */
  readonly expects: RegExp;
  /** The rounds in which it is noticed soonest. */
  readonly focus?: Focus;
  /** Left out: the mutant is noticed in the first rounds, so that every test run can afford it. */
  readonly isRare?: true;
}

const NOT_LINEARIZABLE = /not linearizable/;
const OVERTAKEN = /not linearizable|loaded before/;
const LISTS = /hole|leak|not linearizable/;
const ANYTHING = /hole|leak|not linearizable|loaded before/;

const change = (
  name: string,
  file: string,
  find: string,
  replace: string,
): Pick<Mutant, 'name' | 'edits'> => ({
  name,
  edits: [{ file, find, replace }],
});

const DRIVER = 'conformance/linearizability/engine-subject.ts';

export const MUTANTS: readonly Mutant[] = [
  // ── Leases and commits ──
  {
    ...change(
      'a commit without a condition',
      'record/changing.ts',
      `if (!(await this.#parts.records.replace(recordKey, base, record, before))) return 'conflict';`,
      `const isCommit = mayAppear !== undefined;
       if (isCommit) await this.#parts.records.put(recordKey, record, { expiresAt: entry.keptUntil });
       else if (!(await this.#parts.records.replace(recordKey, base, record, before))) return 'conflict';`,
    ),
    expects: OVERTAKEN,
  },
  {
    ...change(
      'a lease granted without a condition',
      'record/leases.ts',
      `return (await attempt(() => records.replace(keys.entry(key), found, record))) === true;`,
      `return (await attempt(() => records.put(keys.entry(key), record, { expiresAt: found?.expiresAt ?? lease.until }))) !== undefined;`,
    ),
    expects: OVERTAKEN,
  },
  {
    ...change(
      'a set that keeps the lease',
      'record/record-engine.ts',
      `await records.put(keys.entry(key), { ...NOTHING, entry }, { expiresAt: entry.keptUntil });`,
      `const { lease } = (await this.#parts.reader.look(key)).record;
       await records.put(keys.entry(key), { ...NOTHING, entry, lease }, { expiresAt: Math.max(entry.keptUntil, lease?.until ?? 0) });`,
    ),
    expects: OVERTAKEN,
  },
  {
    ...change(
      'a lease that outlives the invalidation of its tags',
      'record/reading.ts',
      `lease.until > at - skew && holds(lease.stamps, seen)`,
      `lease.until > at - skew`,
    ),
    expects: OVERTAKEN,
  },
  {
    ...change(
      'stamps captured after the load',
      'record/leases.ts',
      `const entry = await composer.upon(sight, write);`,
      `const entry = await composer.alone(write);`,
    ),
    expects: OVERTAKEN,
    isRare: true,
  },
  {
    ...change(
      'a commit that gives up when a reply is lost',
      'record/leases.ts',
      `doubt = error;\n        return undefined;`,
      `throw error;`,
    ),
    expects: NOT_LINEARIZABLE,
    focus: 'tags',
    isRare: true,
  },
  {
    ...change(
      'a lease in the way of a conditional write',
      'record/record-engine.ts',
      `if (!isMet(condition, current)) return`,
      `if (!isMet(condition, current) || (condition === 'absent' && sight.found !== undefined)) return`,
    ),
    expects: /not linearizable|has not settled/,
  },
  {
    ...change(
      'an announcement that shortens the record',
      'record/format.ts',
      `return ends.length === 0 ? undefined : Math.max(...ends);`,
      `return intent?.until ?? (ends.length === 0 ? undefined : Math.max(...ends));`,
    ),
    expects: NOT_LINEARIZABLE,
    isRare: true,
  },
  // ── What a cache does with a load ──
  {
    ...change(
      'waiters that share what was overtaken',
      DRIVER,
      `how === 'stored' && !request.learnsTags ? value : undefined`,
      `how === 'stored' && request.learnsTags ? undefined : value`,
    ),
    expects: OVERTAKEN,
  },
  {
    ...change(
      'waiters that share a load whose tags were learnt',
      DRIVER,
      `how === 'stored' && !request.learnsTags ? value : undefined`,
      `how === 'stored' ? value : undefined`,
    ),
    expects: OVERTAKEN,
    focus: 'tags',
    isRare: true,
  },
  {
    name: 'waiters that join without a look',
    edits: [
      {
        file: DRIVER,
        find: `this.#flights.set(token, { outcome });`,
        replace: `this.#flights.set(token, { outcome }); this.#flights.set(key, { outcome });`,
      },
      {
        file: DRIVER,
        find: `const token = this.#nextId();\n      const tags = request.learnsTags`,
        replace: `const joined = await this.#flights.get(key)?.outcome;
          if (joined !== undefined) return { value: joined, how: 'hit' };
          const token = this.#nextId();\n      const tags = request.learnsTags`,
      },
    ],
    expects: OVERTAKEN,
  },
  // ── Stamps ──
  {
    ...change(
      'a missing stamp that counts as valid',
      'record/stamps.ts',
      `seen.get(name)?.data.id === id);`,
      `(seen.get(name)?.data.id ?? id) === id);`,
    ),
    expects: OVERTAKEN,
  },
  {
    name: 'stamps read beside the records',
    edits: [
      {
        file: 'record/reading.ts',
        find: `return (await this.#judgeAll([await this.#read(key)]))[0] as Sight;`,
        replace: `const beside = this.#stamps.read([SPACE]);
          beside.catch(() => {});
          return (await this.#judgeAll([await this.#read(key)], beside))[0] as Sight;`,
      },
      {
        file: 'record/reading.ts',
        find: `async #judgeAll(readings: readonly Reading[])`,
        replace: `async #judgeAll(readings: readonly Reading[], beside?: Promise<SeenStamps>)`,
      },
      {
        file: 'record/reading.ts',
        find: `const seen = await this.#stamps.read(new Set([SPACE, ...names]));`,
        replace: `const later = await this.#stamps.read(names.filter((name) => name !== SPACE));
          const seen = new Map([...later, ...(await (beside ?? this.#stamps.read([SPACE])))]);`,
      },
    ],
    expects: NOT_LINEARIZABLE,
  },
  {
    ...change(
      'a miss by tag that is not confirmed',
      'record/reading.ts',
      `if (!isMissByTag) return sight;`,
      `if (isMissByTag || !isMissByTag) return sight;`,
    ),
    expects: NOT_LINEARIZABLE,
    isRare: true,
  },
  {
    ...change(
      'stamps that are captured anew for an update',
      'record/composing.ts',
      `const stamps = await this.#stamps.renew(namesOf(tags), sight.seen, ends.keptUntil - at);`,
      `const stamps = await this.#stamps.capture(namesOf(tags), ends.keptUntil - at);`,
    ),
    expects: NOT_LINEARIZABLE,
  },
  {
    ...change(
      'an invalidation that is not in the journal',
      'record/groups.ts',
      `await journal.append(tags.map(tagMark));`,
      ``,
    ),
    expects: OVERTAKEN,
    focus: 'tags',
  },
  {
    ...change(
      'an invalidation that enters the journal last',
      'record/groups.ts',
      `await journal.append(tags.map(tagMark));
    await allOrUnknown(tags.map((tag) => stamps.invalidate(tagStamp(tag))));`,
      `await allOrUnknown(tags.map((tag) => stamps.invalidate(tagStamp(tag))));
    await journal.append(tags.map(tagMark));`,
    ),
    expects: OVERTAKEN,
    focus: 'tags',
    isRare: true,
  },
  // ── Time ──
  {
    ...change(
      'a write that does not end with what it rests on',
      'record/records.ts',
      `...(before < Infinity && this.#traits.judgesBefore && { before: before - 2 * skew }),`,
      ``,
    ),
    expects: NOT_LINEARIZABLE,
    isRare: true,
  },
  {
    ...change(
      'a clock read after the reply',
      'record/reading.ts',
      `found?.readAt === undefined ? asked :`,
      `found?.readAt === undefined ? { ...asked, at: this.#records.now().at } :`,
    ),
    expects: NOT_LINEARIZABLE,
    isRare: true,
  },
  {
    ...change(
      'an entry expired by hand that goes by the clock',
      'record/reading.ts',
      `!entry.isExpired && entry.freshUntil`,
      `entry.freshUntil`,
    ),
    expects: NOT_LINEARIZABLE,
    isRare: true,
  },
  // ── Indexes ──
  {
    ...change(
      'a key that is listed after its entry appears',
      'record/changing.ts',
      `await Promise.all(unlisted.map((term) => this.#parts.indexes.join(term, key, entry.keptUntil)));`,
      `queueMicrotask(() => { unlisted.forEach((term) => void this.#parts.indexes.join(term, key, entry.keptUntil).catch(() => {})); });`,
    ),
    expects: LISTS,
  },
  {
    ...change(
      'a new entry that is not announced',
      'record/changing.ts',
      `base = await this.#announce(recordKey, found, entry.terms, before);
      if (base === undefined) return 'conflict';`,
      ``,
    ),
    expects: LISTS,
    isRare: true,
  },
  {
    ...change(
      'an announcement that pruners do not respect',
      'record/indexes.ts',
      `if (!intent?.terms.includes(term)) return false;`,
      `if (intent !== undefined || !found) return false;`,
    ),
    expects: LISTS,
  },
  {
    ...change(
      'a key that is not listed again',
      'record/indexes.ts',
      `const members = new Map(found?.data.members);
      for`,
      `const members = new Map(found?.data.members);
      if (members.has(key)) return true;
      for`,
    ),
    expects: LISTS,
    isRare: true,
  },
  {
    ...change(
      'a pruner that goes by what is visible',
      'record/indexes.ts',
      `if (entry?.terms.includes(term)) return true;`,
      `if (entry?.terms.includes(term)) return entry.freshUntil > this.#records.now().at;`,
    ),
    expects: LISTS,
    isRare: true,
  },
  {
    ...change(
      'a listing that drops members before their time',
      'record/indexes.ts',
      `if (end <= at - skew) members.delete(member);`,
      `if (end <= at + 30) members.delete(member);`,
    ),
    expects: LISTS,
    isRare: true,
  },
  {
    ...change(
      'a look-up that trusts the index',
      'record/groups.ts',
      `if (sight.fresh?.terms.includes(term)) found`,
      `if (sight.fresh !== undefined) found`,
    ),
    expects: NOT_LINEARIZABLE,
  },
  {
    ...change(
      'a removal by term that is not in the journal',
      'record/groups.ts',
      `await journal.append([termMark(term)]);`,
      ``,
    ),
    expects: OVERTAKEN,
    focus: 'terms',
    isRare: true,
  },
  {
    ...change(
      'a removal by term that enters the journal last',
      'record/groups.ts',
      `await journal.append([termMark(term)]);
    const members = await indexes.members(term);`,
      `const members = await indexes.members(term);
    await journal.append([termMark(term)]);`,
    ),
    expects: OVERTAKEN,
    focus: 'terms',
    isRare: true,
  },
  {
    ...change(
      'a removal by term that leaves what is announced',
      'record/groups.ts',
      `if (!record.intent?.terms.includes(term)) return { do: 'nothing', answer: false };`,
      `if (record !== undefined) return { do: 'nothing', answer: false };`,
    ),
    expects: OVERTAKEN,
    focus: 'terms',
    isRare: true,
  },
  {
    ...change(
      'a commit that asks the journal too early',
      'record/changing.ts',
      `let base = found;`,
      `let base = found;
       const mayStill = mayAppear === undefined || (await mayAppear());
       mayAppear = async () => mayStill;`,
    ),
    expects: OVERTAKEN,
    focus: 'terms',
    isRare: true,
  },
  // ── Conditions and removals ──
  {
    ...change(
      'an update without a condition',
      'record/changing.ts',
      `if (!(await this.#parts.records.replace(recordKey, base, record, before))) return 'conflict';`,
      `if (mayAppear === undefined) await this.#parts.records.put(recordKey, record, { expiresAt: entry.keptUntil });
       else if (!(await this.#parts.records.replace(recordKey, base, record, before))) return 'conflict';`,
    ),
    expects: NOT_LINEARIZABLE,
  },
  {
    ...change(
      'a version that is the record’s',
      'record/reading.ts',
      `fresh: isFresh ? entry : undefined,`,
      `fresh: isFresh ? { ...entry, version: found?.version ?? '' } : undefined,`,
    ),
    expects: NOT_LINEARIZABLE,
    isRare: true,
  },
  {
    ...change(
      'a delete that believes the store',
      'record/record-engine.ts',
      `return await this.#parts.changer.change(key, (sight) => removing(sight, sight.fresh !== undefined));`,
      `return await this.#parts.records.delete(this.#parts.keys.entry(key));`,
    ),
    expects: NOT_LINEARIZABLE,
  },
  {
    ...change(
      'a delete that leaves a lease',
      'record/changing.ts',
      `return found === undefined ? { do: 'nothing', answer }`,
      `return found?.data.entry === undefined ? { do: 'nothing', answer }`,
    ),
    expects: OVERTAKEN,
    isRare: true,
  },
  {
    ...change(
      'a removal without a condition',
      'record/records.ts',
      `return found === undefined || this.delete(key, { version: found.version });`,
      `return found === undefined || (await this.delete(key), true);`,
    ),
    expects: OVERTAKEN,
  },
  {
    ...change(
      'a removal by pattern that leaves leases',
      'record/groups.ts',
      `return this.#removeAll(this.#walk(pattern), (sight) => removing(sight, sight.fresh !== undefined));`,
      `return this.#removeAll(this.#walk(pattern), (sight) =>
         sight.fresh === undefined ? { do: 'nothing', answer: false } : removing(sight, true));`,
    ),
    expects: OVERTAKEN,
    isRare: true,
  },
  {
    ...change(
      'a walk that lists what it has not looked at',
      'record/groups.ts',
      `const fresh = sights.filter((sight) => sight.fresh !== undefined).map(({ key }) => key);`,
      `const fresh = sights.map(({ key }) => key);`,
    ),
    expects: NOT_LINEARIZABLE,
  },
  // ── The store ──
  {
    ...change(
      'a write that is sent again when its reply is lost',
      'record/records.ts',
      `const error = classify(cause, 'UNKNOWN_OUTCOME');
      if (error.code === 'UNKNOWN_OUTCOME' &&`,
      `const error = classify(cause, 'UNKNOWN_OUTCOME');
      if (error.code === 'UNKNOWN_OUTCOME') return (await this.#store.put(key, { version, data }, options)) ? version : undefined;
      if (error.code === 'UNKNOWN_OUTCOME' &&`,
    ),
    expects: NOT_LINEARIZABLE,
    isRare: true,
  },
  {
    name: 'a store whose conditions see what has expired',
    edits: [
      {
        file: 'testing/simple-store.ts',
        find: `find(key)?.version === when.version);`,
        replace: `records.get(key)?.version === when.version);`,
      },
      // Nor does a look delete it, which would hide the fault.
      { file: 'testing/simple-store.ts', find: `    records.delete(key);\n`, replace: `` },
    ],
    expects: ANYTHING,
    isRare: true,
  },
  {
    ...change(
      'a store that deletes whatever is there',
      'testing/simple-store.ts',
      `if (!holds(key, when)) return false;
      return find`,
      `if (when === undefined && !holds(key, when)) return false;
      return find`,
    ),
    expects: OVERTAKEN,
  },
];
