/** Scripts that are wrong in one place, each with the group of the kit that must notice. */
import type { Script } from '../../src/script.ts';
import {
  ACQUIRE,
  ARE_FRESH,
  CLEAR,
  COMMIT,
  COUNT,
  EXPIRE,
  EXTEND,
  INVALIDATE_TAGS,
  READ,
  REAP_TERM,
  RELEASE,
  REMOVE,
  REMOVE_TERM,
  SET,
  TOUCH,
  WRITE,
} from '../../src/steps.ts';

export interface ScriptMutant {
  readonly group: string;
  readonly name: string;
  /** Those that are wrong: words that several scripts have in common are wrong in all. */
  readonly scripts: readonly Script[];
  /** Stands once in each. */
  readonly find: string;
  readonly replace: string;
}

export const SCRIPT_MUTANTS: readonly ScriptMutant[] = [
  // ── who may load, and for how long ──
  {
    group: 'single-flight',
    name: 'grants a lease that somebody holds',
    scripts: [ACQUIRE],
    find: 'if holder then\n    redis',
    replace: 'if false then\n    redis',
  },
  {
    group: 'leases',
    name: 'extends the lease of another',
    scripts: [EXTEND],
    find: 'if lease[1] ~= ARGV[1] then return 0 end',
    replace: 'if not lease[1] then return 0 end',
  },
  {
    group: 'leases',
    name: 'gives up the lease of another',
    scripts: [RELEASE],
    find: 'if lease[1] ~= ARGV[1] then return 0 end',
    replace: 'if not lease[1] then return 0 end',
  },
  {
    group: 'leases',
    name: 'leaves a lease as long as it was',
    scripts: [EXTEND],
    find: "return redis.call('PEXPIRE', L, ARGV[3])",
    replace: 'return 1',
  },
  {
    group: 'fencing',
    name: 'stores what somebody else loaded',
    scripts: [COMMIT],
    find: 'if lease[1] ~= ARGV[2] then return { 0 } end',
    replace: 'if not lease[1] then return { 0 } end',
  },

  // ── loads that were overtaken ──
  {
    group: 'fencing',
    name: 'stores a load that a clear or a tag overtook',
    scripts: [COMMIT],
    find: 'local isOvertaken = not isOf(lease[5], ARGV[16]) or not stands(lease, M, g, n)',
    replace: 'local isOvertaken = false',
  },
  {
    group: 'fencing',
    name: 'stores a load whose own tags were invalidated',
    scripts: [COMMIT],
    find: "isOvertaken = removed(M, since, 't:', tagList) or removed",
    replace: 'isOvertaken = removed',
  },
  {
    group: 'fencing',
    name: 'stores a load whose term was removed',
    scripts: [COMMIT],
    find: "or removed(M, since, 'x:', termList)",
    replace: '',
  },
  {
    group: 'fencing',
    name: 'stores a load whose key was removed by pattern',
    scripts: [ACQUIRE, EXTEND, COMMIT],
    find: 'if tonumber(removals[1] or 0) > since then return false end',
    replace: '',
  },
  {
    group: 'fencing',
    name: 'lets a load go on behind a plain write',
    scripts: [SET],
    find: "if areLeased and redis.call('EXISTS', L) == 1 then return -3 end",
    replace: '',
  },
  {
    group: 'fencing',
    name: 'lets a load go on behind a write',
    scripts: [WRITE],
    find: "tell(L, 'R', '')\ntable.insert",
    replace: 'table.insert',
  },
  {
    group: 'fencing',
    name: 'lets a load go on behind a removal',
    scripts: [REMOVE],
    find: "drop(E, M, ARGV[1], e, g)\ntell(L, 'R', '')",
    replace: 'drop(E, M, ARGV[1], e, g)',
  },
  {
    group: 'fencing',
    name: 'lets a load go on behind a count',
    scripts: [COUNT],
    find: "digits(value))\ntell(L, 'R', '')",
    replace: 'digits(value))',
  },

  // ── what is fresh ──
  {
    group: 'expiry',
    name: 'serves an entry in its grace',
    scripts: [READ],
    find: 'if e.fresh == 0 or e.fresh > now then return 1 end',
    replace: 'if true then return 1 end',
  },
  {
    group: 'tags',
    name: 'finds what a tag made absent',
    scripts: [READ],
    find: "if removed(M, e.moment, 't:', tags(e), before) or removed",
    replace: 'if removed',
  },
  {
    group: 'tags',
    name: 'loads nothing in the place of what a tag made absent',
    scripts: [ACQUIRE],
    find: ' and string.sub(blob, 35, 41) ~= n then return false end',
    replace: ' and false then return false end',
  },
  {
    group: 'tags',
    name: 'invalidates the first tag alone',
    scripts: [INVALIDATE_TAGS],
    find: 'for i = 3, #ARGV do',
    replace: 'for i = 3, 3 do',
  },
  {
    group: 'namespaces',
    name: 'clears nothing',
    scripts: [CLEAR],
    find: "redis.call('UNLINK', M)",
    replace: 'do return owes end',
  },
  {
    group: 'patterns',
    name: 'lists what is not fresh',
    scripts: [ARE_FRESH],
    find: 'judge(load(KEYS[i]), KEYS[1], g, n) == 1 and 1 or 0',
    replace: "redis.call('EXISTS', KEYS[i])",
  },

  // ── conditions, counters, lives ──
  {
    group: 'conditions',
    name: 'takes any version for the right one',
    scripts: [WRITE],
    find: 'isFresh and old.version == ARGV[3])',
    replace: 'isFresh)',
  },
  {
    group: 'conditions',
    name: "takes what was removed for 'present'",
    scripts: [WRITE],
    find: "(condition == 'present' and isFresh)",
    replace: "condition == 'present'",
  },
  {
    group: 'update',
    name: 'begins a new life with an update',
    scripts: [WRITE],
    find: "if ARGV[5] == 'keep' then e.fresh, e.kept = old.fresh, old.kept end",
    replace: "if ARGV[5] == 'keep' then e.fresh, e.kept = now + 3600000, now + 3600000 end",
  },
  {
    group: 'update',
    name: 'loses the tags with an update',
    scripts: [WRITE],
    find: "if tagBlock == 'keep' then",
    replace: "if tagBlock == 'keep' then tagBlock = '' end\nif tagBlock == 'keep' then",
  },
  {
    group: 'counters',
    name: 'counts beyond the safe integers',
    scripts: [COUNT],
    find: 'if value > 9007199254740991 or value < -9007199254740991 then return { 2 } end',
    replace: '',
  },
  {
    group: 'counters',
    name: 'begins a new life with a count',
    scripts: [COUNT],
    find: "if isFresh and ARGV[6] ~= '1' then e.fresh, e.kept = old.fresh, old.kept end",
    replace: '',
  },
  {
    group: 'expiry',
    name: 'touches without a new life',
    scripts: [TOUCH],
    find: 'fresh = life.fresh, kept = life.kept',
    replace: 'fresh = old.fresh, kept = old.kept',
  },
  {
    group: 'expiry',
    name: 'says that it made an entry stale',
    scripts: [EXPIRE],
    find: 'if e.fresh == 0 or e.kept == e.fresh then\n  drop(E, M, ARGV[1], e, g)\nelseif',
    replace: 'if e.fresh == 0 or e.kept == e.fresh then\n  e = e\nelseif',
  },

  // ── indexes and limits ──
  {
    group: 'indexes',
    name: 'stores an entry outside its index',
    scripts: [WRITE],
    find: '    join(term, member, e.kept)\n',
    replace: '',
  },
  {
    group: 'indexes',
    name: 'counts what it removes by a term wrong',
    scripts: [REMOVE_TERM, REAP_TERM],
    find: 'return wasFresh and 1 or 0',
    replace: 'return wasFresh and 2 or 0',
  },
  {
    group: 'indexes',
    name: 'takes along what it can of the entries under a term, and forgets the others',
    scripts: [REMOVE_TERM],
    find: 'return { digits(moment), owes, count, left }',
    replace: 'return { digits(moment), owes, count, 0 }',
  },
  {
    group: 'fencing',
    name: 'removes a term and leaves no mark',
    scripts: [REMOVE_TERM],
    find: "remember(M, 'x:', { ARGV[3] }, moment)",
    replace: '',
  },
  {
    group: 'limits',
    name: 'refuses nothing for a limit',
    scripts: [WRITE],
    find: "if mode == 'refuse' then return nil end",
    replace: "if mode == 'refuse' then return {} end",
  },
  {
    group: 'limits',
    name: 'lets the oldest go in place of the least used',
    scripts: [WRITE],
    find: "mode == 'evict-lru' and e.used or e.created",
    replace: 'e.created',
  },
  {
    group: 'limits',
    name: 'counts for a limit what has gone',
    scripts: [WRITE],
    find: 'if judge(e, M, g, n) == 1 and carries(e, term) then',
    replace: 'if e and carries(e, term) then',
  },
];
