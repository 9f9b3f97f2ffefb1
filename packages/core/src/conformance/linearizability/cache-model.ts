/** The sequential cache: what one key of a cache does when nothing happens at the same time. */
import type { Model, Operation } from './checker.ts';

/** Texts, and numbers on keys that are counters. Every write of a history writes a value of its own. */
export type Value = string | number;

/** What a write may say of its entry. */
export interface Traits {
  readonly ttl: number;
  readonly grace: number;
  readonly tags: readonly string[];
  readonly terms: readonly string[];
}

export type CacheInput =
  | {
      readonly op:
        | 'get'
        | 'take'
        | 'delete'
        | 'expire'
        | 'isListed'
        | 'increment'
        | 'clear'
        | 'removeByPattern';
    }
  | ({ readonly op: 'set' | 'setIfNotExists' | 'setIfExists'; readonly value: Value } & Traits)
  | ({ readonly op: 'compareAndSet'; readonly expected: Value; readonly value: Value } & Traits)
  | { readonly op: 'append'; readonly suffix: string }
  | { readonly op: 'touch'; readonly ttl: number; readonly grace: number }
  | { readonly op: 'editTerms'; readonly add: readonly string[]; readonly remove: readonly string[] }
  /** `value` is what the loader of this call would give. */
  | ({ readonly op: 'getOrSet'; readonly value: Value } & Traits)
  | { readonly op: 'invalidate'; readonly tag: string }
  | { readonly op: 'lookUp' | 'removeByTerm'; readonly term: string };

/**
 * What a `getOrSet` gave, and where it came from. `hit`, `stale`: a stored entry, fresh or in its grace; `served`: one of both. `stored`,
 * `overtaken`: the call's own value; `unsure`: that too, and nobody knows whether it was stored.
 */
export interface Loaded {
  readonly value: Value;
  readonly how: 'hit' | 'stale' | 'served' | 'stored' | 'overtaken' | 'unsure';
}

/** `null`: absent. */
export type CacheOutput = Value | boolean | null | Loaded;

export interface CacheOperation extends Operation<CacheInput, CacheOutput> {
  /**
   * An invalidation by tag or a clear runs at the same time, on an engine that does not order the two. It may remove what this operation
   * writes, and this operation may still rest on what it removed.
   */
  readonly overlapped?: boolean;
}

/** What a key holds. */
interface Cell {
  readonly value: Value | undefined;
  readonly tags: readonly string[];
  readonly terms: readonly string[];
  /** The window in which it stops being fresh: nobody knows at which instant of the write its life began. */
  readonly endsFrom: number;
  readonly endsBy: number;
  readonly grace: number;
  /** Its terms were edited: it has a version that no value tells. */
  readonly isEdited: boolean;
  /** Absent, but a loading call may still serve this. */
  readonly stale: { readonly cell: Cell; readonly until: number } | undefined;
  /** What an invalidation has just removed, for writes that overlap it. */
  readonly ghost: Cell | undefined;
}

const NOTHING: Cell = {
  value: undefined,
  tags: [],
  terms: [],
  endsFrom: Infinity,
  endsBy: Infinity,
  grace: 0,
  isEdited: false,
  stale: undefined,
  ghost: undefined,
};

const PLAIN: Traits = { ttl: Infinity, grace: 0, tags: [], terms: [] };

export interface Precision {
  /** How early and how late an entry may be found expired. */
  readonly earlyMs: number;
  readonly lateMs: number;
}

/** A model of one key for an engine that tells the time that well. */
export function cacheModel({ earlyMs, lateMs }: Precision): Model<Cell, CacheInput, CacheOutput> {
  /** An entry at the end of its life may be seen in both ways. */
  const views = (cell: Cell, { start, end }: CacheOperation): readonly Cell[] => {
    if (cell.value === undefined) return [cell];
    const mayBeFresh = start <= cell.endsBy + lateMs;
    const mayBeStale = end >= cell.endsFrom - earlyMs;
    const gone = { ...NOTHING, stale: { cell, until: cell.endsBy + lateMs + cell.grace } };
    return [...(mayBeFresh ? [cell] : []), ...(mayBeStale ? [gone] : [])];
  };
  return {
    init: () => NOTHING,
    step(cell, operation) {
      const after = views(cell, operation).flatMap((view) => outcomes(view, operation));
      return [...after, ...ghostly(cell, operation)];
    },
    idOf: ({ value, tags, terms, endsBy, isEdited, stale, ghost }) =>
      [
        typeof value,
        value,
        tags,
        terms,
        endsBy,
        isEdited,
        stale?.cell.value,
        stale?.until,
        ghost?.value,
      ].join('|'),
  };
}

/** The states after an operation that sees `cell` as it is; none when it could not have given its answer. */
function outcomes(cell: Cell, operation: CacheOperation): readonly Cell[] {
  const { input, output, end } = operation;
  const isHit = cell.value !== undefined;
  /** Whether the operation answered so, or would have. */
  const gave = (answer: CacheOutput): boolean => end === Infinity || output === answer;
  const unless = (isPossible: boolean, ...next: readonly Cell[]): readonly Cell[] => (isPossible ? next : []);

  switch (input.op) {
    case 'get':
      return unless(gave(cell.value ?? null), cell);
    case 'isListed':
      return unless(gave(isHit), cell);
    case 'lookUp':
      return unless(gave(isHit && cell.terms.includes(input.term)), cell);
    case 'take':
      return unless(gave(cell.value ?? null), NOTHING);
    case 'delete':
      return unless(gave(isHit), NOTHING);
    case 'set':
      return written(input.value, input, operation);
    case 'setIfNotExists':
      return unless(gave(!isHit), ...(isHit ? [cell] : written(input.value, input, operation)));
    case 'setIfExists':
      return unless(gave(isHit), ...(isHit ? written(input.value, input, operation) : [cell]));
    case 'compareAndSet': {
      const isSame = isHit && cell.value === input.expected;
      const met = isSame && gave(true) ? written(input.value, input, operation) : [];
      const refused = (!isSame || cell.isEdited) && gave(false) ? [cell] : [];
      return [...met, ...refused];
    }
    case 'append':
      return unless(
        gave(`${cell.value ?? ''}${input.suffix}`),
        ...changed(cell, `${cell.value ?? ''}${input.suffix}`, operation),
      );
    case 'increment': {
      const next = Number(cell.value ?? 0) + 1;
      return unless(gave(next), ...changed(cell, next, operation));
    }
    case 'touch':
      return unless(gave(isHit), isHit ? { ...cell, ...lifeOf(input, operation) } : cell);
    case 'expire':
      return unless(gave(isHit), isHit ? { ...NOTHING, stale: { cell, until: end + cell.grace } } : cell);
    case 'editTerms': {
      const terms = [
        ...new Set([...cell.terms.filter((term) => !input.remove.includes(term)), ...input.add]),
      ].toSorted();
      return unless(gave(isHit), isHit ? { ...cell, terms, isEdited: true } : cell);
    }
    case 'getOrSet':
      return loaded(cell, input, operation);
    case 'invalidate':
      return [without(cell, ({ tags }) => tags.includes(input.tag))];
    case 'clear':
      return [without(cell, () => true)];
    case 'removeByTerm':
      return [{ ...without(cell, ({ terms }) => terms.includes(input.term)), ghost: cell.ghost }];
    case 'removeByPattern':
      return [NOTHING];
    default:
      return input satisfies never;
  }
}

function loaded(
  cell: Cell,
  input: CacheInput & { op: 'getOrSet' },
  operation: CacheOperation,
): readonly Cell[] {
  const { start, end, output } = operation;
  const { value, how } =
    end === Infinity ? { value: input.value, how: 'unsure' as const } : (output as Loaded);
  const isHit = cell.value === value;
  const isStale = isHit || (cell.stale?.cell.value === value && start <= cell.stale.until);
  if (how === 'hit') return isHit ? [cell] : [];
  if (how === 'stale' || how === 'served') return isStale ? [cell] : [];
  // The loader ran, so the key was absent.
  if (cell.value !== undefined) return [];
  return [
    ...(how === 'overtaken' ? [] : written(value, input, operation)),
    ...(how === 'stored' ? [] : [cell]),
  ];
}

/** The states after a write of a new entry. */
function written(value: Value, traits: Traits, operation: CacheOperation): readonly Cell[] {
  const { tags, terms } = traits;
  const cell = { ...NOTHING, value, tags, terms: terms.toSorted(), ...lifeOf(traits, operation) };
  return operation.overlapped ? [cell, NOTHING] : [cell];
}

/** The states after a write that keeps what it does not change: of nothing, it makes a plain entry. */
function changed(cell: Cell, value: Value, operation: CacheOperation): readonly Cell[] {
  if (cell.value === undefined) return written(value, PLAIN, operation);
  return [{ ...cell, value, isEdited: false }];
}

function lifeOf(
  { ttl, grace }: Pick<Traits, 'ttl' | 'grace'>,
  { start, end }: CacheOperation,
): Pick<Cell, 'endsFrom' | 'endsBy' | 'grace'> {
  return { endsFrom: start + ttl, endsBy: end + ttl, grace };
}

/** The state after a removal of entries of which `isMeant` holds. */
function without(cell: Cell, isMeant: (cell: Cell) => boolean): Cell {
  if (cell.value !== undefined) return isMeant(cell) ? { ...NOTHING, ghost: cell } : cell;
  return cell.stale !== undefined && isMeant(cell.stale.cell) ? { ...NOTHING, ghost: cell.ghost } : cell;
}

/**
 * The states after a write that rests on an entry which an overlapping invalidation has just removed: its condition was judged before, its
 * effect comes after.
 */
function ghostly({ ghost, value }: Cell, operation: CacheOperation): readonly Cell[] {
  const { input, overlapped } = operation;
  if (!overlapped || ghost === undefined || value !== undefined) return [];
  if (input.op !== 'setIfExists' && input.op !== 'compareAndSet') return [];
  return outcomes(ghost, operation).filter((cell) => cell.value === input.value || cell === NOTHING);
}
